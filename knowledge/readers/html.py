"""HTML, read by Beautiful Soup over Python's own parser: bad markup is no trouble, lines are known.

Only text is taken. Scripts, styles, forms, navigation and what is hidden are left out, and nothing
is executed or fetched.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import Comment, NavigableString, PageElement, Tag

from knowledge.blocks import CELL, MARKER, Block, Reading, UnreadableError, counted, one_line

#: Left out with everything in them, by how they are called in the report.
_NOT_READ = {
    "script": "script", "style": "style", "template": "template", "noscript": "noscript",
    "form": "form", "button": "button", "select": "form", "textarea": "form", "nav": "navigation",
    "footer": "footer", "iframe": "frame", "frame": "frame", "object": "embedded object",
    "embed": "embedded object", "applet": "embedded object", "canvas": "picture", "svg": "picture",
    "math": "formula", "video": "video", "audio": "audio", "img": "picture", "picture": "picture",
    "pre": "code block",
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_HEADING = re.compile(r"h[1-6]\Z")
_ITEMS = {"li", "dt", "dd"}

#: Elements that end a line of text; whatever stands between two of them is one block.
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "li", "main", "menu", "ol", "p", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_DETAILS = ("title", "version", "source", "topic", "slug", "language")


def read(content: bytes) -> Reading:
    """Headings, paragraphs, items and rows of tables, in order."""
    soup = BeautifulSoup(_decoded(content), "html.parser")
    title = one_line(soup.title.get_text()) if soup.title else ""
    front = {
        str(meta["name"]).lower(): one_line(str(meta.get("content") or ""))
        for meta in soup.find_all("meta", attrs={"name": True})
        if str(meta["name"]).lower() in _DETAILS
    }
    language = soup.html.get("lang") if soup.html else None
    if language:
        front.setdefault("language", str(language))
    left_out = _drop(soup)
    return Reading(_blocks(soup), front, title, counted(left_out))


def _decoded(content: bytes) -> str:
    """The text in the encoding that the file declares, else in UTF-8."""
    content, marked = EncodingDetector.strip_byte_order_mark(content)
    declared = marked or EncodingDetector.find_declared_encoding(content, is_html=True) or "utf-8"
    try:
        return content.decode(declared)
    except LookupError:
        raise UnreadableError(f"unknown encoding “{declared}”; save it as UTF-8") from None
    except UnicodeDecodeError:
        raise UnreadableError(f"not {declared.upper()} text; save it as UTF-8") from None


def _drop(soup: BeautifulSoup) -> list[str]:
    """Take out what is not read; the names of what was there."""
    dropped = []
    for title in soup.find_all("title"):  # not the whole head: its end may be left unwritten
        title.decompose()
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        hidden = tag.has_attr("hidden") or _HIDDEN.search(str(tag.get("style") or ""))
        if tag.name in _NOT_READ or hidden:
            dropped.append(_NOT_READ.get(tag.name, "hidden part"))
            tag.decompose()
    return dropped


def _blocks(soup: BeautifulSoup) -> tuple[Block, ...]:
    """Text between the edges of block elements, each with the element that holds it."""
    blocks: list[Block] = []
    building = _Building()
    holder: Tag | None = None
    # Anchors of elements without text of their own (`<section id=...>`) go to the block after them.
    for element in soup.descendants:
        held = _holder(element)
        if held is not holder:
            building.end(holder, blocks)
            holder = held
        building.add(element)
    building.end(holder, blocks)
    return tuple(blocks)


def _holder(element: PageElement) -> Tag | None:
    """The row of a table, or else the nearest block element, that an element stands in."""
    chain = [element] if isinstance(element, Tag) else []
    chain += element.parents
    row = next((tag for tag in chain if tag.name == "tr"), None)
    return row or next((tag for tag in chain if tag.name in _BLOCKS), None)


class _Building:
    """The block that is being read."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._pieces: list[str] = []
        self._facts: list[str] = []
        self._links: list[str] = []
        self._anchors: list[str] = []

    def add(self, element: PageElement) -> None:
        """Add a tag or a piece of text."""
        if isinstance(element, Tag):
            if element.name == "br":
                self._pieces.append(" ")
            if element.name in ("td", "th"):
                self._pieces.append("\0")
            names = [element.get("id"), element.get("name") if element.name == "a" else None]
            self._anchors += [str(name) for name in names if name]
            if element.name == "a" and element.get("href"):
                self._links.append(str(element["href"]))
        elif isinstance(element, Comment):
            if mark := MARKER.match(element):
                self._facts.append(mark.group(1))
        elif type(element) is NavigableString:
            self._pieces.append(str(element))

    def end(self, holder: Tag | None, blocks: list[Block]) -> None:
        """End the block; without text, its anchors stay for the next one."""
        cells = [one_line(cell) for cell in "".join(self._pieces).split("\0")]
        text = CELL.join(cell for cell in cells if cell)
        if not text:
            self._pieces = []
            return
        kind, level = _kind(holder)
        line = getattr(holder, "sourceline", None)
        blocks.append(
            Block(
                kind=kind,
                text=text,
                facts=tuple(dict.fromkeys(self._facts)),
                level=level,
                where=f":{line}" if line else "",
                links=tuple(self._links),
                anchors=tuple(self._anchors),
            )
        )
        self._start()


def _kind(holder: Tag | None) -> tuple[str, int]:
    names = [tag.name for tag in (holder, *holder.parents)] if holder else []
    heading = next((name for name in names if _HEADING.match(name)), None)
    if heading:
        return "heading", int(heading[1])
    if "tr" in names or _ITEMS.intersection(names):
        return "item", 0
    return "paragraph", 0
