"""What a denial tells all the same: until when, not that much, not again, beside what else."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from actions.triage import Case, is_emergency
from bot.nlu import read, read_by_lexicon

from .test_probes import THE_LIST

NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "finding", "state"),
    [
        # until when
        ("I could swallow fine until about four", "swallowing_difficulty", "present"),
        ("no wheeze till I got on the bus", "wheeze", "present"),
        ("I could breathe fine until now", "breathing_difficulty", "present"),
        ("no wheeze until now", "wheeze", "uncertain"),
        ("no wheeze, I will wait until Monday", "wheeze", "absent"),
        # then and now
        ("no wheeze at noon, tonight yes", "wheeze", "present"),
        ("noo ah've got welts aw ower me", "hives", "present"),
        ("nooo welts", "hives", "absent"),
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
        ("no rash and tongue feels thick", None, "tongue_swelling"),
        ("no pain and a swollen eyelid", None, "eye_swelling"),
        ("no itching and a tight throat", "itching", "throat_tightness"),
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


#: Near what the rules above were written for, and not meant by them.
ALARMING = [
    "I can't breathe easily, please help",
    "I cant breathe easily at all",
    "LIST|number 2 really bad",
    "LIST|2 very badly",
    "LIST|the second since yesterday",
    "LIST|5 started an hour ago",
    "LIST|7 mostly",
    "LIST|yes I see them",
    "LIST|yes I know",
    "LIST|yeah ok",
    "LIST|Yes, please help me, the antihistamine is not working at all, no",
    "LIST|Yes. I called the clinic, nobody there, no",
    "I'm worried my throat is closing up and antihistamines, I don't have any",
    "my doctor said my throat is swelling and the ambulance has not come",
    "I asked the pharmacist about my swollen lips, got nothing",
    "You said the swollen lips would go down, they have not",
    "I was sure my tongue was swelling, my doctor said no",
    "my breathing is not any easier",
    "swallowing is not any easier",
    "I did not sleep and passed out",
    "I have not eaten and fainted",
    "Has anything helped my swollen tongue? Nothing.",
    "Have I taken anything for the tight throat? Not at all.",
    "I can't see even with my glasses on",
    "I can barely see the lines on the road",
    "antihistamine for my swollen lips I do not have",
    "I could breathe fine until now",
    "I could swallow fine until this moment",
    "I could see fine until Monday",
    "I am not able to breathe again",
    "I am not able to swallow again",
    "Not a second to lose my throat is closing",
    "no second thoughts my tongue is swollen",
    "I was denied help with my swollen lips",
    "no pain, lips swollen, no fever",
    "no fever, tongue swollen, no pain",
    "You asked if the swelling of my lips has gone: it hasn't",
    "You said no wheezing would happen. It has",
    "my sister's lips swelled up, so did mine",
    "Redness fades by the hour, the swelling grows by the hour",
    "can't read even with my glasses on since yesterday",
    "LIST|number 4 applies",
    "LIST|nothing more than puffy eyes",
    "swollen lips? yes",
    "my bp is 82 over 50 and I feel rough",
    "no rash and I fainted",
    "my cheeks are red and I have turned very pale",
]
CALM = [
    "bp 120/80",
    "my friend did not faint, same here",
    "my blood pressure was 120 over 80",
    "my face has a red tinge",
    "the pain is not as sharp",
    "I took all my antibiotic tablets",
    "I took 10 mg tablets of cetirizine",
    "is there a painless way to wash my face",
    "the redness on my neck has not gone down yet",
    "the redness has spread to my neck now",
    "can I put cream on if I keep my eyes open",
    "no rash on my body, swollen lips or wheezing",
    "no redness on the neck, wheezing or fainting",
    "No wheeze. You are so close",
    "Hi again no wheeze",
    "I feel self conscious again",
    "half my face is red",
    "when can I see you again",
    "can I speak to her again",
    "wheezing? not at all",
    "Swelling, wheeze, hives: no",
    "Tight throat, swollen tongue? None of it",
    "you asked if my lips are swollen: they are not",
    "expected puffy eyes, got none",
    "LIST|yes I checked, none",
    "LIST|no, just chapped lips",
    "LIST|no just 2 tiny scabs",
    "LIST|No, can I book for the 5th?",
    "no wheeze. I am now at home",
    "no swelling again today",
    "for me lips are normal",
    "had my turn on Monday",
    "you are not responding to me",
]


@pytest.mark.parametrize("text", ALARMING)
def test_no_denial_is_made_of_what_resembles_one(text: str) -> None:
    assert _alarms(text)


@pytest.mark.parametrize("text", CALM)
def test_no_alarm_is_made_of_what_resembles_a_sign(text: str) -> None:
    assert not _alarms(text)


def _alarms(text: str) -> bool:
    answer = text.removeprefix("LIST|")
    asks = THE_LIST if answer != text else ()
    return is_emergency(Case.from_json(read(answer, NOW, asks=asks).to_json(), NOW))
