"""The project's own guide: complete, in order, and careful."""

from __future__ import annotations

import re

import pytest
import yaml

from knowledge.authored import answered_questions, declined_questions
from knowledge.chunks import Passage, passages
from knowledge.documents import Document
from knowledge.intake import read_guide
from tests.knowledge.conftest import GUIDE

SECTIONS = [
    "Introduction",
    "Understanding microneedling and skin reactions",
    "Why do allergic reactions occur",
    "Common triggers and causes",
    "Normal versus abnormal reactions",
    "When to seek medical attention",
    "Prevention: before the treatment",
    "Choosing the right practitioner",
    "Aftercare routine",
    "Treating mild reactions at home",
    "Conclusion",
]

SAFETY = {
    "anaphylaxis", "nhs-emergency", "adrenaline", "numbing-cream", "cellulitis", "eye", "healing",
    "granuloma", "rf", "prp", "nickel", "isotretinoin", "cold-sores",
}  # fmt: skip

#: What a passage that carries a fact must say, word for word: numbers and names above all.
NUMBERS = {
    "S11": ["24 to 72 hours"],
    "S12": ["three days"],
    "S17": ["at least one week"],
    "S21": ["at least 48 hours"],
    "S22": ["SPF 30"],
    "G:anaphylaxis": ["World Allergy Organization", "2020"],
    "G:adrenaline": ["five minutes", "left side"],
    "G:cellulitis": ["same day"],
    "G:healing": ["7 days", "85 studies", "2,805 patients", "2021"],
    "G:granuloma": ["3 to 7 days", "2014", "150", "68"],
    "G:rf": ["15 October 2025", "burns", "scarring", "fat loss", "nerve damage"],
    "G:prp": ["HIV", "MMWR", "73", "16"],
    "G:nickel": ["316L", "10 to 14 %"],
    "G:isotretinoin": ["2017"],
}

#: Names of medicines, and the words that count as the caution beside them.
MEDICINES = re.compile(
    r"antihistamine|adrenaline|auto-injector|lidocaine|numbing|isotretinoin", re.I
)
CAUTION = re.compile(r"ask your|tell the|call the|emergency|emergency care|can set off", re.I)


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {document.slug: document for document in read_guide(GUIDE).documents.values()}


@pytest.fixture(scope="module")
def chunks(documents: dict[str, Document]) -> list[Passage]:
    return [chunk for document in documents.values() for chunk in passages(document)]


def test_sections_stand_in_the_order_of_the_source(documents: dict[str, Document]) -> None:
    article = documents["allergic-reactions-after-microneedling"]
    assert [section.title for section in article.sections] == SECTIONS


def test_every_fact_is_there_and_in_order(chunks: list[Passage]) -> None:
    facts = [fact for chunk in chunks for fact in chunk.facts]
    article = [fact for fact in facts if fact.startswith("S")]
    assert article == [f"S{number}" for number in range(1, 29)]
    assert {fact.removeprefix("G:") for fact in facts if fact.startswith("G:")} == SAFETY


@pytest.mark.parametrize("fact", NUMBERS)
def test_numbers_and_names_are_exact(chunks: list[Passage], fact: str) -> None:
    text = " ".join(chunk.text for chunk in chunks if fact in chunk.facts)
    assert [wanted for wanted in NUMBERS[fact] if wanted not in text] == []


def test_antihistamines_never_stand_without_their_caution(chunks: list[Passage]) -> None:
    (chunk,) = (chunk for chunk in chunks if "S24" in chunk.facts)
    assert "S25" in chunk.facts
    assert [other.id for other in chunks if "antihistamine" in other.text] == [chunk.id]


def test_every_passage_that_names_a_medicine_carries_a_caution(chunks: list[Passage]) -> None:
    named = [chunk for chunk in chunks if MEDICINES.search(chunk.text)]
    assert len(named) >= 6
    assert [chunk.id for chunk in named if not CAUTION.search(chunk.text)] == []


def test_every_safety_fact_names_its_source(chunks: list[Passage]) -> None:
    safety = [chunk for chunk in chunks if chunk.id.startswith("safety-facts/")]
    assert safety
    assert [chunk.id for chunk in safety if " Source: " not in chunk.text] == []


def test_front_matter_is_complete(documents: dict[str, Document]) -> None:
    for document in documents.values():
        assert all((document.title, document.source, document.language, document.topic))
        assert document.version != "unversioned"


def test_every_passage_has_questions_of_its_own(chunks: list[Passage]) -> None:
    asked = [number for number, _ in answered_questions(GUIDE, chunks)]
    assert [chunk.id for number, chunk in enumerate(chunks) if asked.count(number) < 5] == []


def test_no_question_is_both_answered_and_declined(chunks: list[Passage]) -> None:
    answered = {question.lower() for _, question in answered_questions(GUIDE, chunks)}
    declined = {question.lower() for _, question in declined_questions(GUIDE)}
    assert answered & declined == set()


def test_no_question_points_to_two_passages(chunks: list[Passage]) -> None:
    questions = [question.lower() for _, question in answered_questions(GUIDE, chunks)]
    assert sorted({text for text in questions if questions.count(text) > 1}) == []


def test_facts_yml_asks_for_all_28_facts() -> None:
    rows = yaml.safe_load(GUIDE.parents[1].joinpath("tests/knowledge/facts.yml").read_text())
    assert {row["fact"] for row in rows} == {f"S{number}" for number in range(1, 29)}
