"""A conversation as staff read it: who said what and when, and what the result quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.gateway.replies import shown
from bot.gateway.results import last_told
from bot.gateway.storage import State, Stored

_WHO = {"patient": "Patient", "bot": "Bot"}

_REMARKS = {
    State.PENDING.value: "not answered yet",
    State.OVERDUE.value: "never answered",
    State.FOR_STAFF.value: "never answered; the patient was asked again",
    State.WITH_STAFF.value: "for staff",
}


@dataclass(frozen=True)
class Line:
    """One thing said."""

    seq: int
    sender: str
    who: str
    at: float
    text: str
    remarks: tuple[str, ...]


def lines(history: Sequence[Stored]) -> list[Line]:
    """Everything that was said."""
    return [
        Line(
            each.seq,
            each.sender,
            _WHO.get(each.sender) or str(each.body.get("name", each.sender)),
            each.at,
            str(each.body.get("text", "")),
            tuple(_remarks(each)),
        )
        for each in history
    ]


def _remarks(message: Stored) -> list[str]:
    said = [_REMARKS[message.state]] if message.state in _REMARKS else []
    if "button" in message.body:
        said.append("a button")
    if message.body.get("late"):
        said.append("late")
    if message.helpful is not None:
        said.append("helpful" if message.helpful else "not helpful")
    return said


def quotes(history: Sequence[Stored]) -> list[dict[str, Any]]:
    """The passages that the result which stands was told with, each with the page that shows it
    marked."""
    told = last_told(history)
    return list(shown(told)["quotes"]) if told else []
