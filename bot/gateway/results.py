"""Which result of a conversation stands: not one told long ago, or before a new check began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.gateway.replies import has_notice
from bot.gateway.storage import Stored

#: A result older than this says nothing of today; as for what the dialogue knows.
FRESH = timedelta(hours=72)


def last_result(history: Sequence[Stored], at: float | None = None) -> dict[str, Any] | None:
    """The `triage` message that stood at a moment; see `last_told`."""
    told = last_told(history, at)
    return dict(told.body["custom"]) if told else None


def last_told(history: Sequence[Stored], at: float | None = None) -> Stored | None:
    """The message that told the result which stood at a moment, by default when something was last
    said; none once the patient has started over and written since."""
    if at is None:
        at = history[-1].at if history else 0.0
    written = False
    for message in reversed(history):
        if message.at > at:
            continue
        if message.at <= at - FRESH.total_seconds():
            return None
        written = written or message.sender == "patient"
        if written and has_notice([message.body], "restarted"):
            return None
        if is_result(message):
            return message
    return None


def begins(history: Sequence[Stored]) -> list[int]:
    """Where the checks of a conversation begin: after "start over", and after a long silence."""
    found = [0]
    for number, message in enumerate(history):
        silent = number and message.at - history[number - 1].at >= FRESH.total_seconds()
        if silent and number > found[-1]:
            found.append(number)
        if has_notice([message.body], "restarted"):
            found.append(number + 1)
    return found


def is_result(message: Stored) -> bool:
    """Whether a message tells a result."""
    custom = message.body.get("custom")
    return isinstance(custom, dict) and custom.get("type") == "triage"
