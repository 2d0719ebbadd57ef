"""What is wrong with a guide, as far as a program can tell: `python -m knowledge check`.

Dead links between sections, empty sections, texts and questions that stand there twice, passages
that are too long, files that cannot be read, and authored questions that do not find their passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from knowledge.authored import answered_questions, declined_questions, places
from knowledge.blocks import slugify
from knowledge.documents import Document
from knowledge.intake import Guide
from knowledge.readers import is_document
from knowledge.search import Searcher
from knowledge.words import normalise

#: The encoder reads 256 tokens, about as many characters as this; what follows finds nothing.
LONGEST = 1_000

#: Shorter texts ("Yes.", the cells of a table) may well stand there twice.
_SHORTEST_DUPLICATE = 30


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    where: str
    """File and line, as far as it is known: `aftercare.md:12`."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check(
    guide: Guide, searcher: Searcher, progress: Callable[[str, int, int], None]
) -> list[Finding]:
    """Everything that is wrong with a guide; `searcher` must search an index of this very guide."""
    return [
        *unreadable(guide),
        *dead_links(guide),
        *empty_sections(guide),
        *duplicates(guide),
        *too_long(guide),
        *lost_questions(guide.folder, searcher, progress),
    ]


def unreadable(guide: Guide) -> Iterator[Finding]:
    """Documents that had to be left out."""
    for file, reason in guide.left_out.items():
        if is_document(Path(file)):
            yield Finding(file, f"left out: {reason}")


def dead_links(guide: Guide) -> Iterator[Finding]:
    """Links to a section, a document or a file that is not there; the web is not asked."""
    by_url = {document.url: document for document in guide.documents.values()}
    for file, document in guide.documents.items():
        for block in document.blocks:
            for link in block.links:
                parts = urlsplit(link)
                if parts.scheme or parts.netloc:
                    continue
                target: Document | None = document
                if parts.path:
                    path = unquote(parts.path)
                    inside = normpath(PurePosixPath(file).parent / path.lstrip("/"))
                    target = by_url.get(path.rstrip("/")) or guide.documents.get(inside)
                    if target is None and (guide.folder / inside).exists():
                        continue
                anchor = unquote(parts.fragment)
                if target is None or not _has(target, anchor):
                    yield Finding(f"{file}{block.where}", f"dead link to {link}")


def _has(document: Document, anchor: str) -> bool:
    names = {name for section in document.sections for name in (section.slug, *section.anchors)}
    return anchor in ("", "top") or anchor in names or slugify(anchor) in names


def empty_sections(guide: Guide) -> Iterator[Finding]:
    """Headings with nothing under them; one with smaller headings under it is not empty."""
    for file, document in guide.documents.items():
        for block, following in pairwise([*document.blocks, None]):
            if block is None or block.kind != "heading":
                continue
            if following is None or (
                following.kind == "heading" and following.level <= block.level
            ):
                yield Finding(f"{file}{block.where}", f"empty section “{block.text}”")


def duplicates(guide: Guide) -> Iterator[Finding]:
    """Passages word for word the same, sections of one name in a document, questions twice."""
    seen: dict[str, str] = {}
    for file, document in guide.documents.items():
        titles: set[str] = set()
        for block in document.blocks:
            where = f"{file}{block.where}"
            if block.kind == "heading":
                if slugify(block.text) in titles:
                    yield Finding(where, f"second section “{block.text}” in this document")
                titles.add(slugify(block.text))
            elif len(block.text) >= _SHORTEST_DUPLICATE:
                first = seen.setdefault(normalise(block.text), where)
                if first != where:
                    yield Finding(where, f"the same text as {first}")
    asked: dict[str, str] = {}
    for where, question in places(guide.folder):
        first = asked.setdefault(normalise(question), where)
        if first != where:
            yield Finding(where, f"the same question as {first}: “{question}”")


def too_long(guide: Guide) -> Iterator[Finding]:
    """Passages of which the encoder reads only the beginning."""
    for file, document in guide.documents.items():
        for block in document.blocks:
            if block.kind != "heading" and len(block.text) > LONGEST:
                yield Finding(
                    f"{file}{block.where}",
                    f"passage of {len(block.text)} characters, more than {LONGEST}; part it",
                )


def lost_questions(
    folder: Path, searcher: Searcher, progress: Callable[[str, int, int], None]
) -> Iterator[Finding]:
    """Authored questions whose passage is not found first, and declined ones that are answered."""
    where = {question: place for place, question in places(folder)}
    answered = answered_questions(folder, searcher.passages)
    declined = declined_questions(folder)
    total = len(answered) + len(declined)
    for done, (number, question) in enumerate(answered):
        progress("asking", done, total)
        first = searcher.passages[searcher.rank(question).order[0]]
        if first != searcher.passages[number]:
            own = searcher.passages[number].id
            yield Finding(where[question], f"“{question}” finds {first.id} before its own {own}")
    for done, (_, question) in enumerate(declined, start=len(answered)):
        progress("asking", done, total)
        found = searcher.search(question)
        if found.status == "answered":
            yield Finding(where[question], f"“{question}” is answered, by {found.passages[0].id}")
