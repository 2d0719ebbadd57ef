"""What the last check in a conversation came to: its messages, its result, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from actions.triage import Case, case_from_slots, findings
from bot.gateway.replies import has_notice
from bot.gateway.storage import Stored


@dataclass(frozen=True)
class Check:
    """One check, from its first message to its result or, without one, so far."""

    messages: Sequence[Stored]
    result: Mapping[str, Any] | None
    """The last `triage` message (message contract)."""
    told: str
    """The result in the words that the patient read."""
    at: float
    """When the result was told, or the last message came."""
    case: Case
    temperature_c: float | None

    @property
    def disposition(self) -> str | None:
        """The result's disposition."""
        return None if self.result is None else str(self.result["disposition"])


def last_check(history: Sequence[Stored], slots: Mapping[str, Any]) -> Check:
    """The check of the last result, or the open one. "Start over" parts one check from the next.

    `slots`: what the gateway's own reading knows by the end of the conversation (risks, trend and
    so on, which no result repeats); it counts only for the check that is the last one.
    """
    results = [number for number, each in enumerate(history) if _is_result(each)]
    starts = [
        number
        for number, each in enumerate(history, start=1)
        if has_notice([each.body], "restarted")
    ]
    end = results[-1] if results else len(history)
    first = max((start for start in starts if start <= end), default=0)
    after = min((start - 1 for start in starts if start > end), default=len(history))
    messages = history[first:after]
    told = history[end] if results else None
    at = told.at if told else history[-1].at if history else 0.0
    known = slots if after == len(history) else {}
    result = told.body["custom"] if told else None
    temperature = known.get("temperature_c")
    return Check(
        messages=messages,
        result=result,
        told=str(told.body.get("text", "")) if told else "",
        at=at,
        case=_case(result, known, datetime.fromtimestamp(at, timezone.utc)),
        temperature_c=float(temperature) if isinstance(temperature, (int, float)) else None,
    )


def _case(result: Mapping[str, Any] | None, slots: Mapping[str, Any], now: datetime) -> Case:
    """What is known, the findings and hours as the result had them."""
    case = case_from_slots(slots, now)
    if result is None:
        return case
    said = {name: each for name, each in result["findings"].items() if name in findings()}
    hours = result.get("hours_since_treatment")
    told = Case.from_json({"findings": said, "hours_since_treatment": hours})
    return replace(case, findings=told.findings, hours=told.hours)


def _is_result(stored: Stored) -> bool:
    custom = stored.body.get("custom")
    return isinstance(custom, dict) and custom.get("type") == "triage"
