"""How it is going, told in words that the lexicon does not have."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.nlu import read, read_by_lexicon, reading
from bot.nlu.courses import DATA, CourseReader
from bot.nlu.labelled import COURSES, load_labelled
from bot.nlu.semantic import Seen, SemanticReader
from bot.nlu.tokens import Message

ASKS = ("trend", "fever")
SCORED = sorted(Path("tests/evaluation/messages").glob("scored*.jsonl"))


@pytest.mark.parametrize(
    ("answer", "trend"),
    [
        ("much where it was, I would say", "stable"),
        ("as it was this morning, no fever", "stable"),
        ("the same picture as at breakfast", "stable"),
        ("the colour is draining out of it bit by bit", "improving"),
        ("it is crankier than it was", "worsening"),
        ("what counts as a fever", None),
        ("no temperature here", None),
    ],
)
def test_an_answer_in_other_words(answer: str, trend: str | None) -> None:
    assert read(answer, asks=ASKS).context.trend == trend


def test_it_is_heard_only_where_that_was_asked_and_the_lexicon_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CourseReader, "course", lambda *_: "stable")
    said = "the rash looks another shade today"
    assert read_by_lexicon(said, asks=ASKS).context.trend is None
    assert read(said, asks=ASKS).context.trend == "stable"
    assert read(said).context.trend is None
    assert read("the rash is getting worse", asks=ASKS).context.trend == "worsening"


@pytest.mark.parametrize(
    "said",
    [
        "it is bigger every time I look in the mirror, whole cheek in ten minutes",
        "it spreads by the minute",
        "it isn't fading, it is flooding down my neck this minute",
        "improving on the forehead but racing down my neck",
        "half my face in a quarter of an hour, no temp",
    ],
)
def test_what_grows_by_the_minute_stays_an_emergency_beside_calm_words(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CourseReader, "course", lambda *_: "improving")
    assert read(said, asks=ASKS).context.trend == "rapid"


def test_what_may_be_rapid_is_asked_for_rather_than_taken_for_calm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "the rash looks another shade today"
    real = SemanticReader.read
    rapid = 0.0

    def read_as_rapid(reader: SemanticReader, message: Message) -> Seen:
        seen = real(reader, message)
        clauses = [
            replace(each, probabilities={**each.probabilities, "trend_rapid": rapid})
            for each in seen.clauses
        ]
        return replace(seen, clauses=clauses)

    monkeypatch.setattr(SemanticReader, "read", read_as_rapid)
    monkeypatch.setattr(CourseReader, "course", lambda *_: "improving")
    for probability, trend in ((0.1, "improving"), (0.3, None), (0.5, "rapid")):
        rapid = probability
        assert read(said, asks=ASKS).context.trend == trend


def test_what_answers_nothing_tells_no_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CourseReader, "course", lambda *_: "worsening")
    assert read("can I talk to a person please", asks=ASKS).context.trend is None


def test_without_it_the_lexicon_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "course_reader", lambda: None)
    assert read("the rash looks another shade today", asks=ASKS).context.trend is None

    def broken(*_: Any) -> str:
        raise ValueError

    monkeypatch.undo()
    monkeypatch.setattr(CourseReader, "course", broken)
    assert read("it is unchanged", asks=ASKS).context.trend == "stable"
    assert read("the rash looks another shade today", asks=ASKS).context.trend is None


def test_no_sentence_of_the_scored_half_is_learnt() -> None:
    learnt = {_bare(text) for text in load_labelled(DATA, COURSES)}
    rows = (json.loads(line) for path in SCORED for line in path.read_text("utf-8").splitlines())
    scored = {
        _bare(text)
        for row in rows
        for text in (*row.get("messages", [row.get("text")]), *row.get("replies", {}).values())
        if isinstance(text, str)
    }
    assert len(scored) > 800
    assert not learnt & scored


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
