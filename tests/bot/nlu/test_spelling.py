"""Words written in haste and in dialect: the lexicon alone has to know the red flags."""

import pytest

from actions.triage.datafile import load
from bot.nlu import read_by_lexicon
from bot.nlu.lexicon import lexicon
from bot.nlu.spelling import DIALECTS_FILE, make_speller


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
        ("mi froat is tite", "throat_tightness", "present"),
        ("ma lips is no swelt", "lip_swelling", "absent"),
        ("ah'm no wheezin", "wheeze", "absent"),
    ],
)
def test_a_sign_in_dialect(text: str, finding: str, state: str) -> None:
    assert read_by_lexicon(text).findings[finding].state == state


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("asap cant breathe", "breathing_difficulty"),
        ("idek my throat is closing", "throat_tightness"),
        ("iirc my throat is closing", "throat_tightness"),
        ("spose my lips are swollen", "lip_swelling"),
        ("my throat is swelling naa", "throat_tightness"),
        ("huge amnt of swelling in my lips", "lip_swelling"),
        ("my lips are swollen wala", "lip_swelling"),
        ("jeebh mota ho gaya", "tongue_swelling"),
        ("hoth sooj gaye", "lip_swelling"),
        ("I coud not breathe, now neither", "breathing_difficulty"),
        ("my chest is tigh", "chest_tightness"),
        ("not me wheezing in the loo", "wheeze"),
        ("yeah nah throat feels pretty tight ay", "throat_tightness"),
    ],
)
def test_a_casual_word_hides_no_red_flag(text: str, finding: str) -> None:
    assert read_by_lexicon(text).findings[finding].state == "present"


@pytest.mark.parametrize("text", ["dr reid did it", "i used st ives scrub", "phone num please"])
def test_a_name_is_no_sign(text: str) -> None:
    assert not read_by_lexicon(text).findings


def test_dialects_leave_alone_what_the_lexicon_knows_itself() -> None:
    speller = make_speller(["swally", "throat"])
    assert [speller.read(word) for word in ("swally", "troat")] == [("swally",), ("throat",)]


def test_a_dialect_word_is_plain_after_one_look_and_never_hedges() -> None:
    plain = {word for words in _dialects().values() for word in words.split()}
    assert not plain.intersection(_dialects())
    assert not plain.intersection(["possible", "if", "believe", "suppose", "maybe", "know"])


@pytest.mark.parametrize(
    "word", ["wee", "ken", "ma", "ticker", "hip", "lad", "mum", "sister", "hr"]
)
def test_words_with_another_sense_are_left_alone(word: str) -> None:
    assert word not in _dialects()


def _dialects() -> dict[str, str]:
    words: dict[str, str] = load(DIALECTS_FILE, {"type": "object"})
    return words
