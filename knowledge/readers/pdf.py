"""PDF, read by pdfminer.six, which tells for every line where it stands and how large it is.

A PDF knows no headings and no paragraphs. Headings are the lines that its outline names, and lines
that are larger than the text around them, or short and bold; paragraphs are pdfminer's boxes of
lines. Page numbers and what repeats at the edge of pages are left out, and so are pictures.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTFigure, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import (
    PDFDocument,
    PDFEncryptionError,
    PDFNoOutlines,
    PDFPasswordIncorrect,
)
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import decode_text

from knowledge.blocks import Block, Reading, UnreadableError, counted, looks_like_heading, one_line
from knowledge.spelling import english_words

#: A line this much larger than the document's text is a heading.
_LARGER = 1.15

_BOLD = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)
_ITEM = re.compile(r"(?:[•‣◦·▪●–*-]|\(?[0-9]{1,2}[.)])\s+(.*)\Z", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page|seite)?\s*\d+\s*(?:(?:of|von|/)\s*\d+)?\Z", re.IGNORECASE)
_BROKEN_WORD = re.compile(r"(\w+)-\Z")
_SENTENCE_END = tuple(".!?:;”\"')")

#: The part of a page, above and below, in which repeated lines are running heads.
_EDGE = 0.1

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True)
class _Line:
    """One line of a page."""

    text: str
    size: float
    bold: bool
    page: int
    box: int
    at_edge: bool

    @property
    def shape(self) -> str:
        """The text with its numbers hidden: the same for every page's running head."""
        return _DIGITS.sub("0", self.text)


def read(content: bytes) -> Reading:
    """Headings, paragraphs and items, in order of the pages."""
    if b"%PDF" not in content[:1024]:
        raise UnreadableError("no PDF inside; save it anew as PDF")
    try:
        document = PDFDocument(PDFParser(io.BytesIO(content)))
        # Page by page: the letters of a long document would not fit into memory.
        pages = [
            (list(_lines(page)), _pictures(page)) for page in extract_pages(io.BytesIO(content))
        ]
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise UnreadableError("needs a password; save it without one") from None
    if not pages:
        raise UnreadableError("damaged: it has no page that can be read; save it anew as PDF")
    without_text = sum(not lines for lines, _ in pages)
    if without_text == len(pages):
        raise UnreadableError(
            f"no text in it, only {counted(['page'] * len(pages))[0]} of pictures; "
            "recognise its text (OCR) first"
        )
    lines, heads = _without_running_heads([lines for lines, _ in pages])
    left_out = counted(
        ["page without text"] * without_text
        + ["running head or page number"] * heads
        + ["picture"] * sum(pictures for _, pictures in pages)
    )
    return Reading(tuple(_blocks(lines, _outline(document))), {}, _title(document), left_out)


def _lines(page: LTPage) -> Iterator[_Line]:
    for number, box in enumerate(item for item in page if isinstance(item, LTTextBox)):
        for line in box:
            letters = [
                char for char in line if isinstance(char, LTChar) and char.get_text().strip()
            ]
            text = line.get_text().strip() if isinstance(line, LTTextLine) else ""
            if not letters or not one_line(text):
                continue
            sizes = Counter(round(char.size * 2) / 2 for char in letters)
            bold = sum(bool(_BOLD.search(char.fontname)) for char in letters)
            height = page.height or 1.0
            yield _Line(
                text=text,
                size=sizes.most_common(1)[0][0],
                bold=bold > len(letters) / 2,
                page=page.pageid,
                box=number,
                at_edge=line.y0 > height * (1 - _EDGE) or line.y1 < height * _EDGE,
            )


def _pictures(page: LTPage) -> int:
    return sum(isinstance(item, LTFigure) for item in page)


def _without_running_heads(pages: list[list[_Line]]) -> tuple[list[_Line], int]:
    """All lines but page numbers and what stands at the edge of most pages."""
    shapes = Counter(shape for page in pages for shape in {x.shape for x in page if x.at_edge})
    repeated = {shape for shape, count in shapes.items() if count > max(2, len(pages) / 2)}
    kept = []
    dropped = 0
    for line in (line for page in pages for line in page):
        if line.at_edge and (line.shape in repeated or _PAGE_NUMBER.match(line.text)):
            dropped += 1
        else:
            kept.append(line)
    return kept, dropped


def _outline(document: PDFDocument) -> dict[str, int]:
    """Level by title of the document's outline, if it has one."""
    try:
        return {one_line(title).casefold(): level for level, title, *_ in document.get_outlines()}
    except PDFNoOutlines:
        return {}


def _title(document: PDFDocument) -> str:
    raw = next((info["Title"] for info in document.info if info.get("Title")), b"")
    return one_line(decode_text(raw)) if isinstance(raw, bytes) else ""


def _blocks(lines: list[_Line], outline: dict[str, int]) -> Iterator[Block]:
    """Headings, and the other lines as paragraphs and items."""
    level_of = _Levels(lines, outline)
    group: list[_Line] = []
    for _, run in groupby(lines, key=lambda line: (line.page, line.box, line.size, line.bold)):
        alike = list(run)
        level = level_of(alike)
        if level:
            if group:
                yield _block(group)
            group = []
            yield _block(alike, level)
            continue
        for line in alike:
            if group and _starts_anew(line, group[-1]):
                yield _block(group)
                group = []
            group.append(line)
    if group:
        yield _block(group)


class _Levels:
    """Tells headings by the document's outline, and by size and weight beside its text."""

    def __init__(self, lines: list[_Line], outline: dict[str, int]) -> None:
        letters: Counter[tuple[float, bool]] = Counter()
        for line in lines:
            letters[line.size, line.bold] += len(line.text)
        self._outline = outline
        self._size, self._bold = letters.most_common(1)[0][0]
        self._larger = sorted(
            {line.size for line in lines if line.size >= self._size * _LARGER}, reverse=True
        )

    def __call__(self, lines: list[_Line]) -> int:
        """Level of the heading that lines of one look are, 0 for text."""
        text = one_line(_joined([line.text for line in lines]))
        size = lines[0].size
        if text.casefold() in self._outline:
            return self._outline[text.casefold()]
        if not looks_like_heading(text):
            return 0
        if size in self._larger:
            return self._larger.index(size) + 1
        stands_out = lines[0].bold and not self._bold and size >= self._size
        return len(self._larger) + 1 if stands_out and not _ITEM.match(text) else 0


def _starts_anew(line: _Line, before: _Line) -> bool:
    """Whether a line of text begins another block than the line before it."""
    if _ITEM.match(line.text):
        return True
    goes_on = line.text[0].islower() and not before.text.endswith(_SENTENCE_END)
    same_box = (before.page, before.box) == (line.page, line.box)
    return not same_box and not (goes_on and before.page + 1 == line.page)


def _block(lines: list[_Line], level: int = 0) -> Block:
    text = one_line(_joined([line.text for line in lines]))
    item = None if level else _ITEM.match(text)
    kind = "heading" if level else "item" if item else "paragraph"
    where = f" page {lines[0].page}"
    return Block(kind, item.group(1) if item else text, level=level, where=where)


def _joined(lines: list[str]) -> str:
    """Lines as running text; a word that was broken at a line's end is put together again."""
    text = lines[0]
    for line in lines[1:]:
        broken = _BROKEN_WORD.search(text)
        rest = re.match(r"[a-z]+", line)
        if broken and rest:
            whole = (broken.group(1) + rest.group(0)).lower()
            text = text[:-1] + line if whole in english_words() else text + line
        else:
            text = f"{text} {line}"
    return text
