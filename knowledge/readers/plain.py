"""Plain text: no markup, so headings are guessed from how people type them.

A heading is a line underlined with === or ---, a line that begins with #, or a short line by
itself between empty lines that is no sentence ("Aftercare", "1.2 Sun", "What is normal?"). Lines of
one paragraph are joined; a line that begins with a bullet or a number starts a list item.
"""

from __future__ import annotations

import re

from knowledge.blocks import Block, Reading, decoded, looks_like_heading, one_line
from knowledge.readers.front_matter import front_matter

_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*\Z")
_RULE = re.compile(r"\s*([=\-_*~#])(?:\s*\1){2,}\s*\Z")
_HASHES = re.compile(r"\s*(#{1,6})\s+(.*?)\s*#*\s*\Z")
_ITEM = re.compile(r"\s*(?:[-*•‣◦·–]|\(?[0-9]{1,3}[.)])\s+(.*)\Z")
_NUMBERED = re.compile(r"\s*([0-9]+(?:\.[0-9]+)*)[.)]?\s+\S")

#: A paragraph: the number of its first line, and its lines.
_Paragraph = tuple[int, list[str]]


def read(content: bytes) -> Reading:
    """Headings as far as they can be told, paragraphs and items, in order."""
    front, body, before = front_matter(decoded(content))
    paragraphs = _paragraphs(body.split("\n"), before + 1)
    blocks: list[Block] = []
    for place, (line, lines) in enumerate(paragraphs):
        followed = place + 1 < len(paragraphs)
        blocks += _blocks(line, lines, followed)
    return Reading(tuple(blocks), front)


def _paragraphs(lines: list[str], first: int) -> list[_Paragraph]:
    """Lines between empty lines; rules across the page count as empty, underlines do not."""
    paragraphs: list[_Paragraph] = []
    open_: list[str] = []
    for number, line in enumerate([*lines, ""], start=first):
        underlines = len(open_) == 1 and _UNDERLINE.match(line)
        if line.strip() and (underlines or not _RULE.match(line)):
            open_.append(line)
        elif open_:
            paragraphs.append((number - len(open_), open_))
            open_ = []
    return paragraphs


def _blocks(line: int, lines: list[str], followed: bool) -> list[Block]:
    if len(lines) > 1 and _UNDERLINE.match(lines[1]):
        level = 1 if "=" in lines[1] else 2
        rest = _blocks(line + 2, lines[2:], followed) if lines[2:] else []
        return [Block("heading", one_line(lines[0]), level=level, where=f":{line}"), *rest]
    if hashes := _HASHES.match(lines[0]):
        rest = _blocks(line + 1, lines[1:], followed) if lines[1:] else []
        text, level = one_line(hashes.group(2)), len(hashes.group(1))
        return [Block("heading", text, level=level, where=f":{line}"), *rest]
    alone = one_line(lines[0])
    if len(lines) == 1 and followed and looks_like_heading(alone) and not _is_bullet(lines[0]):
        number = _NUMBERED.match(lines[0])
        level = number.group(1).count(".") + 2 if number else 2
        return [Block("heading", alone, level=level, where=f":{line}")]
    return _text(line, lines)


def _is_bullet(line: str) -> bool:
    return bool(_ITEM.match(line)) and not _NUMBERED.match(line)


def _text(first: int, lines: list[str]) -> list[Block]:
    """One paragraph, or the items that start in it."""
    found: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines, start=first):
        item = _ITEM.match(line)
        if item:
            found.append(("item", number, [item.group(1)]))
        elif found:
            found[-1][2].append(line)
        else:
            found.append(("paragraph", number, [line]))
    joined = ((kind, number, one_line(" ".join(pieces))) for kind, number, pieces in found)
    return [Block(kind, text, where=f":{number}") for kind, number, text in joined if text]
