"""What a message means in its conversation: plain functions over a reading and slot values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from actions.triage import findings, slots_from_reading

#: The question after a pause: is what was told earlier still there?
EARLIER = "earlier_findings"

#: What the gateway puts to the dialogue when a check-in is due. Nobody can type it: it counts only
#: in a message that is marked as a prompt (its metadata) by the REST channel.
CHECK_IN = "/check_in"
PROMPT = "prompt"

#: After this long the earlier findings may no longer hold and are asked about.
PAUSE = timedelta(minutes=60)

#: Acts that answer the open question of the form; all others interrupt it.
ANSWERING_ACTS = frozenset({"check_symptoms", "correct", "affirm", "deny", "unsure", "inform"})


def slots_in_conversation(reading: Mapping[str, Any], slots: Mapping[str, Any]) -> dict[str, Any]:
    """What a reading sets where `slots` are known: a time that only may be the treatment's does not
    move it ("no change, checked an hour ago", "38.6 this morning"); a correction does."""
    values = slots_from_reading(reading)
    surely = reading.get("treated_surely", True) or reading["act"] == "correct"
    if slots.get("treated_at") is not None and not surely:
        values.pop("treated_at", None)
    return values


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


def at_check_in(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Slot values when the bot comes back to ask how it is: None for what is to be asked anew.

    What reassured may have changed by now and is forgotten: absent findings, mild or moderate
    degrees, where the trend went. What alarmed is kept, and the patient is asked whether it is
    still there. What does not change within days (the treatment, risks) is kept too.
    """
    names = [
        name
        for name, reassuring in _REASSURING.items()
        if slots.get(name) is not None and slots[name] in (reassuring or (slots[name],))
    ]
    return {**dict.fromkeys(names), "paused": bool(_held(slots))}


#: Slots that are forgotten at a check-in when they hold one of these; with none, always.
_REASSURING: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(findings(), ("absent",)),
    **{f"{name}_severity": ("mild", "moderate") for name in findings()},
    **{f"{name}_extent": ("treated_area",) for name in findings()},
    "trend": (),
    "trend_rapid": ("absent",),
    "duration_hours": (),
    "temperature_c": (),
    "home_care_tried": (False,),
}


def _held(slots: Mapping[str, Any]) -> list[str]:
    return [name for name in findings() if slots.get(name) in ("present", "uncertain")]
