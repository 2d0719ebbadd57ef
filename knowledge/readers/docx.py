"""DOCX (Word), read by python-docx.

Headings are the paragraphs with a heading or title style or an outline level; in a document that
has none, short bold paragraphs. Text boxes are read where they stand; pictures, footnotes, headers
and footers are left out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from knowledge.blocks import (
    CELL,
    Block,
    Reading,
    UnreadableError,
    counted,
    looks_like_heading,
    one_line,
)

#: Unpacked, a document may be this large; more is no document but an attack or an accident.
MOST_UNPACKED = 400_000_000

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_HEADING_STYLE = re.compile(r"heading (\d)\Z", re.IGNORECASE)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = qn("w:txbxContent")
_NOT_READ = {qn("w:drawing"): "picture", qn("w:footnoteReference"): "footnote"}


def read(content: bytes) -> Reading:
    """Headings, paragraphs, items and rows of tables, in order."""
    _check(content)
    document = Document(io.BytesIO(content))
    body = document.element.body
    blocks = list(_blocks(body, document))
    if not any(block.kind == "heading" for block in blocks):
        blocks = list(_blocks(body, document, bold_headings=True))
    properties = document.core_properties
    front = {"version": properties.version, "language": properties.language}
    left_out = [name for tag, name in _NOT_READ.items() for _ in body.iter(tag)]
    return Reading(
        tuple(blocks),
        {name: value for name, value in front.items() if value},
        properties.title or "",
        counted(left_out),
    )


def _check(content: bytes) -> None:
    if content.startswith(_OLD_WORD):
        raise UnreadableError(
            "an old Word file or one with a password; save it as .docx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise UnreadableError("no DOCX inside (not a zip archive); save it anew as .docx") from None
    if unpacked > MOST_UNPACKED:
        raise UnreadableError(f"unpacks to {unpacked // 1_000_000} MB; save it without pictures")


def _blocks(body: Any, document: Any, bold_headings: bool = False) -> Iterator[Block]:
    """The blocks of the body; content controls and tracked insertions are text like any other."""
    for element in body.iter(qn("w:p"), qn("w:tr")):
        around = {ancestor.tag for ancestor in element.iterancestors()}
        if _FALLBACK in around or qn("w:tr") in around:
            continue  # another form of the same text box, or part of a row that is read as one
        if element.tag == qn("w:tr"):
            cells = (_text(cell) for cell in element.iter(qn("w:tc")))
            kind, level, text = "item", 0, CELL.join(cell for cell in cells if cell)
        else:
            text = _text(element)
            kind, level = _kind(Paragraph(element, document), text, bold_headings)
        if text:
            yield Block(
                kind,
                text,
                level=level,
                links=tuple(_links(element, document)),
                anchors=tuple(
                    mark.get(qn("w:name")) for mark in element.iter(qn("w:bookmarkStart"))
                ),
            )


def _text(element: Any) -> str:
    """Text of a paragraph or cell, without the text boxes that hang on it and without deletions."""
    pieces = []
    for part in element.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:p")):
        boxes = sum(ancestor.tag == _BOX for ancestor in part.iterancestors())
        if boxes > sum(ancestor.tag == _BOX for ancestor in element.iterancestors()):
            continue
        pieces.append(part.text or "" if part.tag == qn("w:t") else " ")
    return one_line("".join(pieces))


def _kind(paragraph: Paragraph, text: str, bold_headings: bool) -> tuple[str, int]:
    style = paragraph.style
    while style is not None:
        named = _HEADING_STYLE.match(style.name or "")
        if named:
            return "heading", int(named.group(1))
        if (style.name or "").lower() == "title":
            return "heading", 1
        if (style.name or "").lower().startswith("list"):
            return "item", 0
        style = style.base_style
    outline = paragraph._p.find(f".//{qn('w:outlineLvl')}")
    if outline is not None and int(outline.get(qn("w:val"), "9")) < 9:
        return "heading", int(outline.get(qn("w:val"), "9")) + 1
    if paragraph._p.find(f".//{qn('w:numPr')}") is not None:
        return "item", 0
    runs = [run for run in paragraph.runs if run.text.strip()]
    bold = bool(runs) and all(run.bold for run in runs)
    if bold_headings and bold and looks_like_heading(text):
        return "heading", 2
    return "paragraph", 0


def _links(element: Any, document: Any) -> Iterator[str]:
    """Targets of links: bookmarks as `#name`, others as they are stored."""
    for link in element.iter(qn("w:hyperlink")):
        anchor, relation = link.get(qn("w:anchor")), link.get(qn("r:id"))
        target = document.part.rels.get(relation) if relation else None
        address = target.target_ref if target is not None and target.is_external else ""
        if anchor or address:
            yield f"{address}#{anchor}" if anchor else address
