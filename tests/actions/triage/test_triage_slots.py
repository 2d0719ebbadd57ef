"""Slots: what a reading may fill, and the case they make."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from triage_strategies import READINGS

from actions.triage import (
    Extent,
    Risk,
    State,
    Trend,
    assess,
    case_from_slots,
    findings,
    is_emergency,
    slot_names,
    slots_from_reading,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)


@given(READINGS)
def test_a_reading_fills_only_known_slots_with_json(reading: dict[str, Any]) -> None:
    slots = slots_from_reading(reading)
    assert set(slots) <= set(slot_names())
    assert json.loads(json.dumps(slots)) == slots
    assert None not in slots.values()


def test_the_slots_are_one_per_finding_degree_and_context() -> None:
    names = set(slot_names())
    assert set(findings()) <= names
    assert set(Risk) <= names
    assert {"itching_severity", "hives_extent", "treated_at", "trend", "trend_rapid"} <= names
    assert "hives_severity" not in names
    assert "fever_extent" not in names
    assert len(names) == len(slot_names())


def test_what_is_told_of_the_patient_fills_slots() -> None:
    reading = {
        "findings": {
            "itching": {"state": "present", "severity": "mild", "extent": "beyond"},
            "hives": {"state": "uncertain"},
            "pus": {"state": "absent"},
            "lip_swelling": {"state": "past"},
        },
        "treated_at": ["2026-02-28T09:00:00+01:00", "2026-02-28T12:00:00+01:00"],
        "hours_since_treatment": [22, 25],
        "duration_hours": [2, 3],
        "home_care_tried": False,
        "temperature_c": 38.5,
        "treatment": "rf",
        "risks": ["diabetes"],
        "cleared": ["pregnancy", "trend_rapid", "redness_extent"],
    }
    assert slots_from_reading(reading) == {
        "itching": "present",
        "itching_severity": "mild",
        "itching_extent": "beyond",
        "hives": "uncertain",
        "pus": "absent",
        "lip_swelling": "past",
        "fever": "present",
        "treated_at": ["2026-02-28T09:00:00+01:00", "2026-02-28T12:00:00+01:00"],
        "duration_hours": [2, 3],
        "home_care_tried": False,
        "temperature_c": 38.5,
        "treatment": "rf",
        "diabetes": "present",
        "pregnancy": "absent",
        "trend_rapid": "absent",
        "redness_extent": "treated_area",
    }


@pytest.mark.parametrize(
    "said",
    [
        {"state": "present", "subject": "other"},
        {"state": "hypothetical"},
        {"state": "past", "recent": False},
    ],
)
def test_stories_others_and_older_episodes_fill_none(said: dict[str, Any]) -> None:
    assert slots_from_reading({"findings": {"wheeze": said}}) == {}


def test_empty_slots_and_slots_of_the_dialogue_make_an_empty_case() -> None:
    slots = dict.fromkeys(slot_names()) | {"requested_slot": "red_flags", "tries": {}}
    case = case_from_slots(slots, NOW)
    assert not case.findings
    assert case.hours is None
    assert case == case_from_slots({}, NOW)


def test_hours_are_counted_anew_each_turn() -> None:
    slots = {"redness": "present", "treated_at": ["2026-02-27T09:00:00+00:00"] * 2}
    assert case_from_slots(slots, NOW).hours == (48, 48)
    assert "C2" not in assess(case_from_slots(slots, NOW)).rules
    assert "C2" in assess(case_from_slots(slots, NOW + timedelta(hours=25))).rules


def test_the_trend_by_the_minute_has_the_last_word() -> None:
    assert case_from_slots({"trend": "worsening", "trend_rapid": "present"}, NOW).trend == "rapid"
    assert case_from_slots({"trend": "rapid", "trend_rapid": "absent"}, NOW).trend is None
    case = case_from_slots({"trend": "worsening", "trend_rapid": "absent"}, NOW)
    assert case.trend is Trend.WORSENING
    assert "trend_rapid" not in assess(case).missing


def test_a_degree_without_a_state_is_a_finding() -> None:
    case = case_from_slots({"itching_severity": "severe", "redness_extent": "beyond"}, NOW)
    assert case.findings["itching"].state is State.PRESENT
    assert case.findings["redness"].extent is Extent.BEYOND


def test_not_beyond_the_treated_area_is_not_redness() -> None:
    case = case_from_slots({"redness_extent": "treated_area"}, NOW)
    assert "redness" not in case.findings
    assert "redness_extent" not in assess(case).missing


def test_a_fever_denied_after_a_measurement_is_denied() -> None:
    slots = slots_from_reading({"temperature_c": 38.5})
    assert case_from_slots(slots, NOW).findings["fever"].state is State.PRESENT
    slots |= slots_from_reading({"findings": {"fever": {"state": "absent"}}})
    assert case_from_slots(slots, NOW).findings["fever"].state is State.ABSENT


def test_asks_of_the_dialogue_itself_are_passed_over() -> None:
    case = case_from_slots({"unanswered": ["fever", "earlier_findings"]}, NOW)
    assert case.unanswered == {"fever"}


def test_a_value_that_no_reading_sets_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="hives"):
        case_from_slots({"hives": "yes"}, NOW)


def test_vomiting_turns_after_hives_is_an_emergency() -> None:
    slots: dict[str, Any] = {}
    for name, state in [("hives", "present"), ("fever", "absent"), ("vomiting", "present")]:
        assert not is_emergency(case_from_slots(slots, NOW))
        slots |= slots_from_reading({"findings": {name: {"state": state}}})
    assert is_emergency(case_from_slots(slots, NOW))
