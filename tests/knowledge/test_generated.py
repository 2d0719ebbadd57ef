from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge.build import build
from knowledge.chunks import passages, sentences
from knowledge.documents import read_document
from knowledge.encoder import Encoder
from knowledge.generated import generated_questions, heading_question
from knowledge.index import FOLDER as INDEX
from knowledge.search import Searcher
from tests.knowledge.conftest import GUIDE

DEVELOPMENT = GUIDE.parents[1] / "tests" / "evaluation" / "questions" / "dev-own.jsonl"


def test_sentences_and_the_heading_become_questions(small_guide: Path) -> None:
    first, second, _ = passages(read_document(small_guide / "plants.md"))
    assert generated_questions(first, sentences(first)) == [
        "Water the fern twice a week.",
        "Use rain water.",
        "Water: Water the fern twice a week.",
        "Water: Use rain water.",
        "What about water?",
    ]
    assert "What about water?" not in generated_questions(second, sentences(second))


def test_nothing_is_asked_twice(small_guide: Path) -> None:
    (first, *_) = passages(read_document(small_guide / "plants.md"))
    asked = generated_questions(replace(first, section="X"), ["One.", "One."])
    assert asked == ["One.", "X: One.", "What about x?"]


def test_a_heading_that_asks_is_left_as_it_is() -> None:
    assert heading_question("When to seek help") == "When to seek help"


def test_a_guide_without_questions_finds_a_passage_by_its_heading(
    tmp_path: Path, encoder: Encoder
) -> None:
    guide = tmp_path / "guide"
    guide.mkdir()
    (guide / "a.md").write_text(
        "## Sun\n\nKeep out of it for a week.\n\n## Gym\n\nKeep out of it for two days.\n"
    )
    build(guide, tmp_path / "index", encoder)
    searcher = Searcher.load(tmp_path / "index", encoder)
    for question, section in (("sunbathing?", "Sun"), ("can I go to the gym?", "Gym")):
        assert searcher.search(question).passages[0].section == section


def test_our_guide_without_its_questions_is_still_answered_from(
    tmp_path: Path, encoder: Encoder
) -> None:
    """A floor under what a clinic's own guide can expect; the aim, 0.88, is nearly reached."""
    assert _hits(_without_questions(tmp_path, "*"), encoder, "") >= 0.85


@pytest.mark.parametrize(("document", "facts"), [("safety-facts", "G:"), ("allergic-*", "S")])
def test_a_document_without_questions_is_found_beside_one_that_has_them(
    tmp_path: Path, encoder: Encoder, document: str, facts: str
) -> None:
    """So much of what only that document answers is found first; it was 0.6 to 0.7 when authored
    and made-up questions counted the same."""
    assert _hits(_without_questions(tmp_path, document), encoder, facts) >= 0.78


def test_a_guide_without_any_questions_still_declines(tmp_path: Path, encoder: Encoder) -> None:
    """It answered two of three questions that it does not answer, before it had its own fit."""
    searcher = _built(_without_questions(tmp_path, "*"), encoder)
    told: dict[bool, list[bool]] = {True: [], False: []}
    for row in _rows():
        status = searcher.search(row["question"], row.get("history", [])).status
        told[bool(row["facts"])].append(status == "answered")
    assert sum(told[False]) / len(told[False]) <= 0.1
    assert sum(told[True]) / len(told[True]) >= 0.75


def _without_questions(folder: Path, document: str) -> Path:
    """Our guide, and its index, without what is authored for one document, or for all."""
    guide = folder / "guide"
    shutil.copytree(GUIDE, guide)
    for path in guide.glob(f"{document}.yml" if document == "*" else f"{document}.questions.yml"):
        path.unlink()
    return guide


def _built(guide: Path, encoder: Encoder) -> Searcher:
    index = guide.with_name("index")
    shutil.copytree(INDEX, index)  # what it has encoded need not be encoded again
    build(guide, index, encoder)
    return Searcher.load(index, encoder)


def _rows() -> list[dict[str, Any]]:
    """The development questions that ask one thing."""
    rows = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "parts" not in row]


def _hits(guide: Path, encoder: Encoder, facts: str) -> float:
    """The share of the development questions, of those that only such facts answer, for which a
    passage that answers comes first."""
    searcher = _built(guide, encoder)
    inside = [
        row
        for row in _rows()
        if row["facts"] and all(fact.startswith(facts) for fact in row["facts"])
    ]
    first = [searcher.search(row["question"], row.get("history", [])) for row in inside]
    hits = (
        set(answer.passages[0].facts) & set(row["facts"])
        for answer, row in zip(first, inside, strict=True)
    )
    return sum(map(bool, hits)) / len(inside)
