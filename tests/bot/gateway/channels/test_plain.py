"""Options by number and title, and long texts in parts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.channels.plain import (
    Option,
    chosen,
    numbered,
    on_offer,
    options_of,
    parts,
    with_options,
)
from bot.gateway.storage import Stored

NONE_OF_THESE = {"id": "x", "title": "None of these"}
WHEN = {"text": "How many days ago?", "custom": {"type": "question"}}


def said(seq: int, body: dict[str, Any], answers: int | None = None) -> Stored:
    sender = "patient" if answers is None and "buttons" not in body else "bot"
    return Stored(seq, "sms-1", sender, 0.0, body, None, None, answers, None)


def asked(seq: int, text: str, *titles: str, answers: int = 1) -> Stored:
    buttons = [{"id": title, "title": title} for title in titles]
    return said(seq, {"text": text, "buttons": buttons}, answers)


def titles(options: list[Option]) -> list[str]:
    return [each.title for each in options]


TWO = numbered([Option("a", "None of these"), Option("b", "Yes, I have some of these")])


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("1", "a"),
        (" 2. ", "b"),
        ("(1)", "a"),
        ("#2", "b"),
        ("2\ufe0f\u20e3", "b"),
        ("Option 1", "a"),
        ("none of these!", "a"),
        ("NONE OF THESE", "a"),
        ("yes I have some of these", "b"),
    ],
)
def test_an_option_is_chosen_by_number_or_title(text: str, option: str) -> None:
    found = chosen(text, TWO)
    assert found
    assert found.id == option


@pytest.mark.parametrize("text", ["", "3", "0", "1 2", "12", "1 day", "none", "yes", "1 my lip"])
def test_everything_else_is_text(text: str) -> None:
    assert chosen(text, TWO) is None


def test_options_are_numbered_on_from_the_items_of_the_question() -> None:
    question = "Any of these?\n1. trouble breathing\n2. a tight throat\nAnswer by number."
    options = numbered([Option("a", "None of these")], question)
    assert with_options(question, options).endswith("\n\n3. None of these")
    assert chosen("1", options) is None


def test_one_count_for_all_of_a_reply() -> None:
    history = [asked(2, "Call?", "Yes", "No"), asked(3, "Remind?", "Please")]
    found = options_of(history)
    assert [each.number for seq in (2, 3) for each in found[seq]] == [1, 2, 3]
    assert titles(on_offer(history, 3)) == ["Yes", "No", "Please"]


def test_a_number_stands_for_an_option_of_the_newest_reply_that_has_some() -> None:
    history = [asked(2, "Old?", "A"), asked(4, "New?", "B", answers=3)]
    assert titles(on_offer(history, 4)) == ["B"]
    apology = said(6, {"text": "I cannot work that out right now."}, answers=5)
    assert titles(on_offer([*history, apology], 6)) == ["B"]


def test_what_has_not_arrived_cannot_be_chosen() -> None:
    history = [asked(2, "Old?", "A"), asked(4, "New?", "B", answers=3)]
    assert titles(on_offer(history, 3)) == ["A"]


def test_a_question_without_options_takes_numbers_as_they_are() -> None:
    assert on_offer([asked(2, "Old?", "A"), said(4, WHEN, answers=3)], 4) == []


LONG = "One two three. Four five six!\n\nSeven eight nine ten.\nEleven twelve, thirteen fourteen."


def test_a_long_text_is_parted_where_it_pauses() -> None:
    assert parts(LONG, 45) == [
        "(1/3) One two three. Four five six!",
        "(2/3) Seven eight nine ten.",
        "(3/3) Eleven twelve, thirteen fourteen.",
    ]
    assert parts(LONG, 200) == [LONG]


def test_a_word_that_fits_nowhere_is_cut() -> None:
    assert parts("x" * 30, 20) == ["(1/3) " + "x" * 14, "(2/3) " + "x" * 14, "(3/3) xx"]


def letters(text: str) -> str:
    return "".join(text.split())


@given(st.text("ab .\n🔴", max_size=600), st.integers(20, 90))
def test_nothing_is_lost_and_every_part_fits(text: str, longest: int) -> None:
    cut = parts(text, longest)
    assert all(len(each) <= longest for each in cut)
    if len(cut) == 1:
        assert cut == [text.strip()]
        return
    bare = [part.removeprefix(f"({n}/{len(cut)}) ") for n, part in enumerate(cut, 1)]
    assert all(bare)
    assert letters("".join(bare)) == letters(text)
