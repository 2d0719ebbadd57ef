"""What the last check in a conversation came to: its messages, its result, what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from actions.triage import Case, case_from_slots, findings
from bot.gateway.results import begins, is_result
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
    """The check under way or, while nothing was written since "start over", the one before.

    A long silence parts one check from the next as well. `slots`: what the gateway's own reading
    knows by the end of the conversation (risks, trend and so on, which no result repeats); it
    counts only for the check that is the last one.
    """
    starts = begins(history)
    first = next(
        (at for at in reversed(starts) if any(m.sender == "patient" for m in history[at:])), 0
    )
    after = next((start - 1 for start in starts if start > first), len(history))
    messages = history[first:after]
    told = next((each for each in reversed(messages) if is_result(each)), None)
    at = told.at if told else messages[-1].at if messages else 0.0
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
