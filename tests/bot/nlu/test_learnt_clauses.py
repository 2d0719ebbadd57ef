"""What a clause tells in words that no list has: the time of what, what is back, what was tried."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions.triage import Subject
from bot.nlu import read, read_by_lexicon, reading
from bot.nlu.times import read_times

NOW = datetime.fromisoformat("2026-11-17T22:40:00+00:00")
SLATHERED = "slathered the stuff from your wee pot on it twice"


def said_in(monkeypatch: pytest.MonkeyPatch, **labels: str) -> None:
    """Let the learnt readers say this of every clause, whatever the text."""
    monkeypatch.setattr(reading, "comes_down_to", lambda task, *_: labels.get(task))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("winded just walkin to the mailbox since yall did my scalp 2 hrs ago", 2),
        ("client of yours from 3 this aft, colour is up a bit across the nose", 7.67),
        ("my boy had his acne scars done at ten this morning, red on both cheeks", 12.67),
        ("was in your chair at 7 tonight and now my chin is red", 3.67),
    ],
)
def test_the_time_of_a_treatment_in_other_words(text: str, hours: float) -> None:
    assert read(text, NOW).times.hours == pytest.approx(hours, abs=0.1)


@pytest.mark.parametrize(
    "text", ["took two antihistamines at six, chin red", "we had lunch at noon, my chin is red"]
)
def test_the_time_of_something_else_is_none(text: str) -> None:
    assert read(text, NOW).times.hours is None


def test_words_near_a_time_go_before_what_was_learnt() -> None:
    at = "microneedling at 3pm today, lips swollen since 5pm"
    told = read_times(at, NOW, learnt=lambda place: "other" if place < 30 else "treated")
    assert told.hours == read_times(at, NOW).hours == pytest.approx(7.67, abs=0.1)


def test_what_was_long_ago_is_no_treatments_where_something_else_was_learnt() -> None:
    text = "Two years ago I was choking and the ambulance took me. Today 9:00, just red"
    told = read_times(text, NOW, learnt=lambda place: "other" if place < 20 else None)
    assert told.hours == read_times("Today 9:00, just red", NOW).hours
    assert read_times(text, NOW).hours != told.hours


def test_nothing_learnt_dates_what_is_denied_or_long_ago() -> None:
    for text in ("not yesterday", "three years ago"):
        assert read_times(text, NOW, ("trend",), lambda place: "treated").hours is None


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("the pink was gone on Monday and lo and behold tonight it's back for an encore", True),
        ("it was red all day and I came back from the clinic at 3", False),
        ("my back is red", False),
    ],
)
def test_what_is_back(text: str, back: bool) -> None:
    assert read(text, NOW).context.recurred is back


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("a bag of frozen peas on it all evening, ibuprofen too, still red", True),
        ("been doing the cold packs and the balm like the sheet says, still stings", True),
        ("should I put something cold on it? chin is red", None),
        ("ice on the road so I walked, chin is red", None),
    ],
)
def test_care_at_home(text: str, tried: bool | None) -> None:
    assert read(text, NOW).context.home_care_tried is tried


@pytest.mark.parametrize(
    ("task", "label", "field"),
    [("recurrence", "back", "recurred"), ("home_care", "tried", "home_care_tried")],
)
def test_only_the_patients_own_counts(
    task: str, label: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(text: str) -> Any:
        return getattr(read(text, NOW).context, field)

    assert not getattr(read_by_lexicon(SLATHERED, NOW).context, field)
    said_in(monkeypatch, **{task: label})
    assert told(SLATHERED)
    assert not told("my sister " + SLATHERED)


@pytest.mark.parametrize(
    "text",
    [
        "ok now she's thrown up twice too",
        "her arms are really itchy",
        "I think his neck is getting red",
        "she has a blue mark beside the nose since yesterday's session",
        "she says one patch of her cheek has no feeling, like after the dentist",
    ],
)
def test_who_is_only_a_pronoun_is_the_patient(text: str) -> None:
    found = read(text, NOW).findings
    assert {said.subject for said in found.values()} == {Subject.SELF}


@pytest.mark.parametrize(
    "text",
    ["my sister had it too and she has hives", "that girl says she has hives", "her dog has hives"],
)
def test_a_pronoun_of_somebody_named_is_not(text: str) -> None:
    found = read(text, NOW).findings
    assert not [name for name, said in found.items() if said.subject is Subject.SELF]


def test_who_is_only_a_pronoun_clears_nothing_of_the_patients() -> None:
    said = "I am in the waiting room. She says her lips never swelled"
    found = read(said, NOW, asks=("lip_swelling",)).findings
    assert not [
        name
        for name, each in found.items()
        if name == "lip_swelling" and each.subject is Subject.SELF
    ]


@pytest.mark.parametrize(
    "text",
    [
        "swollen for five days, came to you this morning for the check-up",
        "swelling has not gone down in 5 days, rang you at 9 this morning",
        "cheeks swollen for 4 days now, had it done 3 days ago",
    ],
)
def test_a_complaint_older_than_what_may_be_a_visit_lasts(text: str) -> None:
    times = read(text, NOW).times
    assert times.duration_hours is not None
    assert times.hours in (None, 72)


def test_what_began_long_before_the_treatment_is_another_complaint() -> None:
    times = read_times("dry skin for two months, needling yesterday at 2 pm", NOW)
    assert (times.duration_hours, times.hours) == (None, pytest.approx(32.67, abs=0.1))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("the treatment was at 19h", 3.67),
        ("needle do 16.00", 6.67),
        ("treatment was 10 this mawning", 12.67),
        ("session was before-yesterday in the evening", (46.67, 53.67)),
        ("Treated Sun 15/11.", (46.67, 70.67)),
    ],
)
def test_times_as_people_elsewhere_write_them(text: str, hours: object) -> None:
    assert read_times(text, NOW).hours == pytest.approx(hours, abs=0.1)


def test_a_degree_of_pain_is_no_hour() -> None:
    hours = read_times("needling on friday. pain was 8 yesterday, now 9", NOW).hours
    assert hours != pytest.approx(38.67, abs=0.1)  # eight in the morning


@pytest.mark.parametrize("label", ["since", "other"])
def test_a_time_that_is_all_of_its_sentence_is_the_treatments(
    monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    said_in(monkeypatch, moments=label)
    assert read("hot, painful and weeping. 38 hours.", NOW).times.hours == 38
