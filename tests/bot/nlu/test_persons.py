"""Whose sign it is: the patient's own, also where somebody else writes, or another person's."""

import pytest

from bot.nlu import read_by_lexicon


def whose(text: str) -> dict[str, str]:
    return {name: str(said.subject) for name, said in read_by_lexicon(text).findings.items()}


@pytest.mark.parametrize(
    "text",
    [
        "My son has a fever tonight. Cheeks needled Sunday afternoon, they look normal to me.",
        "my daughter has swollen lips, treated yesterday at 2. I am worried",
        "my wife is wheezing since the needling on Monday, I think it is an allergy",
    ],
)
def test_one_who_only_looks_on_writes_for_the_treated_person(text: str) -> None:
    assert set(whose(text).values()) == {"self"}


@pytest.mark.parametrize(
    "text",
    [
        "my son has a fever tonight. I was needled on Sunday",
        "my husband is coughing, my treatment was yesterday",
    ],
)
def test_another_person_is_not_the_one_who_was_treated(text: str) -> None:
    assert set(whose(text).values()) == {"other"}


def test_a_word_that_looks_like_dreaming_makes_no_dream() -> None:
    assert whose("Ang daming pantal sa tiyan and legs ko, Microneedling kanina 1pm") == {
        "hives": "self"
    }


def test_what_is_told_after_the_thing_is_no_question() -> None:
    said = read_by_lexicon("my skin is dry after the thing today but I forgot I am on accutane")
    assert said.context.risks == ("isotretinoin",)
    assert said.findings["dryness"].state == "present"


@pytest.mark.parametrize(
    "text",
    [
        "My sister on the video call says my mouth and fingernails are blue",
        "she got the needling at six. noo her words come oot slurred and her fingers keep twitchin",
    ],
)
def test_who_only_tells_of_it_has_it_not(text: str) -> None:
    assert set(whose(text).values()) == {"self"}
