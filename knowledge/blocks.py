"""Blocks: what every format is read into, before it becomes a document with sections.

A reader (`knowledge/readers/`) knows one format and nothing else: it turns the bytes of a file into
a `Reading`, headings, paragraphs and list items in order, and says what it left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_SPACES = re.compile(r"\s+")
_NOT_SLUG = re.compile(r"[\W_]+")

#: A fact marker of our own guide, inside a comment of Markdown or HTML.
MARKER = re.compile(r"\A\s*(S\d+|G:[a-z0-9-]+)\s*\Z")

#: What stands between the cells of a table's row, which is read as one item.
CELL = " | "

#: Longer lines, or lines of more words, are no headings where a format has to guess.
_LONGEST_HEADING = 80
_MOST_HEADING_WORDS = 12


class GuideError(ValueError):
    """A guide cannot be read; the message is one line that names the file and what to do."""


class UnreadableError(ValueError):
    """The bytes of a file are no document of its format; the message says why, without its name."""


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or list item."""

    kind: str
    """`heading`, `paragraph` or `item`."""
    text: str
    """As the patient reads it: plain, on one line."""
    facts: tuple[str, ...] = ()
    """Facts of the guide's fact list that it carries."""
    level: int = 0
    """Of a heading: 1 is the highest; 0 for other blocks."""
    where: str = ""
    """Its place, to be put behind the file's name: `:12`, ` page 3`, or nothing when unknown."""
    links: tuple[str, ...] = ()
    """Addresses that it links to, as they are written."""
    anchors: tuple[str, ...] = ()
    """Names of its own that links can point to, beside the slug of its section."""


@dataclass(frozen=True)
class Reading:
    """What a reader found in one file."""

    blocks: tuple[Block, ...]
    front: Mapping[str, str] = field(default_factory=dict)
    """Details that the file gives of itself: title, version, source, language, topic, slug."""
    title: str = ""
    """A title from the file's properties, used when front matter and headings give none."""
    left_out: tuple[str, ...] = ()
    """What was not read, in words: `2 pictures`, `1 code block`."""


def one_line(text: str) -> str:
    """The text as one line of plain characters: spaces joined, soft hyphens and controls gone."""
    kept = "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )
    return _SPACES.sub(" ", kept).strip()


#: Control characters, format characters (soft hyphen, marks of direction) and lone surrogates.
_INVISIBLE = {"Cc", "Cf", "Cs"}


def slugify(text: str) -> str:
    """A name for links: lower-case letters of any script, digits and hyphens."""
    folded = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    return _NOT_SLUG.sub("-", unicodedata.normalize("NFC", plain)).strip("-") or "section"


def looks_like_heading(text: str) -> bool:
    """Whether a line that stands by itself can be a heading: short, and no sentence."""
    return (
        len(text) <= _LONGEST_HEADING
        and len(text.split()) <= _MOST_HEADING_WORDS
        and any(char.isalpha() for char in text)
        and not text[0].islower()
        and text[-1] not in ".!,;"
    )


def counted(names: Iterable[str]) -> tuple[str, ...]:
    """Things that were left out, counted: `("2 pictures", "1 table")` from their names."""
    found = Counter(names)
    return tuple(f"{n} {name}{'s' if n > 1 else ''}" for name, n in sorted(found.items()))


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, or UTF-16 with its mark. Raises `UnreadableError`."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableError(f"not UTF-8 text (line {line}); save it as UTF-8") from None
    if "\0" in text:
        raise UnreadableError("not text, it holds zero bytes; save it as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
