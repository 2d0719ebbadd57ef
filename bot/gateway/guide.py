"""The guide as pages: each document with its sections, and a quoted passage marked.

Pages are made from the index in service, as answers are: whatever a citation points at is there. A
citation counts characters of the document's text, hence `?quote=START-END#quote`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from knowledge.chunks import Passage
from knowledge.index import FOLDER, MANIFEST, DocumentEntry, IndexUnusableError, read_texts

logger = logging.getLogger(__name__)

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


@dataclass(frozen=True)
class GuideDocument:
    """A document and its passages, in reading order."""

    entry: DocumentEntry
    passages: tuple[Passage, ...]


class Guide:
    """The documents of the index in service, read again when another index is."""

    def __init__(self, index: Path = FOLDER) -> None:
        self._index = index
        self._stamp: tuple[int, int] | None = None
        self._documents: dict[str, GuideDocument] = {}

    def documents(self) -> Sequence[GuideDocument]:
        """All documents; none where there is no index."""
        self._follow()
        return tuple(self._documents.values())

    def document(self, slug: str) -> GuideDocument | None:
        """The document of this name."""
        self._follow()
        return self._documents.get(slug)

    def _follow(self) -> None:
        try:
            stat = (self._index / MANIFEST).stat()
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._stamp:
                entries, passages = read_texts(self._index)
                self._documents = {entry.slug: _document(entry, passages) for entry in entries}
                self._stamp = stamp
        except (OSError, IndexUnusableError) as error:  # the pages before stay
            logger.warning("The guide's pages could not be read: %s", type(error).__name__)


def _document(entry: DocumentEntry, passages: Sequence[Passage]) -> GuideDocument:
    own = (each for each in passages if each.id.rsplit("/", 2)[0] == entry.slug)
    return GuideDocument(entry, tuple(own))


def sections(document: GuideDocument, quote: str = "") -> list[ShownSection]:
    """The sections of a document with `quote` (as in `12-80`) marked, if it is one."""
    match = _QUOTE.fullmatch(quote)
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    by_section = groupby(document.passages, key=lambda passage: passage.id.rsplit("/", 1)[0])
    return [_section(tuple(passages), start, end) for _, passages in by_section]


def _section(passages: Sequence[Passage], start: int, end: int) -> ShownSection:
    runs = tuple(
        (kind, tuple(ShownBlock(kind, _pieces(passage, start, end)) for passage in run))
        for kind, run in groupby(passages, key=lambda passage: passage.kind)
    )
    return ShownSection(passages[0].section, passages[0].id.split("/")[-2], runs)


def _pieces(passage: Passage, start: int, end: int) -> tuple[Piece, ...]:
    text = passage.text
    first = min(max(start - passage.start, 0), len(text))
    last = min(max(end - passage.start, first), len(text))
    cut = [(text[:first], False), (text[first:last], True), (text[last:], False)]
    return tuple(Piece(part, quoted) for part, quoted in cut if part)


def quote_url(citation: dict[str, Any]) -> str:
    """Where a citation's quote is shown, marked."""
    page = str(citation["url"]).partition("#")[0]
    return f"{page}?quote={citation['start']}-{citation['end']}#quote"
