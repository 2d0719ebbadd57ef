from __future__ import annotations

import pytest

from knowledge.blocks import counted, looks_like_heading, one_line, slugify


def test_one_line_keeps_what_can_be_seen() -> None:
    assert one_line(" a\u00ad\u200bb\x00\n\u2028c\td ") == "ab c d"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Prevention: before the treatment!", "prevention-before-the-treatment"),
        ("Après-soin", "apres-soin"),
        ("Уход за кожей", "уход-за-кожеи"),
        ("a_b", "a-b"),
        ("!?", "section"),
    ],
)
def test_slugs_are_plain_in_any_script(title: str, slug: str) -> None:
    assert slugify(title) == slug


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("Aftercare", True),
        ("What is normal?", True),
        ("1.2 Sun", True),
        ("Wash gently.", False),
        ("and so on", False),
        ("42", False),
        ("A " + "very " * 20 + "long line", False),
    ],
)
def test_headings_are_short_and_no_sentences(line: str, heading: bool) -> None:
    assert looks_like_heading(line) is heading


def test_counted_names_are_sorted_and_in_the_plural() -> None:
    assert counted(["table", "picture", "picture"]) == ("2 pictures", "1 table")
