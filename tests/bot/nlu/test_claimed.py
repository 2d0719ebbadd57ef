"""Signs that are claimed after the bot has read them out."""

import pytest

from bot.nlu.claimed import claimed

READ_OUT = "Call for help at once if there is a tight throat, a hoarse voice, fainting or wheezing."


@pytest.mark.parametrize(
    "text",
    [
        "ok I have like three of them",
        "thats me",
        "oh dear. that's what my daughter looks like",
        "that sounds like me",
        "my wife has 2 of them",
        "yes all of it, since an hour",
        "I have those symptoms right now",
        "mine is like that",
        "I tick most of those boxes",
        "you just described me",
        "I have those",
        "I've those two",
        "I'm having two of those",
        "both apply to me",
        "that is happening to me now",
        "I never had it before but now I have two of those",
    ],
)
def test_what_was_read_out_is_claimed(text: str) -> None:
    found = claimed(text, READ_OUT)
    assert set(found) == {"throat_tightness", "hoarse_voice", "fainting", "wheeze"}
    assert {said.state for said in found.values()} == {"uncertain"}


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks",
        "I have none of them",
        "I don't have any of those",
        "so if I have two of these do I call",
        "do I have all of them?",
        "last year I had two of these",
        "that's not me",
        "that isn't what I have",
        "that sounds like a lot",
        "I have that cream at home",
        "it is me again",
        "I have all day",
        "this is my second session",
        "that's good to know",
        "yes all of that is clear",
        "got all of that thank you",
        "I got most of it, thanks",
        "I have all of that written down",
        "I think I've got it, thanks",
        "no I have all of those creams",
        "I have both of these serums",
        "that is my face wash",
        "that's me then, cheers",
        "that's me sorted, thanks",
    ],
)
def test_it_is_not_claimed(text: str) -> None:
    assert claimed(text, READ_OUT) == {}


def test_nothing_is_claimed_of_a_passage_without_red_flags() -> None:
    assert claimed("that's me", "Redness is normal for up to 72 hours.") == {}
