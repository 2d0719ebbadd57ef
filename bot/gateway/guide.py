"""The guide as pages: each document with its sections, and a quoted passage marked.

A citation's `start` and `end` count characters of the document's cleaned text (`knowledge`), so a
page is made from the same text, and a quote is found again by its place: `?quote=START-END#quote`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.documents import Document, Section, Span
from knowledge.intake import read_guide

GUIDE = Path("knowledge/guide")

_QUOTE = re.compile(r"(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True)
class Piece:
    """A run of text within a block, quoted or not."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class ShownBlock:
    """A paragraph or list item in pieces."""

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section of a page."""

    title: str
    slug: str
    runs: tuple[tuple[str, tuple[ShownBlock, ...]], ...]
    """Blocks of one kind that follow each other: a list, or paragraphs."""


class Guide:
    """All documents, read once."""

    def __init__(self, folder: Path = GUIDE) -> None:
        self.documents: Sequence[Document] = tuple(read_guide(folder).documents.values())
        self._by_slug = {document.slug: document for document in self.documents}

    def document(self, slug: str) -> Document | None:
        """The document of this name."""
        return self._by_slug.get(slug)


def sections(document: Document, quote: str = "") -> list[ShownSection]:
    """The sections of a document with `quote` (as in `12-80`) marked, if it is one."""
    match = _QUOTE.fullmatch(quote)
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    return [_section(section, start, end) for section in document.sections]


def _section(section: Section, start: int, end: int) -> ShownSection:
    runs: list[tuple[str, list[ShownBlock]]] = []
    for span in section.spans:
        if not runs or runs[-1][0] != span.kind:
            runs.append((span.kind, []))
        runs[-1][1].append(ShownBlock(span.kind, _pieces(span, start, end)))
    together = tuple((kind, tuple(blocks)) for kind, blocks in runs)
    return ShownSection(section.title, section.slug, together)


def _pieces(span: Span, start: int, end: int) -> tuple[Piece, ...]:
    first = min(max(start - span.start, 0), len(span.text))
    last = min(max(end - span.start, first), len(span.text))
    cut = [(span.text[:first], False), (span.text[first:last], True), (span.text[last:], False)]
    return tuple(Piece(text, quoted) for text, quoted in cut if text)


def quote_url(citation: dict[str, Any]) -> str:
    """Where a citation's quote is shown, marked."""
    page = str(citation["url"]).partition("#")[0]
    return f"{page}?quote={citation['start']}-{citation['end']}#quote"
