"""What a result says it rests on."""

from __future__ import annotations

import pytest

from actions.result import RISKS, reasons
from actions.triage import Case, Risk, assess


def _reasons(**told: object) -> str:
    case = Case.from_json({"findings": {}, **told})
    return reasons(case, assess(case))


def test_what_is_told_and_what_is_not_certain_are_told_apart() -> None:
    said = _reasons(findings={"hives": {"state": "present"}, "fever": {"state": "uncertain"}})
    assert "You told me about hives or raised welts." in said
    assert "You were not sure about fever." in said


def test_nothing_understood_is_not_called_no_complaint() -> None:
    assert "put it in other words" in _reasons()


def test_the_course_and_what_makes_it_worse_are_named() -> None:
    said = _reasons(trend="worsening", risks=["diabetes", "eczema"])
    assert "It is getting worse." in said
    assert "diabetes, eczema" in said
    assert set(RISKS) == set(Risk)


@pytest.mark.parametrize(
    ("hours", "ago"), [(0.2, "1 hour ago"), (1, "1 hour ago"), (5, "5 hours ago"), (100, "4 days")]
)
def test_one_hour_is_no_plural(hours: float, ago: str) -> None:
    assert f"about {ago}" in _reasons(hours_since_treatment=hours)
