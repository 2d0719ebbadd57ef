"""Documents of a guide: front matter, sections, and the cleaned text that citations point into.

A document is Markdown in UTF-8. Its headings become the sections that a citation shows; its
paragraphs and list items become blocks. The cleaned text holds every block as the patient reads
it, without markup, and every offset in this package counts characters of that text.

A fact marker, `<!-- S13 -->` or `<!-- G:eye -->`, stands right behind the sentence that carries
the fact of the guide's fact list; it is kept beside the block and is no part of its text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKER = re.compile(r"<!--\s*(S\d+|G:[a-z0-9-]+)\s*-->")
_SPACES = re.compile(r"\s+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class GuideError(ValueError):
    """A guide cannot be read; the message is one line that names the file and what to do."""


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or list item."""

    kind: str
    """`heading`, `paragraph` or `item`."""
    text: str
    """As the patient reads it."""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """A block's place in the document's cleaned text."""

    text: str
    start: int
    end: int
    facts: tuple[str, ...]
    kind: str = "paragraph"
    """`paragraph` or `item`."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, up to the next heading."""

    title: str
    slug: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Document:
    """One document of the guide."""

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

    @property
    def url(self) -> str:
        """Where the document is shown."""
        return f"/guide/{self.slug}"

    @property
    def sha256(self) -> str:
        """Hash of what can be cited: title, version and cleaned text."""
        return hashlib.sha256(f"{self.title}\0{self.version}\0{self.text}".encode()).hexdigest()


def read_guide(folder: Path) -> list[Document]:
    """All documents of a folder, by file name.

    Raises `GuideError` when there is none, when one cannot be read, or when two share a slug.
    """
    if not folder.is_dir():
        raise GuideError(f"{folder}: no such folder; name the folder that holds the guide")
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise GuideError(f"{folder}: no document in it; put Markdown files (*.md) there")
    documents = [read_document(path) for path in paths]
    seen: dict[str, Path] = {}
    for path, document in zip(paths, documents, strict=True):
        if document.slug in seen:
            raise GuideError(f"{path}: has the slug of {seen[document.slug]}; give it another one")
        seen[document.slug] = path
    return documents


def read_document(path: Path) -> Document:
    """One Markdown document. Raises `GuideError` with one clear line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise GuideError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise GuideError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    front, body = _front_matter(path, text)
    blocks = _blocks(body)
    if not any(block.kind == "heading" for block in blocks):
        raise GuideError(f"{path}: no headings; add some, such as “## Aftercare”, to cite by")
    cleaned, sections = _arrange(blocks)
    if not sections:
        raise GuideError(f"{path}: no text under its headings; there is nothing to cite")
    first_heading = next(block.text for block in blocks if block.kind == "heading")
    return Document(
        slug=slugify(front.get("slug") or path.stem),
        title=front.get("title") or first_heading,
        version=front.get("version") or "unversioned",
        source=front.get("source") or "",
        language=front.get("language") or "en",
        text=cleaned,
        sections=sections,
        topic=tuple(word.strip() for word in front.get("topic", "").split(",") if word.strip()),
    )


def slugify(text: str) -> str:
    """A name for links: lower-case letters, digits and hyphens."""
    return _NOT_SLUG.sub("-", text.lower()).strip("-") or "section"


def _front_matter(path: Path, text: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        front = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        raise GuideError(f"{path}:1: the front matter between the --- lines is not YAML") from error
    if not isinstance(front, dict):
        raise GuideError(f"{path}:1: the front matter must be lines of “name: value”")
    return {str(name): str(value) for name, value in front.items()}, text[match.end() :]


def _blocks(markdown: str) -> list[Block]:
    """Headings, paragraphs and items in order; code, tables and raw HTML blocks are left out."""
    blocks: list[Block] = []
    inside: list[str] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type in ("heading_open", "paragraph_open", "list_item_open"):
            inside.append(token.type)
        elif token.type in ("heading_close", "paragraph_close", "list_item_close"):
            inside.pop()
        elif token.type == "inline" and token.children is not None:
            text, facts = _plain(token.children)
            if text:
                blocks.append(Block(_kind(inside), text, facts))
    return blocks


def _kind(inside: list[str]) -> str:
    if inside[-1] == "heading_open":
        return "heading"
    return "item" if "list_item_open" in inside else "paragraph"


def _plain(children: list[Token]) -> tuple[str, tuple[str, ...]]:
    """The text of an inline token and the facts marked in it; tags and comments vanish."""
    pieces: list[str] = []
    facts: list[str] = []
    for child in children:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
        elif child.type == "html_inline":
            facts.extend(_MARKER.findall(child.content))
    return _SPACES.sub(" ", "".join(pieces)).strip(), tuple(dict.fromkeys(facts))


def _arrange(blocks: list[Block]) -> tuple[str, tuple[Section, ...]]:
    """The cleaned text and its sections; text before the first heading belongs to the next one."""
    text = ""
    sections: list[tuple[str, list[Span]]] = []
    early: list[Span] = []
    for block in blocks:
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{block.text}" if text else block.text
        if block.kind == "heading":
            sections.append((block.text, early))
            early = []
            continue
        span = Span(block.text, start, len(text), block.facts, block.kind)
        (sections[-1][1] if sections else early).append(span)
    used: dict[str, int] = {}
    result = []
    for title, spans in sections:
        if spans:
            slug = slugify(title)
            used[slug] = used.get(slug, 0) + 1
            unique = slug if used[slug] == 1 else f"{slug}-{used[slug]}"
            result.append(Section(title, unique, tuple(spans)))
    return text, tuple(result)
