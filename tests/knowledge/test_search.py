"""Answers from the real guide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import Answer, Passage, Searcher
from knowledge.authored import answered_questions, declined_questions
from knowledge.encoder import Encoder, Vectors
from tests.knowledge.conftest import GUIDE

HERE = Path(__file__).parent
FACTS = yaml.safe_load((HERE / "facts.yml").read_text(encoding="utf-8"))
DEVELOPMENT = HERE.parent / "evaluation" / "questions" / "dev-own.jsonl"


def _texts(searcher: Searcher) -> dict[str, str]:
    return {document.title: document.text for document in searcher.documents}


def _exact(searcher: Searcher, passage: Passage) -> bool:
    return _texts(searcher)[passage.document][passage.start : passage.end] == passage.text


def _first(answer: Answer) -> set[str]:
    return set(answer.passages[0].facts)


@pytest.mark.parametrize("row", FACTS, ids=lambda row: f"{row['fact']}-{row['ask'][:30]}")
def test_every_fact_of_the_source_is_answered_with_its_passage(
    searcher: Searcher, row: dict[str, Any]
) -> None:
    answer = searcher.search(row["ask"])
    shown = answer.passages[: row.get("within", 1)]
    assert answer.status == "answered"
    assert any(row["has"] in passage.text and row["fact"] in passage.facts for passage in shown)
    assert all(_exact(searcher, passage) for passage in answer.passages)


@pytest.mark.parametrize(
    "question",
    [
        "does microneedling hurt",
        "how much does it cost",
        "how many sessions do I need for deep scars",
        "can i go swimming",
        "what is the capital of France?",
        "how much does botox cost",
        "which needle length is best",
        "asdf qwer zxcv",
    ],
)
def test_what_the_guide_does_not_say_is_said_so(searcher: Searcher, question: str) -> None:
    answer = searcher.search(question)
    assert answer.status == "not_in_guide"
    assert len(answer.passages) >= 3
    assert len(answer.suggestions) <= 2


def test_a_near_miss_suggests_what_the_guide_does_cover(searcher: Searcher) -> None:
    answer = searcher.search("which brand of vitamin c serum do you recommend")
    assert answer.status == "not_in_guide"
    sections = {passage.section for passage in searcher.passages}
    assert answer.suggestions
    assert set(answer.suggestions) <= sections


def test_off_topic_suggests_nothing(searcher: Searcher) -> None:
    assert searcher.search("who won the football match").suggestions == ()


def test_an_answer_suggests_other_sections_only(searcher: Searcher) -> None:
    answer = searcher.search("when can i wear makeup?")
    assert answer.passages[0].section not in answer.suggestions
    assert len(answer.suggestions) <= 2


ODD = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "😟😟",
    "mark": "?",
    "json": '{"question": "x"}',
    "sql": "'; DROP TABLE passages; --",
    "control": "\x00\x1b[31m\x07",
    "surrogate": "\ud800 hives",
    "markup": "<script>alert(1)</script>",
    "long": "my skin is red " * 7_000,
    "one word": "x" * 100_000,
    "arabic": "هل هذا طبيعي؟",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_input_gets_an_answer_like_any_other(searcher: Searcher, text: str) -> None:
    answer = searcher.search(text, history=[text])
    assert answer.status in ("answered", "not_in_guide")
    assert len(answer.passages) >= 3
    json.dumps(answer.as_json())


@pytest.mark.parametrize("name", ["empty", "blank", "emoji", "mark", "json", "sql", "control"])
def test_what_is_no_question_is_not_answered(searcher: Searcher, name: str) -> None:
    assert searcher.search(ODD[name]).status == "not_in_guide"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=200), history=st.lists(st.text(max_size=60), max_size=2))
def test_no_text_makes_search_fail(searcher: Searcher, text: str, history: list[str]) -> None:
    answer = searcher.search(text, history)
    assert 0.0 <= answer.answerable <= 1.0
    assert len({passage.id for passage in answer.passages}) == len(answer.passages) >= 3


def test_an_authored_question_finds_its_own_passage_and_a_declined_one_none(
    searcher: Searcher,
) -> None:
    lost = [
        question
        for number, question in answered_questions(GUIDE, searcher.passages)
        if searcher.rank(question).order[0] != number
    ]
    answered = [
        question
        for _, question in declined_questions(GUIDE)
        if searcher.search(question).status == "answered"
    ]
    assert (lost, answered) == ([], [])


def test_passages_come_best_first(searcher: Searcher) -> None:
    scores = [passage.score for passage in searcher.search("which sunscreen?").passages]
    assert scores == sorted(scores, reverse=True)


def test_a_message_of_two_questions_is_answered_part_by_part(searcher: Searcher) -> None:
    answer = searcher.search("which cleanser can I use and when can I wear makeup?")
    assert [_first(part) for part in answer.parts] == [{"S19"}, {"S21"}]
    assert [passage.facts for passage in answer.passages[:2]] == [("S19",), ("S21",)]
    assert answer.status == "answered"


def test_a_part_outside_the_guide_is_declined_on_its_own(searcher: Searcher) -> None:
    answer = searcher.search("How much does it cost? And do I need a patch test?")
    assert [part.status for part in answer.parts] == ["not_in_guide", "answered"]
    assert answer.status == "answered"
    assert _first(answer) == {"S16"}


def test_a_follow_up_is_read_with_what_was_asked_before(searcher: Searcher) -> None:
    follow_up = "and for how long?"
    assert _first(searcher.search(follow_up, ["do I have to leave off makeup?"])) == {"S21"}
    assert _first(searcher.search(follow_up, ["is redness normal?"])) == {"S11"}
    assert searcher.search(follow_up).status == "not_in_guide"


def test_the_question_before_is_not_encoded_again(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = "how long may my face stay pink, if I may ask?"
    searcher.search(before)
    encoded: list[str] = []
    encode = Encoder.encode

    def watched(encoder: Encoder, texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(encoder, texts)

    monkeypatch.setattr(Encoder, "encode", watched)
    searcher.search("and the swelling?", [before])
    assert len(encoded) == 2  # the follow-up, and both as one text


def test_a_new_question_is_not_bent_by_the_one_before(searcher: Searcher) -> None:
    alone = searcher.search("which sunscreen should I use?")
    after = searcher.search("which sunscreen should I use?", ["how do I use my EpiPen?"])
    assert after == alone


def test_a_sign_is_not_bent_by_a_question_on_something_else(searcher: Searcher) -> None:
    after = searcher.search("but my throat is closing", ["When can I wear sunscreen?"])
    assert after == searcher.search("but my throat is closing")


def test_misspelt_questions_find_the_same_passage(searcher: Searcher) -> None:
    assert _first(searcher.search("wich sunscren shoud i use")) == {"S22"}
    assert _first(searcher.search("can i take an antihistimine")) == {"S24", "S25"}


def test_passage_of_fact(searcher: Searcher) -> None:
    passage = searcher.passage_of_fact("S13")
    assert passage is not None
    assert "difficulty breathing" in passage.text
    assert _exact(searcher, passage)
    assert searcher.passage_of_fact("S24") == searcher.passage_of_fact("S25")
    assert searcher.passage_of_fact("S99") is None


def test_versions_name_guide_index_and_encoder(searcher: Searcher) -> None:
    versions = searcher.versions()
    assert "allergic-reactions-after-microneedling 1" in versions["guide"]
    assert "safety-facts 1" in versions["guide"]
    assert all(versions[name] for name in ("index", "encoder", "abstention"))


def test_json_is_the_contract_s(searcher: Searcher) -> None:
    answer = searcher.search("what spf do i need").as_json()
    assert set(answer) == {"status", "answerable", "passages", "suggestions"}
    wanted = {"id", "document", "section", "text", "start", "end", "score"}
    assert all(wanted <= set(passage) for passage in answer["passages"])
    parts = searcher.search("what spf and when makeup?").as_json().get("parts", [])
    assert all("status" in part and "question" in part for part in parts)


def test_development_questions_are_answered_as_measured(searcher: Searcher) -> None:
    """A floor under the figures that the weights and coefficients were chosen by."""
    rows = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    answers = [(row, searcher.search(row["question"], row.get("history", []))) for row in rows]
    inside = [(row, answer) for row, answer in answers if row["facts"]]
    hits = [bool(_first(answer) & set(row["facts"])) for row, answer in inside]
    found = [answer.status == "answered" for _, answer in inside]
    wrongly = [answer.status == "answered" for row, answer in answers if not row["facts"]]
    assert sum(hits) / len(hits) >= 0.95
    assert sum(found) / len(found) >= 0.9
    assert sum(wrongly) / len(wrongly) <= 0.06
