"""Markdown (CommonMark and tables), read by markdown-it-py.

Code, HTML blocks and pictures are left out. A fact marker, `<!-- S13 -->` or `<!-- G:eye -->`,
stands right behind the sentence that carries the fact; it is kept beside the block and is no part
of its text.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.blocks import CELL, MARKER, Block, Reading, counted, decoded, one_line
from knowledge.readers.front_matter import front_matter

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_ANCHOR = re.compile(r"<a\s[^>]*?\b(?:id|name)=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_NOT_READ = {"code_block": "code block", "fence": "code block", "html_block": "HTML block"}


def read(content: bytes) -> Reading:
    """Headings, paragraphs, items and rows of tables, in order."""
    front, body, before = front_matter(decoded(content))
    reader = _Reader(before)
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        reader.take(token)
    return Reading(tuple(reader.blocks), front, left_out=counted(reader.left_out))


class _Reader:
    """Walks the tokens of one text."""

    def __init__(self, lines_before: int) -> None:
        self.blocks: list[Block] = []
        self.left_out: list[str] = []
        self._before = lines_before
        self._inside: list[Token] = []
        self._cells: list[Block] = []

    def take(self, token: Token) -> None:
        """Take the next token."""
        if token.nesting == 1:
            self._inside.append(token)
        elif token.nesting == -1:
            self._inside.pop()
            if token.type == "tr_close":
                self._end_row()
        elif token.type == "inline":
            self._take_text(token)
        elif token.type in _NOT_READ and _COMMENT.sub("", token.content).strip():
            self.left_out.append(_NOT_READ[token.type])

    def _take_text(self, token: Token) -> None:
        around = [parent.type for parent in self._inside]
        line = token.map[0] + 1 if token.map else 0
        block = self._block(token.children or [], f":{self._before + line}" if line else "")
        if "tr_open" in around:
            self._cells.append(block)
        elif around[-1] == "heading_open":
            level = int(self._inside[-1].tag[1:])
            self._keep(block, "heading", level)
        else:
            self._keep(block, "item" if "list_item_open" in around else "paragraph")

    def _end_row(self) -> None:
        cells, self._cells = self._cells, []
        row = Block(
            kind="item",
            text=CELL.join(cell.text for cell in cells if cell.text),
            facts=tuple(fact for cell in cells for fact in cell.facts),
            where=next((cell.where for cell in cells if cell.where), ""),
            links=tuple(link for cell in cells for link in cell.links),
            anchors=tuple(anchor for cell in cells for anchor in cell.anchors),
        )
        self._keep(row, "item")

    def _keep(self, block: Block, kind: str, level: int = 0) -> None:
        if block.text:
            self.blocks.append(
                Block(kind, block.text, block.facts, level, block.where, block.links, block.anchors)
            )

    def _block(self, children: list[Token], where: str) -> Block:
        """The text of inline tokens, what is marked in it and what it links to."""
        pieces: list[str] = []
        facts: list[str] = []
        links: list[str] = []
        anchors: list[str] = []
        for child in children:
            if child.type in ("text", "code_inline"):
                pieces.append(child.content)
            elif child.type in ("softbreak", "hardbreak"):
                pieces.append(" ")
            elif child.type == "link_open":
                links.append(str(child.attrGet("href") or ""))
            elif child.type == "image":
                self.left_out.append("picture")
            elif child.type == "html_inline":
                facts += [
                    mark.group(1)
                    for comment in _COMMENT.findall(child.content)
                    if (mark := MARKER.match(comment))
                ]
                anchors += _ANCHOR.findall(child.content)
        return Block(
            kind="paragraph",
            text=one_line("".join(pieces)),
            facts=tuple(dict.fromkeys(facts)),
            where=where,
            links=tuple(links),
            anchors=tuple(anchors),
        )
