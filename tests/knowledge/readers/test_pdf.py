from __future__ import annotations

import pytest

from knowledge.blocks import UnreadableError
from knowledge.readers.pdf import _joined, read
from tests.knowledge.pdfs import care_sheet, pictures


@pytest.mark.parametrize("outline", [False, True])
def test_larger_lines_or_those_of_the_outline_are_headings(outline: bool) -> None:
    blocks = read(care_sheet(outline=outline)).blocks
    assert [(block.kind, block.text, block.where) for block in blocks[:5]] == [
        ("heading", "Day 1", " page 1"),
        (
            "paragraph",
            "On day 1 the skin is a little red and tight. This goes down by itself and needs no "
            "treatment at all.",
            " page 1",
        ),
        ("item", "Wash gently.", " page 1"),
        ("item", "Keep out of the sun.", " page 1"),
        ("heading", "Day 2", " page 2"),
    ]


def test_running_heads_and_page_numbers_are_left_out_and_said_so() -> None:
    reading = read(care_sheet())
    assert "Clinic" not in " ".join(block.text for block in reading.blocks)
    assert reading.left_out == ("6 running head or page numbers",)
    assert reading.title == "Care sheet"


def test_words_broken_at_the_end_of_a_line_are_put_together() -> None:
    assert _joined(["a mois-", "turizer that is fragrance-", "free, and", "so on"]) == (
        "a moisturizer that is fragrance-free, and so on"
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (pictures(), "only 2 pages of pictures; recognise its text"),
        (care_sheet(password="secret"), "needs a password"),
        (b"plain words", "no PDF inside"),
    ],
    ids=["pictures", "password", "text"],
)
def test_what_cannot_be_read_is_one_clear_line(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        read(content)
