"""What answers about risks and home care tell in words that no template has."""

from __future__ import annotations

import pytest

from bot.nlu import heard, read
from bot.nlu.answers import RISKS

ASKS = ("risks", "home_care_tried")
LINES = (("risks",), ("home_care_tried",))


@pytest.mark.parametrize(
    ("answer", "tried"),
    [
        ("frozen peas wrapped in a tea towel", True),
        ("my mum put some aloe on it", True),
        ("left it well alone", False),
        ("I have not put a thing on it", False),
        ("just the bee thing I told you about, and I cooled it under the tap", True),
    ],
)
def test_what_was_done_at_home(answer: str, tried: bool) -> None:
    assert read(answer, asks=ASKS, items=LINES).context.home_care_tried is tried


@pytest.mark.parametrize(
    "answer", ["I do not suffer from any of the conditions you list", "aye no, nane o that"]
)
def test_nothing_of_the_list_applies(answer: str) -> None:
    assert set(read(answer, asks=ASKS, items=LINES).context.cleared) >= set(RISKS)


@pytest.mark.parametrize(
    "answer",
    [
        *("only amoxicillin", "codeine allergy and that's the lot", "nothing else but the eggs"),
        *("just the Skyrizi jab", "just my kidney pills and the diabetes", "only took an aspirin"),
        *("just cold milk on it", "not sure about the rest, only the nuts"),
    ],
)
def test_what_is_named_and_not_known_leaves_the_risks_open(answer: str) -> None:
    assert not read(answer, asks=ASKS, items=LINES).context.cleared


def test_a_question_is_no_home_care() -> None:
    said = read("can I put frozen peas on it?", asks=ASKS, items=LINES)
    assert said.context.home_care_tried is None


def test_they_are_heard_only_where_they_were_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(heard, "comes_down_to", lambda task, *_: looked_at.append(task))
    read("frozen peas in a tea towel", asks=("fever",))
    assert not {"remedies", "conditions"}.intersection(looked_at)
    read("frozen peas in a tea towel", asks=ASKS, items=LINES)
    assert {"remedies", "conditions"} <= set(looked_at)


def test_nothing_is_cleared_that_was_not_asked() -> None:
    assert not read("nothing of the kind applies to me", asks=("fever",)).context.cleared


def test_who_asks_back_has_told_nothing() -> None:
    context = read("what do you mean?", asks=ASKS, items=LINES).context
    assert (context.home_care_tried, context.cleared) == (None, ())


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("flaky nose, am i ok to put vaseline on it", None),
        ("dry chin, can I use moisturiser on it", None),
        ("put vaseline on it, still dry", True),
    ],
)
def test_what_may_be_done_has_not_been_done(text: str, tried: bool | None) -> None:
    assert read(text).context.home_care_tried is tried
