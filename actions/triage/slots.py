"""Between Rasa's slots and a case: one flat slot per finding, degree and piece of context.

Only what may fill a slot does: what the patient has, lacks or is unsure of, and what is over since
the treatment. Stories and other people's findings never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from actions.triage.case import CONTEXT_ASKS, TREND_RAPID, Case
from actions.triage.findings import Extent, Risk, State, Trend, findings
from actions.triage.parsing import Reader

#: The dialogue's own list of asks that stayed open after their last try.
UNANSWERED = "unanswered"

#: Slots that carry a reading's value unchanged.
_PLAIN = ("duration_hours", "recurred", "home_care_tried", "temperature_c", "treatment")

_HELD = (State.PRESENT, State.UNCERTAIN)


@lru_cache(maxsize=1)
def slot_names() -> tuple[str, ...]:
    """The names of all slots that a reading can fill."""
    names: list[str] = []
    for finding in findings().values():
        names.append(finding.id)
        names += [f"{finding.id}_severity"] if finding.severity else []
        names += [f"{finding.id}_extent"] if finding.extent else []
    return (*names, "treated_at", "trend", TREND_RAPID, *_PLAIN, *(str(risk) for risk in Risk))


def slots_from_reading(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slot values (JSON values) that one reading sets; a slot left out stays as it is.

    Raises `ValueError` for a reading that `Case.from_json` refuses.
    """
    case = Case.from_json(reading)
    slots: dict[str, Any] = {}
    for name, assertion in case.findings.items():
        degrees = {"_severity": assertion.severity, "_extent": assertion.extent}
        slots[name] = str(assertion.state)
        slots.update({name + end: str(said) for end, said in degrees.items() if said})
    treated_at = Reader(reading).moments("treated_at")
    if treated_at is not None:
        slots["treated_at"] = [moment.isoformat() for moment in treated_at]
    if case.trend is not None:
        slots["trend"] = str(case.trend)
    slots.update({key: reading[key] for key in _PLAIN if reading.get(key) is not None})
    if case.temperature_c is None:  # nobody's, or not the patient's
        slots.pop("temperature_c", None)
    slots.update({str(risk): str(State.PRESENT) for risk in case.risks})
    slots.update({str(risk): str(State.ABSENT) for risk in Risk if risk in case.cleared})
    if case.trend is Trend.RAPID or TREND_RAPID in case.cleared:
        slots[TREND_RAPID] = str(State.PRESENT if case.trend is Trend.RAPID else State.ABSENT)
    if "redness_extent" in case.cleared:
        slots.setdefault("redness_extent", str(Extent.TREATED_AREA))
    return slots


def case_from_slots(slots: Mapping[str, Any], now: datetime) -> Case:
    """Make the case that slots hold, with the hours since the treatment counted up to `now`.

    Slots that are empty or not ours are ignored. Raises `ValueError` for a value that no reading
    could have set.
    """
    cleared = {str(risk) for risk in Risk if slots.get(risk) == State.ABSENT}
    if slots.get(TREND_RAPID) == State.ABSENT:
        cleared.add(TREND_RAPID)
    if slots.get("redness") is None and slots.get("redness_extent") == Extent.TREATED_AREA:
        cleared.add("redness_extent")  # "not beyond the treated area" does not say that it is red
    plain = {key: slots.get(key) for key in _PLAIN}
    if slots.get("fever") is not None:
        # The thermometer spoke when it was told; what was said of the fever since is newer.
        plain["temperature_c"] = None
    return Case.from_json(
        {
            **plain,
            "findings": _findings(slots, cleared),
            "treated_at": slots.get("treated_at"),
            "trend": _trend(slots),
            "risks": [risk for risk in Risk if slots.get(risk) in _HELD],
            "cleared": cleared,
            "unanswered": set(slots.get(UNANSWERED) or ()) & (CONTEXT_ASKS | set(findings())),
        },
        now,
    )


def _findings(slots: Mapping[str, Any], cleared: set[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, finding in findings().items():
        state = slots.get(name)
        severity = slots.get(f"{name}_severity") if finding.severity else None
        extent = slots.get(f"{name}_extent") if finding.extent else None
        if state is None and ((severity is None and extent is None) or f"{name}_extent" in cleared):
            continue
        # A degree without a state: what has a degree is there.
        state = State.PRESENT if state is None else state
        found[name] = {"state": state, "severity": severity, "extent": extent}
    return found


def _trend(slots: Mapping[str, Any]) -> Any:
    """The trend; `trend_rapid` has the last word on whether it is rapid."""
    if slots.get(TREND_RAPID) in _HELD:
        return Trend.RAPID
    trend = slots.get("trend")
    return None if trend == Trend.RAPID and slots.get(TREND_RAPID) == State.ABSENT else trend
