"""Documents of a guide: sections, and the cleaned text that citations point into.

A file of any readable format is read into blocks (`knowledge.readers`). Its headings become the
sections that a citation shows; its paragraphs and list items are what is quoted. The cleaned text
holds every block as the patient reads it, without markup, and every offset in this package counts
characters of that text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.blocks import Block, GuideError, Reading, UnreadableError, slugify
from knowledge.readers import read

#: Larger files are not read: a text of this size would be a library, not a guide.
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Span:
    """A block's place in the document's cleaned text."""

    text: str
    start: int
    end: int
    facts: tuple[str, ...]
    where: str
    """Its place in the file, see `Block.where`."""
    kind: str = "paragraph"
    """`paragraph` or `item`."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, up to the next heading."""

    title: str
    slug: str
    spans: tuple[Span, ...]
    anchors: tuple[str, ...] = ()
    """Other names by which links inside the guide may call it."""


@dataclass(frozen=True)
class Document:
    """One document of the guide."""

    file: str
    """Its file inside the guide's folder."""
    slug: str
    title: str
    version: str
    source: str
    language: str
    text: str
    """The cleaned text: headings, paragraphs and items, a blank line between two."""
    sections: tuple[Section, ...]
    topic: tuple[str, ...] = ()
    """Words for what the whole document is about; they do not tell its passages apart."""
    blocks: tuple[Block, ...] = ()
    """What it was made from, for checking it."""
    left_out: tuple[str, ...] = ()
    """What of the file was not read, in words."""

    @property
    def url(self) -> str:
        """Where the document is shown."""
        return f"/guide/{self.slug}"

    @property
    def sha256(self) -> str:
        """Hash of what can be cited: title, version and cleaned text."""
        return hashlib.sha256(f"{self.title}\0{self.version}\0{self.text}".encode()).hexdigest()


def read_document(path: Path, file: str = "", slug: str = "") -> Document:
    """One document; `file` is its path inside the guide, `slug` its name if it gives none itself.

    Raises `GuideError` with one clear line.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableError(
                f"{size / 1e6:.0f} MB; files over {MOST_BYTES / 1e6:.0f} MB are not read; "
                "split it or save it without pictures"
            )
        reading = read(path, path.read_bytes())
        return _document(reading, file or path.name, slug)
    except FileNotFoundError:
        raise GuideError(f"{path}: is no longer there") from None
    except OSError as error:
        raise GuideError(f"{path}: cannot be read ({error.strerror})") from error
    except UnreadableError as error:
        raise GuideError(f"{path}: {error}") from error


def _document(reading: Reading, file: str, slug: str) -> Document:
    front = reading.front
    title = front.get("title") or _title(reading) or Path(file).stem
    text, sections = _arrange(reading.blocks, title)
    if not sections:
        raise UnreadableError("no text in it; there is nothing to cite")
    return Document(
        file=file,
        slug=slugify(front.get("slug") or slug or Path(file).stem),
        title=title,
        version=front.get("version") or "unversioned",
        source=front.get("source") or "",
        language=front.get("language") or "en",
        text=text,
        sections=sections,
        topic=tuple(word.strip() for word in front.get("topic", "").split(",") if word.strip()),
        blocks=reading.blocks,
        left_out=reading.left_out,
    )


def _title(reading: Reading) -> str:
    """The first heading if it is the document's own, else the title in the file's properties."""
    first = next((block for block in reading.blocks if block.kind == "heading"), None)
    if first is None:
        return reading.title
    return first.text if first.level == 1 or not reading.title else reading.title


def _arrange(blocks: Iterable[Block], title: str) -> tuple[str, tuple[Section, ...]]:
    """The cleaned text and its sections.

    Text before the first heading belongs to the next one; without any heading the whole text is
    one section with the document's title.
    """
    text = ""
    sections: list[tuple[str, list[Span], list[str]]] = []
    early: list[Span] = []
    anchors: list[str] = []
    for block in blocks:
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{block.text}" if text else block.text
        if block.kind == "heading":
            sections.append((block.text, early, [*anchors, *block.anchors]))
            early, anchors = [], []
            continue
        span = Span(block.text, start, len(text), block.facts, block.where, block.kind)
        (sections[-1][1] if sections else early).append(span)
        (sections[-1][2] if sections else anchors).extend(block.anchors)
    if not sections:
        sections = [(title, early, anchors)]
    used: dict[str, int] = {}
    result = []
    for heading, spans, names in sections:
        if spans:
            slug = slugify(heading)
            used[slug] = used.get(slug, 0) + 1
            unique = slug if used[slug] == 1 else f"{slug}-{used[slug]}"
            result.append(Section(heading, unique, tuple(spans), tuple(names)))
    return text, tuple(result)
