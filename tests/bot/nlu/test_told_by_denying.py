"""What a denial tells all the same: until when, not that much, not again, beside what else."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.nlu import read, read_by_lexicon

NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "finding", "state"),
    [
        # until when
        ("I could swallow fine until about four", "swallowing_difficulty", "present"),
        ("no wheeze till I got on the bus", "wheeze", "present"),
        ("no wheeze until now", "wheeze", "absent"),
        ("no wheeze, I will wait until Monday", "wheeze", "absent"),
        # then and now
        ("no wheeze at noon, tonight yes", "wheeze", "present"),
        ("I was not dizzy before, I am now", "dizziness", "present"),
        ("no wheeze. I am now at home", "wheeze", "absent"),
        ("usually I can breathe fine. Not today.", "breathing_difficulty", "present"),
        ("last time was fine, now I feel faint", "fainting", "present"),
        # nearly
        ("I did not faint but nearly", "fainting", "present"),
        # any degree of a red flag, and no other
        ("my lips are not that swollen", "lip_swelling", "present"),
        ("hardly any wheeze left", "wheeze", "present"),
        # it has to have been there
        ("I have not fainted again", "fainting", "past"),
        ("no further wheezing", "wheeze", "past"),
        ("no new scars", "scarring", "absent"),
        # before the treatment it was not there
        ("I had no hoarse voice before the cream", "hoarse_voice", "uncertain"),
        # a wish takes it for granted
        ("I wish my eyes were not so swollen", "eye_swelling", "present"),
    ],
)
def test_a_denial_may_tell_of_a_sign(text: str, finding: str, state: str) -> None:
    assert read_by_lexicon(text, NOW).findings[finding].state == state


@pytest.mark.parametrize(
    ("text", "absent", "present"),
    [
        ("not itchy, swollen lips", "itching", "lip_swelling"),
        ("not sore or itchy, swollen tongue", "itching", "tongue_swelling"),
        ("no pain with the swollen lips", "pain", "lip_swelling"),
        ("no rash and a swollen tongue", None, "tongue_swelling"),
        ("no fever, vomiting or hives but a tight throat", "hives", "throat_tightness"),
    ],
)
def test_what_is_told_beside_a_denial_is_not_denied(
    text: str, absent: str | None, present: str
) -> None:
    found = read_by_lexicon(text, NOW).findings
    assert found[present].state == "present"
    assert absent is None or found[absent].state == "absent"


@pytest.mark.parametrize(
    "text",
    [
        "wheezing? not at all",
        "Swelling, wheeze, hives: no",
        "Tight throat, swollen tongue? None of it",
        "I have none of these: wheeze, fainting, hives",
        "you asked if my lips are swollen: they are not",
        "expected puffy eyes, got none",
        "swollen lips I don't have",
    ],
)
def test_a_no_after_what_is_named_denies_all_of_it(text: str) -> None:
    found = read(text, NOW).findings
    assert {str(said.state) for said in found.values()} <= {"absent", "hypothetical"}


def test_a_good_thing_that_is_asked_about_and_denied_is_a_sign() -> None:
    assert (
        read("can I swallow? not really", NOW).findings["swallowing_difficulty"].state == "present"
    )


def test_others_signs_bring_neither_their_times_nor_their_temperature() -> None:
    said = (
        "My grandson had a temperature of 40 all last week. I am just a bit dry, needled yesterday"
    )
    times = read(said, NOW).times
    assert (times.temperature_c, times.duration_hours) == (None, None)
    assert times.hours is not None


@pytest.mark.parametrize("text", ["my wife fainted at 3, bp was 78 over 40", "my bp is 80/50"])
def test_a_very_low_blood_pressure_is_near_to_fainting(text: str) -> None:
    assert read_by_lexicon(text, NOW).findings["fainting"].state in ("present", "uncertain", "past")
