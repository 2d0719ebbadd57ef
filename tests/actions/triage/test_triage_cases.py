"""The protocol by example: every case of `cases.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.triage import (
    Case,
    Disposition,
    Extent,
    Severity,
    assess,
    case_from_slots,
    is_emergency,
    load_protocol,
    merge,
)
from actions.triage.questions import load_asks

DATA = yaml.safe_load(Path(__file__).with_name("cases.yml").read_text("utf-8"))
CASES = DATA["cases"]
NOW = datetime(2026, 1, 11, 12, tzinfo=timezone.utc)


def assertion(words: str) -> dict[str, Any]:
    """`present severe beyond` as the JSON of a reading."""
    state, *rest = words.replace("long ago", "long_ago").split()
    said: dict[str, Any] = {"state": state, "subject": "self"}
    for word in rest:
        if word == "another's":
            said["subject"] = "other"
        elif word == "long_ago":
            said["recent"] = False
        else:
            said["severity" if word in list(Severity) else "extent"] = word
            assert word in [*Severity, *Extent], f"{word} is no severity or extent"
    return said


def quiet(reopened: set[str]) -> dict[str, Any]:
    """A reading that answers everything reassuringly, but for what is reopened."""
    reading = {key: value for key, value in DATA["quiet"].items() if key != "absent"}
    if "risks" in reopened:
        reopened |= {"pregnancy", "immunosuppressed", "diabetes", "isotretinoin", "known_allergy"}
    if "treated_at" in reopened:
        del reading["hours_since_treatment"]
    if "trend_rapid" in reopened:  # improving would answer it
        reopened.add("trend")
    for key in reopened & {"trend", "home_care_tried"}:
        del reading[key]
    reading["cleared"] = [ask for ask in reading["cleared"] if ask not in reopened]
    names = [name for name in DATA["quiet"]["absent"] if name not in reopened]
    reading["findings"] = {name: {"state": "absent"} for name in names}
    return reading


def case_of(example: Mapping[str, Any]) -> Case:
    if "slots" in example:
        return case_from_slots(example["slots"], NOW)
    told = {name: assertion(words) for name, words in example.get("says", {}).items()}
    reading = {"findings": told, **example.get("and", {})}
    base = [] if example.get("alone") else [quiet(set(example.get("reopen", ())))]
    return merge(*base, reading, now=NOW)


@pytest.mark.parametrize("example", CASES, ids=[case["name"] for case in CASES])
def test_case(example: dict[str, Any]) -> None:
    expected = dict(example["expect"])
    missing, advice = expected.pop("missing", []), expected.pop("advice", None)
    ((disposition, rules),) = expected.items()
    case = case_of(example)
    result = assess(case)
    assert (str(result.disposition), list(result.rules)) == (disposition, rules)
    if missing != "unchecked":
        assert list(result.missing) == missing
    if advice is not None:
        assert result.advice == advice
    assert is_emergency(case) == (disposition == "emergency")


def test_there_are_many_cases_and_their_names_differ() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 90


def test_every_rule_is_seen_to_hold() -> None:
    seen = {rule for case in CASES for rules in case["expect"].values() for rule in rules}
    assert {rule.id for rule in load_protocol().rules} <= seen


def test_every_disposition_is_seen() -> None:
    seen = {key for case in CASES for key in case["expect"]}
    assert {str(disposition) for disposition in Disposition} <= seen


def test_quiet_answers_every_ask() -> None:
    assert not assess(merge(quiet(set()))).missing
    reopened = merge(quiet({ask.id for ask in load_asks()}))
    assert set(assess(reopened).missing) == set(assess(Case()).missing)
