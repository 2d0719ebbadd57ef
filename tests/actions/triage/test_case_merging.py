"""Cases: reading JSON, merging what is learnt later, and what an error says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from actions.triage import Case, Extent, Risk, Severity, State, Trend, merge

NOW = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)


def told(name: str = "hives", **said: Any) -> dict[str, Any]:
    return {"findings": {name: said}}


def state(case: Case, name: str = "hives") -> State | None:
    said = case.findings.get(name)
    return said and said.state


def test_nothing_is_known_of_nothing() -> None:
    assert merge() == merge({}) == Case.from_json({"findings": None, "risks": None}) == Case()


def test_keys_that_a_reading_does_not_have_are_ignored() -> None:
    reading = {"intent": "both", "act": "both", "text": "…", "findings": {}}
    assert Case.from_json(reading) == Case()
    said = {"state": "present", "found_by": "lexicon", "span": [0, 5]}
    assert state(Case.from_json(told(**said))) is State.PRESENT


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        ([], "must be a JSON object"),
        (told("hive", state="present"), "'hive' is not a known finding"),
        (told(state="maybe"), "'maybe' is none of: present"),
        (told(), "hives has no state"),
        ({"findings": {"hives": "present"}}, "findings: 'hives' must be a JSON object"),
        ({"findings": ["hives"]}, "is not a JSON object"),
        (told("pain", state="present", severity="awful"), "'awful' is none of: mild"),
        (told(state="present", extent="everywhere"), "'everywhere' is none of"),
        (told(state="present", subject="dog"), "'dog' is none of"),
        (told(state="past", recent="no"), "'no' is neither true nor false"),
        ({"risks": ["smoker"]}, "risks: 'smoker' is none of"),
        ({"risks": "diabetes"}, "risks: 'diabetes' is not a list"),
        ({"trend": "up"}, "trend: 'up' is none of"),
        ({"treatment": "laser"}, "treatment: 'laser' is none of"),
        ({"cleared": ["hives"]}, "cleared: 'hives' is not known there"),
        ({"unanswered": [["fever"]]}, "unanswered: ['fever'] is not known there"),
        ({"hours_since_treatment": "3"}, "hours_since_treatment: '3' is not a finite number"),
        ({"hours_since_treatment": [1, 2, 3]}, "neither a number nor a pair"),
        ({"hours_since_treatment": True}, "True is not a finite number"),
        ({"duration_hours": float("nan")}, "nan is not a finite number"),
        ({"temperature_c": 10**400}, "is not a finite number"),
        ({"treated_at": ["yesterday", "today"]}, "is not a moment as in 2026"),
        ({"treated_at": ["0001-01-01T00:00+14:00"] * 2}, "is not a moment of our time"),
        ({"treated_at": ["2026-01-01T00:00Z"]}, "is not a pair of moments"),
        ({"recurred": "yes"}, "'yes' is neither true nor false"),
    ],
)
def test_an_odd_reading_is_refused_by_name(reading: Any, says: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is checked
        Case.from_json(reading)
    assert says in str(error.value)
    assert len(str(error.value)) < 300


def test_the_later_state_wins_and_absent_is_a_correction() -> None:
    present, absent = told(state="present"), told(state="absent")
    assert state(merge(present, absent)) is State.ABSENT
    assert state(merge(absent, present)) is State.PRESENT


@pytest.mark.parametrize(
    "story",
    [
        {"state": "hypothetical"},
        {"state": "past", "recent": False},
        {"state": "present", "subject": "other"},
        {"state": "absent", "subject": "other"},
    ],
)
def test_stories_and_others_never_replace_what_is_known(story: dict[str, Any]) -> None:
    for known in ("present", "absent", "uncertain", "past"):
        assert state(merge(told(state=known), told(**story))) == known
        assert state(merge(told(**story), told(state=known))) == known
    assert state(merge(told(**story))) is None


def test_another_persons_findings_are_kept_apart() -> None:
    other = told("wheeze", state="present", subject="other")
    own = told("wheeze", state="absent")
    for case in (merge(other, own), merge(own, other)):
        assert state(case, "wheeze") is State.ABSENT
        assert case.others["wheeze"].state is State.PRESENT
    better = told("wheeze", state="absent", subject="other")
    assert merge(other, better).others["wheeze"].state is State.ABSENT


def test_a_degree_stays_until_another_one_is_told() -> None:
    severe = told("itching", state="present", severity="severe", extent="beyond")
    still = merge(severe, told("itching", state="present")).findings["itching"]
    assert (still.severity, still.extent) == (Severity.SEVERE, Extent.BEYOND)
    mild = merge(severe, told("itching", state="present", severity="mild")).findings["itching"]
    assert mild.severity is Severity.MILD


def test_a_degree_that_a_finding_cannot_carry_is_left_out() -> None:
    said = merge(told("dizziness", state="present", severity="mild")).findings["dizziness"]
    assert said.severity is None


def test_not_beyond_the_treated_area_corrects_the_extent() -> None:
    spread = told("redness", state="present", extent="beyond")
    case = merge(spread, {"cleared": ["redness_extent"]})
    assert case.findings["redness"].extent is Extent.TREATED_AREA
    assert state(merge({"cleared": ["redness_extent"]}), "redness") is None


def test_naming_and_clearing_a_risk_undo_each_other() -> None:
    named, cleared = {"risks": ["diabetes"]}, {"cleared": ["diabetes"]}
    assert merge(named, cleared).risks == frozenset()
    assert merge(cleared, named).risks == {Risk.DIABETES}
    assert merge(cleared, named).cleared == frozenset()
    assert merge(named, {"risks": ["eczema"]}).risks == {Risk.DIABETES, Risk.ECZEMA}


def test_scalars_that_were_told_replace() -> None:
    first = {"home_care_tried": True, "duration_hours": 5, "treatment": "rf", "recurred": True}
    assert merge(first, {}) == merge(first)
    later = merge(first, {"home_care_tried": False, "duration_hours": [6, 8]})
    assert (later.home_care_tried, later.duration, later.recurred) == (False, (6, 8), True)


@pytest.mark.parametrize(
    ("first", "then", "trend"),
    [
        ({"trend": "stable"}, {"trend": "worsening"}, Trend.WORSENING),
        ({"trend": "rapid"}, {"trend": "worsening"}, Trend.RAPID),
        ({"trend": "rapid"}, {"trend": "improving"}, Trend.IMPROVING),
        ({"trend": "rapid"}, {"cleared": ["trend_rapid"]}, None),
        ({"trend": "stable"}, {"cleared": ["trend_rapid"]}, Trend.STABLE),
        ({"cleared": ["trend_rapid"]}, {"trend": "rapid"}, Trend.RAPID),
    ],
)
def test_trends_merge(first: dict[str, Any], then: dict[str, Any], trend: Trend | None) -> None:
    assert merge(first, then).trend is trend


def test_hours_are_counted_from_the_treatment_to_now() -> None:
    moments = [NOW - timedelta(hours=50), NOW - timedelta(hours=40)]
    reading = {"treated_at": [moment.isoformat() for moment in moments]}
    case = Case.from_json(reading, NOW)
    assert case.hours == (40, 50)
    assert case.hours_late == 50
    assert Case.from_json({**reading, "hours_since_treatment": 3}, NOW).hours == (3, 3)
    zulu = {"treated_at": ["2026-02-28T09:00:00Z", "2026-02-28T09:00:00Z"]}
    assert Case.from_json(zulu, NOW).hours == (24, 24)


def test_an_open_end_and_a_treatment_to_come_are_unknown() -> None:
    assert Case.from_json({"treated_at": [None, NOW.isoformat()]}, NOW).hours is None
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    to_come = Case.from_json({"treated_at": [tomorrow, tomorrow]}, NOW)
    assert (to_come.hours, to_come.treated_at) == (None, None)
    assert Case.from_json({"hours_since_treatment": -30}).hours is None


def test_a_range_may_stand_in_any_order() -> None:
    assert Case.from_json({"hours_since_treatment": [84, 60]}).hours == (60, 84)


@pytest.mark.parametrize(
    ("fever", "temperature", "state_of_fever"),
    [
        (None, 38, "present"),
        (None, 37.9, None),
        (None, 37.5, None),
        (None, 37.4, "absent"),
        ("absent", 38.2, "present"),
        ("uncertain", 37.0, "uncertain"),
        ("present", 37.0, "present"),
        ("hypothetical", 39.0, None),
    ],
)
def test_a_temperature_speaks_for_fever(
    fever: str | None, temperature: float, state_of_fever: str | None
) -> None:
    reading = told("fever", state=fever) if fever else {}
    assert state(Case.from_json({**reading, "temperature_c": temperature}), "fever") == (
        state_of_fever
    )


def test_another_persons_temperature_is_not_the_patients() -> None:
    reading = told("fever", state="present", subject="other")
    case = Case.from_json({**reading, "temperature_c": 39})
    assert state(case, "fever") is None
    assert case.temperature_c is None


def test_present_findings_come_most_alarming_first() -> None:
    case = merge(
        told("redness", state="present"),
        told("wheeze", state="uncertain"),
        told("pus", state="absent"),
    )
    assert case.present() == ["wheeze", "redness"]
