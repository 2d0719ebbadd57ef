"""A conversation as staff read it: who said what and when, and what the result quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.gateway.channels.addresses import Missing
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

_MISSING = {
    Missing.DELAYED: "not delivered yet",
    Missing.UNREACHABLE: "not delivered; waits until the patient writes",
    Missing.UNWANTED: "not delivered; the patient wants no messages",
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


def lines(history: Sequence[Stored], missing: Mapping[int, Missing]) -> list[Line]:
    """Everything that was said; `missing`: what has not arrived, by number."""
    return [
        Line(
            each.seq,
            each.sender,
            _WHO.get(each.sender) or str(each.body.get("name", each.sender)),
            each.at,
            str(each.body.get("text", "")),
            (*_remarks(each), *([_MISSING[missing[each.seq]]] if each.seq in missing else [])),
        )
        for each in history
    ]


def missed(missing: Mapping[int, Missing]) -> list[tuple[str, int]]:
    """What keeps messages from the patient, and how many of each."""
    reasons = list(missing.values())
    return [(words, reasons.count(why)) for why, words in _MISSING.items() if why in reasons]


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
