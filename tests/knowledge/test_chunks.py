from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.chunks import Passage, passages, sentences
from knowledge.documents import read_document


@pytest.fixture
def chunks(small_guide: Path) -> list[Passage]:
    return passages(read_document(small_guide / "plants.md"))


def test_a_passage_is_a_paragraph_or_an_item(chunks: list[Passage]) -> None:
    assert [(chunk.id, chunk.url) for chunk in chunks] == [
        ("plants/water/1", "/guide/plants#water"),
        ("plants/water/2", "/guide/plants#water"),
        ("plants/light/1", "/guide/plants#light"),
    ]
    assert chunks[1].text == "The cactus needs water once a month."


def test_citation_is_the_contract_s(chunks: list[Passage]) -> None:
    chunk = chunks[0]
    assert chunk.citation() == {
        "id": "plants/water/1",
        "document": "Care of house plants",
        "section": "Water",
        "quote": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "url": "/guide/plants#water",
    }


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One sentence stands here. Another one stands there.", 2),
        ("Signs: (a) swelling for days; (b) severe itching; (c) raised welts.", 3),
        ("Needles of 316L steel contain 10 to 14 % nickel.", 1),
        ("Say “anaphylaxis at once.” Then lie down flat.", 2),
        ("Short.", 1),
    ],
)
def test_sentences(chunks: list[Passage], text: str, count: int) -> None:
    found = sentences(replace(chunks[0], text=text))
    assert len(found) == count
    assert all(sentence in text for sentence in found)
