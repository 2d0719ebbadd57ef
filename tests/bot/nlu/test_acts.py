"""What a message does: its act, and the intent that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.triage.datafile import load
from bot.nlu.acts import ACTS, classify, intent_of
from bot.nlu.answers import read_answer
from bot.nlu.times import read_times

DATA = load(Path(__file__).with_name("acts.yml"), {"type": "object"})
EASILY_TAKEN = DATA.pop("not")
CASES = [{**case, "act": act} for act, cases in DATA.items() for case in cases]
NOW = datetime(2026, 11, 18, 15, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Mention:
    state: str
    subject: str = "self"
    severity: str | None = None
    span: tuple[int, int] = (0, 0)
    recent: bool | None = None
    found_by: str = "lexicon"


def mention(state: str) -> Mention:
    if state == "other":
        return Mention("present", "other")
    return Mention("past", recent=False) if state == "old" else Mention(state)


def _act(case: dict[str, Any]) -> str:
    text, asks = case["text"], case.get("asks", [])
    findings = {name: mention(state) for name, state in case.get("findings", {}).items()}
    times = read_times(text, NOW, asks)
    answer = read_answer(text, asks, findings, times=times.spans.values())
    return classify(text, findings, asks, answer, times)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}-{case['act']}")
def test_act(case: dict[str, Any]) -> None:
    assert _act(case) == case["act"]


@pytest.mark.parametrize("case", EASILY_TAKEN, ids=lambda case: case["text"])
def test_is_not_taken_for(case: dict[str, Any]) -> None:
    assert _act(case) != case["act"]


def test_there_are_enough_cases() -> None:
    assert len(CASES) + len(EASILY_TAKEN) >= 200


def test_every_act_has_cases_and_an_intent_of_the_contract() -> None:
    assert {case["act"] for case in CASES} == set(ACTS)
    intents = {"check_symptoms", "ask", "both", "correct", "answer", "handoff", "chat"}
    assert {intent_of(act) for act in ACTS} == intents


@given(st.text(max_size=300), st.sampled_from([(), ("hives", "oozing"), ("treated_at",)]))
def test_never_raises(text: str, asks: tuple[str, ...]) -> None:
    assert _act({"text": text, "asks": list(asks)}) in ACTS


@pytest.mark.parametrize("text", ["[" * 10_000, "no " * 30_000, "a" * 100_000, "is it? " * 15_000])
def test_reads_very_long_messages(text: str) -> None:
    assert _act({"text": text, "asks": ["hives"]}) in ACTS
