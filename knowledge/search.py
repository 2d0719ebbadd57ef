"""Answers from the guide: the passages that fit a question, or that the guide does not say.

Nothing is generated: an answer is passages word for word, each with its place in its document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any, Literal

from knowledge.abstain import Abstention, coefficients_for
from knowledge.chunks import Passage
from knowledge.encoded import Encoded
from knowledge.encoder import Encoder
from knowledge.index import FOLDER, DocumentEntry, Index
from knowledge.question import parts, unjoined
from knowledge.ranking import Ranker, Ranking

Status = Literal["answered", "not_in_guide"]

SHOWN = 5
MOST_SUGGESTIONS = 2

#: A section is only suggested when its passage is this near the question.
_NEARBY = 0.7

#: Headings that name no topic.
_NO_TOPIC = {"introduction", "conclusion", "summary", "overview"}


@dataclass(frozen=True)
class Answer:
    """What the guide says to one message."""

    status: Status
    answerable: float
    """Probability that the guide answers, 0 to 1; of the best part, if there are parts."""
    passages: tuple[Passage, ...]
    """Best first; at least three (or all of a smaller guide), whatever the status."""
    suggestions: tuple[str, ...]
    """Up to two sections nearby that are not shown first."""
    parts: tuple[Answer, ...] = ()
    """One answer per question, when the message asks several; else empty."""
    question: str = ""
    """The part that is answered; empty for a whole message."""

    def as_json(self) -> dict[str, Any]:
        """The answer as `python -m knowledge search` writes it."""
        result: dict[str, Any] = {
            "status": self.status,
            "answerable": round(self.answerable, 4),
            "passages": [_passage_json(passage) for passage in self.passages],
            "suggestions": list(self.suggestions),
        }
        if self.question:
            result = {"question": self.question, **result}
        if self.parts:
            result["parts"] = [part.as_json() for part in self.parts]
        return result


class Searcher:
    """Answers questions from one index. Loaded once; safe to share between threads."""

    def __init__(self, index: Index, encoder: Encoder, abstention: Abstention) -> None:
        self._index = index
        self._ranker = Ranker(index, encoder)
        self._abstention = abstention
        self._of_fact: dict[str, Passage] = {}
        for passage in index.passages:
            for fact in passage.facts:
                self._of_fact.setdefault(fact, passage)

    @classmethod
    def load(cls, folder: Path = FOLDER, encoder: Encoder | None = None) -> Searcher:
        """Load an index.

        Raises `EncoderMissingError`, `IndexUnusableError` or `DataError`, each with one clear line.
        """
        encoder = encoder or Encoder.load()
        index = Index.load(folder, encoder.fingerprint)
        return cls(index, encoder, Abstention.load(coefficients_for(index.declines)))

    def search(
        self, question: str, history: Sequence[str] = (), encoded: Encoded | None = None
    ) -> Answer:
        """Answer a message; `history` holds earlier questions, oldest first. Never raises.

        `encoded` may hold the vector of the whole message.
        """
        asked = parts(question)
        if len(asked) == 1:
            return self._answer(self._ranker.rank(question, history, encoded))
        answers = []
        for part, before in asked:
            answer = self._answer(self.rank(unjoined(part), (*history, *before)))
            answers.append(replace(answer, question=part))
        return _joined(answers)

    def rank(self, question: str, history: Sequence[str] = ()) -> Ranking:
        """The ranking behind one question: all scores and features, for measuring and fitting."""
        return self._ranker.rank(question, history)

    def passage_of_fact(self, fact: str) -> Passage | None:
        """The first passage that carries a fact of the fact list (`S13`, `G:eye`)."""
        return self._of_fact.get(fact)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in reading order."""
        return self._index.passages

    @property
    def declines(self) -> bool:
        """Whether the guide lists questions that it does not answer."""
        return self._index.declines

    @property
    def documents(self) -> tuple[DocumentEntry, ...]:
        """The documents with their cleaned texts."""
        return self._index.documents

    def versions(self) -> dict[str, str]:
        """What an answer rests on, to be stored with every result."""
        guides = (f"{document.slug} {document.version}" for document in self._index.documents)
        return {
            "guide": ", ".join(guides),
            "index": self._index.generation,
            "encoder": self._index.encoder,
            "abstention": self._abstention.version,
        }

    def _answer(self, ranking: Ranking) -> Answer:
        # One after the other: of a large guide only the first few are ever looked at.
        ranked = (
            replace(self._index.passages[number], score=round(ranking.scores[number], 4))
            for number in ranking.order
        )
        passages = list(islice(ranked, SHOWN))
        answerable = self._abstention.answerable(ranking.features)
        answered = answerable >= self._abstention.threshold
        return Answer(
            status="answered" if answered else "not_in_guide",
            answerable=answerable,
            passages=tuple(passages),
            suggestions=_nearby(
                chain(passages[answered:], ranked), passages[0].section if answered else ""
            ),
        )


def _nearby(passages: Iterable[Passage], shown: str) -> tuple[str, ...]:
    """Sections that come near the question, best first, without the one that is shown."""
    near = takewhile(lambda passage: passage.score >= _NEARBY, passages)
    topics = (passage.section for passage in near if passage.section.lower() not in _NO_TOPIC)
    found: list[str] = []
    for section in topics:
        if section not in (shown, *found):
            found.append(section)
        if len(found) == MOST_SUGGESTIONS:
            break
    return tuple(found)


def _joined(answers: list[Answer]) -> Answer:
    """One answer of several parts: answered parts first, their passages taken in turn."""
    first = sorted(answers, key=lambda answer: answer.status != "answered")
    in_turn: dict[str, Passage] = {}
    for place in range(SHOWN):
        for answer in first:
            for passage in answer.passages[place : place + 1]:
                in_turn.setdefault(passage.id, passage)
    best = tuple(in_turn.values())[:SHOWN]
    suggestions = dict.fromkeys(topic for answer in answers for topic in answer.suggestions)
    shown = {passage.section for passage in best[: len(answers)]}
    return Answer(
        status=first[0].status,
        answerable=max(answer.answerable for answer in answers),
        passages=best,
        suggestions=tuple(topic for topic in suggestions if topic not in shown)[:MOST_SUGGESTIONS],
        parts=tuple(answers),
    )


def _passage_json(passage: Passage) -> dict[str, Any]:
    return {**asdict(passage), "facts": list(passage.facts)}
