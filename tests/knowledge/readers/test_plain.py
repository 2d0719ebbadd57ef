from __future__ import annotations

import pytest

from knowledge.blocks import UnreadableError
from knowledge.readers.plain import read

TEXT = """\
CARE AFTER THE TREATMENT

Wash your face with a gentle
cleanser.

What is normal?

Slight redness for a day:
- tight skin
- minor swelling that
  goes down
1. third item

Sun
---
Keep out of the sun.

# Numbers
This belongs to it.

----------

2.1 Makeup

None for two days
"""


def _blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(text.encode()).blocks]


def test_headings_paragraphs_and_items_are_told_apart() -> None:
    assert _blocks(TEXT) == [
        ("heading", "CARE AFTER THE TREATMENT"),
        ("paragraph", "Wash your face with a gentle cleanser."),
        ("heading", "What is normal?"),
        ("paragraph", "Slight redness for a day:"),
        ("item", "tight skin"),
        ("item", "minor swelling that goes down"),
        ("item", "third item"),
        ("heading", "Sun"),
        ("paragraph", "Keep out of the sun."),
        ("heading", "Numbers"),
        ("paragraph", "This belongs to it."),
        ("heading", "2.1 Makeup"),
        ("paragraph", "None for two days"),
    ]


def test_every_block_knows_its_line() -> None:
    lines = TEXT.split("\n")
    for block in read(TEXT.encode()).blocks:
        assert block.text[:8] in lines[int(block.where[1:]) - 1]


def test_a_sentence_by_itself_is_no_heading() -> None:
    assert _blocks("Call us now.\n\nWe are open.\n") == [
        ("paragraph", "Call us now."),
        ("paragraph", "We are open."),
    ]


def test_front_matter_counts_in_lines() -> None:
    reading = read(b"---\ntitle: Care\n---\n\nSome words stand here.\n")
    assert reading.front == {"title": "Care"}
    assert reading.blocks[0].where == ":5"


def test_utf_16_and_a_byte_order_mark_are_understood() -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        assert read("Crème.".encode(encoding)).blocks[0].text == "Crème."


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"one\ncaf\xe9\n", r"not UTF-8 text \(line 2\)"), (b"PK\0\0", "zero bytes")],
)
def test_what_is_no_text_is_one_clear_line(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        read(content)
