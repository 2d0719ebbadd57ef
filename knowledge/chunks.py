"""Chunks of a document: passages, which are quoted, and sentences, which only help to find them.

A passage is one paragraph or one list item. Its id (`safety-facts/cold-sores/1`) is made of the
document, the section and its number there, so it stays when another section is edited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from knowledge.documents import Document

#: Ends of sentences, and semicolons: one item of an enumeration is often what is asked for.
_BOUNDARY = re.compile(r"(?<=[.!?;])[”\"')]*\s+(?=[“\"'(]?[\w(])")
_SHORTEST = 12


@dataclass(frozen=True)
class Passage:
    """A piece of the guide that an answer quotes word for word."""

    id: str
    document: str
    """Title of the document."""
    section: str
    """Heading of the section."""
    text: str
    start: int
    """Offset of the first character in the document's cleaned text."""
    end: int
    """Offset behind the last character."""
    url: str
    """Link to the section."""
    facts: tuple[str, ...] = ()
    """Facts of the guide's fact list that the passage carries (`S13`, `G:eye`)."""
    where: str = ""
    """File and line (or page) of the guide's folder that it comes from."""
    kind: str = "paragraph"
    """`paragraph` or `item` (of a list)."""
    score: float = 0.0
    """How well it fits the question; only for comparing passages of one answer."""

    def citation(self) -> dict[str, Any]:
        """The passage as the message contract cites it."""
        return {
            "id": self.id,
            "document": self.document,
            "section": self.section,
            "quote": self.text,
            "start": self.start,
            "end": self.end,
            "url": self.url,
        }


def passages(document: Document) -> list[Passage]:
    """The passages of a document in reading order."""
    return [
        Passage(
            id=f"{document.slug}/{section.slug}/{number}",
            document=document.title,
            section=section.title,
            text=span.text,
            start=span.start,
            end=span.end,
            url=f"{document.url}#{section.slug}",
            facts=span.facts,
            where=f"{document.file}{span.where}",
            kind=span.kind,
        )
        for section in document.sections
        for number, span in enumerate(section.spans, start=1)
    ]


def sentences(passage: Passage) -> list[str]:
    """The sentences of a passage, long enumerations parted; at least one."""
    pieces = [piece.strip() for piece in _BOUNDARY.split(passage.text)]
    return [piece for piece in pieces if len(piece) >= _SHORTEST] or [passage.text]
