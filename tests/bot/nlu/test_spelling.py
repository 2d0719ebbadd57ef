"""Words written in haste, without their vowels: the lexicon alone has to know the red flags."""

import pytest

from bot.nlu import read_by_lexicon
from bot.nlu.lexicon import lexicon


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("hlp cnt brth", "breathing_difficulty"),
        ("cn't brth prprly", "breathing_difficulty"),
        ("thrt clsng up", "throat_tightness"),
        ("tng swlln", "tongue_swelling"),
        ("lps swln", "lip_swelling"),
        ("chst tght", "chest_tightness"),
        ("dzzy", "dizziness"),
    ],
)
def test_a_red_flag_without_vowels(text: str, finding: str) -> None:
    assert read_by_lexicon(text).findings[finding].state == "present"


def test_what_is_denied_without_vowels_is_denied() -> None:
    assert read_by_lexicon("nt dzzy").findings["dizziness"].state == "absent"


@pytest.mark.parametrize("word", ["thx", "pls", "hmm", "msg", "hrs", "mth", "nth", "why", "birth"])
def test_other_words_without_vowels_stay_what_they_are(word: str) -> None:
    found = lexicon().speller.read(word)
    assert not {"breathe", "throat", "lips", "chest", "rash", "mouth", "hives"}.intersection(found)
