"""What a statement says of a sign, and of no other one: across commas, after pronouns."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.nlu import read, read_by_lexicon

NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)


def _states(text: str) -> dict[str, str]:
    found = read_by_lexicon(text, NOW).findings
    return {name: str(said.state) for name, said in found.items()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # the "not" at the end
        ("dizzy I am not, just itchy", {"dizziness": "absent", "itching": "present"}),
        ("fever I have not", {"fever": "absent"}),
        ("wheezing I am not happy about", {"wheeze": "present"}),
        # a degree that is the sign's own word
        ("lips no big, throat no tight", {"lip_swelling": "absent", "throat_tightness": "absent"}),
        ("my lips are not that big", {"lip_swelling": "present"}),
        # "near" a place is not "nearly"
        ("slight itching near nose, lips fine", {"itching": "present", "lip_swelling": "absent"}),
        # one's own is not, or is
        ("mine isn't drooping", {"facial_droop": "absent"}),
        ("is a drooping face usual? mine is", {"facial_droop": "present"}),
        ("is a swollen throat usual? mine is not", {"throat_tightness": "absent"}),
        ("I have neither fainted nor had a fit", {"fainting": "absent", "seizure": "absent"}),
        ("never felt like passing out", {"fainting": "absent"}),
        ("never felt like this, throat tight", {"throat_tightness": "present"}),
    ],
)
def test_what_is_said_of_a_sign(text: str, says: dict[str, str]) -> None:
    assert says.items() <= _states(text).items()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "bit puffy on cheeks, eyes and lips normal",
            {"swelling": "present", "eye_swelling": "absent", "lip_swelling": "absent"},
        ),
        ("swollen on the cheeks, eyes not swollen", {"eye_swelling": "absent"}),
        ("not the lip, lip's fine", {"lip_swelling": "absent"}),
        ("swollen cheeks, lips and eyes", {"lip_swelling": "present", "eye_swelling": "present"}),
        ("swollen cheeks, eyes swollen shut", {"eye_swelling": "present"}),
    ],
)
def test_a_statement_behind_a_comma_is_one_of_its_own(text: str, says: dict[str, str]) -> None:
    assert says.items() <= _states(text).items()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("A woman in the film stops breathing. My cheeks are pink.", "breathing_difficulty"),
        ("My brother had fits as a boy. My cheeks are pink.", "seizure"),
        ("In October I had no voice for two weeks. My cheeks are pink.", "hoarse_voice"),
    ],
)
def test_a_sign_of_others_or_of_earlier_times_is_none_of_now(text: str, finding: str) -> None:
    said = read(text, NOW).findings[finding]
    assert (said.state, said.recent) == ("past", False) or said.subject == "other"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("he looks completely out of it", "confusion"),
        ("I fainted from hunger", "fainting"),
        ("my lips went blue after the pen", "pale_or_blue_skin"),
        ("my phone is dying and I want to die", "self_harm_thoughts"),
    ],
)
def test_words_of_another_sense_hide_no_red_flag_beside_them(text: str, finding: str) -> None:
    assert _states(text)[finding] == "present"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        # "neck ... cramping" and "glued eyes" are no such signs to the lexicon
        (
            "hives across my neck plus my belly's cramping that badly I'm folded over",
            "abdominal_pain",
        ),
        ("left eye's gone all blurry like looking through a greasy window", "vision_change"),
    ],
)
def test_what_is_surely_seen_is_there_beside_words_of_another_sense(
    text: str, finding: str
) -> None:
    assert finding not in _states(text)
    assert read(text, NOW).findings[finding].state == "present"
