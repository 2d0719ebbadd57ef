"""What a message means in its conversation: plain functions over a reading and slot values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from actions.triage import findings

#: The question after a pause: is what was told earlier still there?
EARLIER = "earlier_findings"

#: After this long the earlier findings may no longer hold and are asked about.
PAUSE = timedelta(minutes=60)

#: Acts that answer the open question of the form; all others interrupt it.
ANSWERING_ACTS = frozenset({"check_symptoms", "correct", "affirm", "deny", "unsure", "inform"})


def is_pause(last_heard: datetime | None, now: datetime, slots: Mapping[str, Any]) -> bool:
    """Whether the patient comes back after a pause to findings that may be over."""
    if last_heard is None or slots.get("emergency") is not None:
        return False
    return now - last_heard >= PAUSE and bool(_held(slots))


def earlier_findings_answer(
    act: str, findings_said: Mapping[str, Any], slots: Mapping[str, Any]
) -> dict[str, Any]:
    """Slot values from the answer to "is that still so?".

    "No" makes what was told before `past`: a red flag that is over still counts as one (E12).
    Findings that the answer itself names keep what it says of them.
    """
    if act == "deny":
        over = {name: "past" for name in _held(slots) if name not in findings_said}
        return {**over, "paused": False}
    if act in ANSWERING_ACTS and act != "unsure":
        return {"paused": False}
    return {}


def _held(slots: Mapping[str, Any]) -> list[str]:
    return [name for name in findings() if slots.get(name) in ("present", "uncertain")]
