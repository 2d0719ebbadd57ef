"""Words written in haste and in dialect: the lexicon alone has to know the red flags."""

import pytest

from actions.triage.datafile import load
from bot.nlu import read_by_lexicon
from bot.nlu.lexicon import lexicon
from bot.nlu.spelling import DIALECTS_FILE


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


@pytest.mark.parametrize(
    ("text", "finding", "state"),
    [
        ("ah cannae swally", "swallowing_difficulty", "present"),
        ("ma troat a close up", "throat_tightness", "present"),
        ("me tung's swole up summat rotten", "tongue_swelling", "present"),
        ("'ad 'ives all over me boat", "hives", "present"),
        ("mi froat is tite", "throat_tightness", "present"),
        ("ma lips is no swelt", "lip_swelling", "absent"),
        ("ah'm no wheezin", "wheeze", "absent"),
    ],
)
def test_a_sign_in_dialect(text: str, finding: str, state: str) -> None:
    assert read_by_lexicon(text).findings[finding].state == state


def test_a_dialect_word_is_plain_after_one_look() -> None:
    words = load(DIALECTS_FILE, {"type": "object"})
    assert not [word for plain in words.values() for word in plain.split() if word in words]


@pytest.mark.parametrize("word", ["wee", "ken", "ma", "ticker", "hip", "lad", "mum", "sister", "hr"])
def test_words_with_another_sense_are_left_alone(word: str) -> None:
    assert word not in load(DIALECTS_FILE, {"type": "object"})
