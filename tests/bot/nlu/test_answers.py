"""Short answers against the question just asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.triage import findings
from actions.triage.datafile import load
from bot.nlu.answers import Answer, is_bare_answer, read_answer

DATA = load(Path(__file__).with_name("answers.yml"), {"type": "object"})
STATES = ("absent", "present", "uncertain", "past")


@dataclass(frozen=True)
class Mention:
    state: str
    span: tuple[int, int]
    severity: str | None = None
    subject: str = "self"
    found_by: str = "lexicon"


def _ask(case: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    asks = case["asks"]
    items = DATA["questions"][asks] if isinstance(asks, str) else [[ask] for ask in asks]
    return [ask for item in items for ask in item], items


def _answer(case: dict[str, Any]) -> Answer:
    asks, items = _ask(case)
    mentions = {}
    for name, (state, words) in case.get("mentions", {}).items():
        start = case["text"].index(words)
        mentions[name] = Mention(state, (start, start + len(words)))
    return read_answer(case["text"], asks, mentions, items)


def _expected(case: dict[str, Any]) -> dict[str, Any]:
    asks, _ = _ask(case)
    known = [ask for ask in asks if ask in findings()]
    red = [ask for ask in known if findings()[ask].red_flag]
    states: dict[str, str] = {}
    for state in STATES:
        named = case.get(state, [])
        names = {"all": known, "red": red}[named] if isinstance(named, str) else named
        states.update(dict.fromkeys(names, state))
    return {
        "kind": case.get("kind"),
        "states": states,
        "severity": case.get("severity", {}),
        "extent": case.get("extent", {}),
        "cleared": sorted(case.get("cleared", [])),
        "risks": sorted(case.get("risks", [])),
        "trend": case.get("trend"),
        "home_care": case.get("home_care"),
    }


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: f"{case['text']}-{case['asks']}")
def test_reads_answers(case: dict[str, Any]) -> None:
    answer = _answer(case)
    said = answer.findings
    assert {
        "kind": answer.kind,
        "states": {name: str(each.state) for name, each in said.items()},
        "severity": {name: each.severity for name, each in said.items() if each.severity},
        "extent": {name: each.extent for name, each in said.items() if each.extent},
        "cleared": sorted(answer.cleared),
        "risks": sorted(answer.risks),
        "trend": answer.trend,
        "home_care": answer.home_care_tried,
    } == _expected(case)


def test_there_are_enough_cases() -> None:
    assert len(DATA["cases"]) >= 150


def test_without_a_question_nothing_is_answered() -> None:
    assert read_answer("no", []) == Answer()


def test_another_persons_findings_are_not_the_answer() -> None:
    other = Mention("present", (9, 14), subject="other")
    answer = read_answer("no, mum's hives are bad", ["hives"], {"hives": other})
    assert "hives" not in answer.findings


CONTEXT_ASKS = [
    "trend_rapid",
    "treated_at",
    "hives_extent",
    "redness_extent",
    "itching_severity",
    "burning_severity",
    "trend",
    "risks",
    "home_care_tried",
    "earlier_findings",
    "unheard_of",
]
ASKS = st.lists(st.sampled_from([*findings(), *CONTEXT_ASKS]), max_size=8, unique=True)
ANSWER_WORDS = [
    "no",
    "yes",
    "not",
    "sure",
    "just",
    "only",
    "the",
    "second",
    "one",
    "1",
    "3",
    "lips",
    "hives",
    "none",
    "except",
    "a",
    "bit",
    "my",
    "are",
    "fine",
    "rest",
    ",",
    ".",
    "?",
]
WORDS = st.lists(st.sampled_from(ANSWER_WORDS), max_size=12).map(" ".join)


@given(st.one_of(st.text(max_size=200), WORDS), ASKS)
def test_never_raises_and_sets_only_what_was_asked(text: str, asks: list[str]) -> None:
    answer = read_answer(text, asks)
    about = {"hives_extent": "hives", "redness_extent": "redness"}
    about |= {"itching_severity": "itching", "burning_severity": "burning"}
    assert set(answer.findings) <= {about.get(ask, ask) for ask in asks}


@given(WORDS, ASKS)
def test_no_red_flag_is_cleared_without_a_word_of_denial(text: str, asks: list[str]) -> None:
    words = set(text.split())
    absent = [
        name for name, said in read_answer(text, asks).findings.items() if said.state == "absent"
    ]
    # "the second is fine" denies that item as "my lips are fine" does; a bare "fine" does not.
    item_is_fine = "fine" in words and words & {"second", "one", "1", "3", "lips", "hives", "rest"}
    assert not absent or item_is_fine or words & {"no", "none", "not", "just", "only", "except"}


@pytest.mark.parametrize("text", ["no", "Nope!!", "yes", "not sure", "none of these", "no thanks"])
def test_a_bare_answer_says_nothing_by_itself(text: str) -> None:
    assert is_bare_answer(text)


@pytest.mark.parametrize("text", ["no, my lips", "not any more", "yes my tongue", "my throat", ""])
def test_what_names_something_or_nothing_is_no_bare_answer(text: str) -> None:
    assert not is_bare_answer(text)
