from __future__ import annotations

import pytest

from knowledge.spelling import Spelling, english_words

GUIDE_WORDS = [
    "sunscreen", "makeup", "antihistamine", "swelling", "microneedling", "needling", "moisturizer",
    "hives", "aftercare", "welts",
]  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(GUIDE_WORDS)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("sunscren", "sunscreen"),
        ("antihistimine", "antihistamine"),
        ("sweling", "swelling"),
        ("moisturiser", "moisturizer"),
        ("hivs", "hives"),
    ],
)
def test_misspelt_words_become_words_of_the_guide(
    spelling: Spelling, wrong: str, right: str
) -> None:
    assert spelling.correct([wrong]) == [right]


@pytest.mark.parametrize("word", ["selling", "dwelling", "felts", "swimming", "lives", "teh", "38"])
def test_real_and_short_words_are_left_alone(spelling: Spelling, word: str) -> None:
    assert spelling.correct([word]) == [word]


def test_parted_compounds_are_joined_even_misspelt(spelling: Spelling) -> None:
    words = ["can", "i", "wear", "make", "up", "after", "micro", "needeling"]
    assert spelling.correct(words) == ["can", "i", "wear", "makeup", "after", "microneedling"]


def test_very_long_messages_are_not_corrected(spelling: Spelling) -> None:
    words = ["sunscren"] * 301
    assert spelling.correct(words) == words


def test_the_english_words_hold_everyday_words() -> None:
    assert {"swimming", "capital", "cheese"} <= english_words()
    assert "sunscren" not in english_words()
