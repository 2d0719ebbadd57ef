from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.authored import answered_questions, declined_questions
from knowledge.chunks import Passage, passages
from knowledge.data import DataError
from knowledge.documents import read_document


@pytest.fixture
def chunks(small_guide: Path) -> list[Passage]:
    return passages(read_document(small_guide / "plants.md"))


def test_questions_point_to_passages(small_guide: Path, chunks: list[Passage]) -> None:
    (small_guide / "plants.questions.yml").write_text("light/1:\n  - Do ferns like sun?\n")
    assert answered_questions(small_guide, chunks) == [(2, "Do ferns like sun?")]


def test_a_question_for_no_passage_names_the_line(small_guide: Path, chunks: list[Passage]) -> None:
    text = "light/1:\n  - Do ferns like sun?\nlight/9:\n  - What is this?\n"
    (small_guide / "plants.questions.yml").write_text(text)
    with pytest.raises(DataError, match=r"questions\.yml:3: the guide has no passage"):
        answered_questions(small_guide, chunks)


def test_a_guide_needs_no_questions(small_guide: Path, chunks: list[Passage]) -> None:
    assert answered_questions(small_guide, chunks) == []
    assert declined_questions(small_guide) == []


def test_declined_questions_keep_their_topic(small_guide: Path) -> None:
    (small_guide / "not-in-guide.yml").write_text("cost:\n  - What does a fern cost?\n")
    assert declined_questions(small_guide) == [("cost", "What does a fern cost?")]
