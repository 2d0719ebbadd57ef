"""Rows: everything of a guide that gets a vector, and what each vector stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from knowledge.chunks import Passage, sentences
from knowledge.generated import generated_questions


class Kind(IntEnum):
    """What a vector stands for."""

    PASSAGE = 0
    SENTENCE = 1
    QUESTION = 2
    """A question that the passage answers."""
    DECLINED = 3
    """A question that the guide does not answer; belongs to no passage (-1)."""
    GENERATED = 4
    """A question made up for a passage of which none is authored (`knowledge.generated`)."""


#: What stands for a question that is answered.
ANSWERED = (Kind.QUESTION, Kind.GENERATED)


@dataclass(frozen=True)
class Row:
    """One vector to be: its text, what it stands for, and its passage (-1 for none)."""

    text: str
    kind: Kind
    passage: int


def rows(chunks: list[Passage], questions: list[tuple[int, str]], declined: list[str]) -> list[Row]:
    """Everything that gets a vector; passages without authored questions get generated ones."""
    with_questions = {number for number, _ in questions}
    parts = [sentences(chunk) for chunk in chunks]
    return [
        *(Row(f"{chunk.section}. {chunk.text}", Kind.PASSAGE, n) for n, chunk in enumerate(chunks)),
        *(Row(text, Kind.SENTENCE, n) for n, texts in enumerate(parts) for text in texts),
        *(Row(question, Kind.QUESTION, n) for n, question in questions),
        *(
            Row(question, Kind.GENERATED, n)
            for n, chunk in enumerate(chunks)
            if n not in with_questions
            for question in generated_questions(chunk, parts[n])
        ),
        *(Row(question, Kind.DECLINED, -1) for question in declined),
    ]
