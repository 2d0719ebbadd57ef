"""`python -m actions.triage`, the questions it leads to, and the message for programs."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage_strategies import CALM, READINGS

from actions.triage import Case, assess, merge, next_question, triage_message
from actions.triage.__main__ import judge_line, main


class Stream:
    """A standard stream with bytes behind it."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: bytes) -> Any:
    monkeypatch.setattr(sys, "stdin", Stream(text))
    main()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_line_for_each_line_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hives = {"findings": {"hives": {"state": "present", "extent": "beyond"}}}
    vomiting = {"findings": {"vomiting": {"state": "present"}}}
    lines = [json.dumps(hives), json.dumps([hives, vomiting]), "", "no JSON", "{}"]
    found = run(monkeypatch, capsys, "\n".join(lines).encode())
    assert [line.get("disposition") for line in found] == [
        "urgent",
        "emergency",
        None,
        None,
        "undetermined",
    ]
    assert found[0]["rules"] == ["U2"]
    assert found[1] == {"disposition": "emergency", "rules": ["E6"], "missing": []}
    assert "not valid JSON" in found[2]["error"]
    assert "not valid JSON" in found[3]["error"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("3", "a reading must be a JSON object"),
        ('"can\'t breathe"', "a reading must be a JSON object"),
        ("null", "a reading must be a JSON object"),
        ("[[]]", "a reading must be a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ('{"findings": {"hive": {"state": "present"}}}', "'hive' is not a known finding"),
        ('{"temperature_c": NaN}', "temperature_c: nan is not a finite number"),
        ("\x00", "not valid JSON"),
    ],
)
def test_an_odd_line_gets_a_clear_error(line: str, says: str) -> None:
    assert says in judge_line(line.encode())["error"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["findings", "hives", "state", "risks", "trend", "treated_at", "x"])
            | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_line_stops_the_stream(line: bytes) -> None:
    found = judge_line(line)
    assert set(found) in ({"error"}, {"disposition", "rules", "missing"})
    json.dumps(found)


@given(st.lists(READINGS, max_size=3))
def test_a_list_is_merged(readings: list[dict[str, Any]]) -> None:
    assert judge_line(json.dumps(readings).encode()) == assess(merge(*readings)).to_json()


def test_the_first_question_is_about_red_flags() -> None:
    question = next_question(Case())
    assert question is not None
    assert question.id == "red_flags"
    assert question.asks[0] == "breathing_difficulty"
    assert "seizure" not in question.asks


@pytest.mark.parametrize(
    ("later", "question", "asks"),
    [
        ({}, None, None),
        ({"findings": {"itching": {"state": "present"}}}, "warning_signs", ("itching_severity",)),
        ({"findings": {"burning": {"state": "present"}}}, "warning_signs", ("burning_severity",)),
        ({"findings": {"hives": {"state": "present"}}}, "warning_signs", ("hives_extent",)),
        ({"findings": {"wheeze": {"state": "present"}}}, None, None),
        (
            {"findings": {"hives": {"state": "present"}}, "unanswered": ["hives_extent"]},
            None,
            None,
        ),
    ],
)
def test_only_what_could_still_raise_it_is_asked(
    later: dict[str, Any], question: str | None, asks: tuple[str, ...] | None
) -> None:
    case = CALM.merged(Case.from_json(later))
    found = next_question(case)
    assert (found and found.id, found and found.asks) == (question, asks)
    assert next_question(case, assess(case)) == found


def test_the_message_for_programs() -> None:
    case = merge(
        {
            "findings": {
                "hives": {"state": "present", "extent": "beyond"},
                "fever": {"state": "absent"},
                "wheeze": {"state": "hypothetical"},
            },
            "hours_since_treatment": 30,
        }
    )
    citation = {"id": "c1", "quote": "…"}
    message = triage_message(assess(case), case, [citation], {"guide": "abc"})
    assert {**message, "missing": None} == {
        "type": "triage",
        "disposition": "urgent",
        "rules": ["U2"],
        "missing": None,
        "advice": "be_seen_today",
        "findings": {
            "hives": {"state": "present", "extent": "beyond"},
            "fever": {"state": "absent"},
        },
        "hours_since_treatment": 30,
        "protocol": {"version": "1", "signed": False},
        "citations": [citation],
        "versions": {"guide": "abc"},
    }
    json.dumps(message)
    unknown = triage_message(assess(Case()), Case())
    assert unknown["hours_since_treatment"] is None
    assert "versions" not in unknown
    ranged = merge({"hours_since_treatment": [60, 84]})
    assert triage_message(assess(ranged), ranged)["hours_since_treatment"] == [60, 84]
