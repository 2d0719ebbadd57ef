"""The clinic's details: what is accepted, what is refused with its line, and who is open when."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.triage.datafile import DataError
from bot.clinic import CLINIC_FILE, Clinic, is_open, load_clinic, open_now

LONDON = ZoneInfo("Europe/London")


def clinic(tmp_path: Path, *changes: tuple[str, str]) -> Clinic:
    """The sample clinic with parts of its text replaced."""
    text = CLINIC_FILE.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "clinic.yml"
    path.write_text(text, "utf-8")
    return load_clinic(path)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_the_sample_answers_every_emergency_by_day_and_night() -> None:
    sample = load_clinic()
    assert "112" in sample.emergency_numbers
    assert sample.out_of_hours.number
    assert sample.self_harm_line.number


@pytest.mark.parametrize(
    ("change", "line_of", "says"),
    [
        (('phone: "020 7946 0142"', "phone: 2079460142"), "phone:", "put it in quotes"),
        (('"020 7946 0142"', '"call us"'), "phone:", "cannot be dialled"),
        (('["10:00-14:00"]', '["10-14"]'), "saturday:", "09:00-18:00"),
        (('["10:00-14:00"]', '["10:00-25:00"]'), "saturday:", "not a range of hours"),
        (('["10:00-14:00"]', '["10:00-10:00"]'), "saturday:", "not a range of hours"),
        (("Europe/London ", "Europe/Londinium "), "time_zone:", "not a time zone"),
        (("Europe/London ", "Europe "), "time_zone:", "not a time zone"),
        (('"2026-12-26"', '"26 December"'), "closed_on:", "not a date"),
        (("country: GB", "country: Britain"), "country:", "change it"),
        (("https://clinic.example", "clinic.example"), "booking_url:", "https://"),
        (("Sample Skin Clinic", "Skin {slot} Clinic"), "name: Skin", "without { or }"),
        (("  sunday: []", "  sunday: []\n  sunnday: []"), "sunnday:", "not known"),
        (('["999", "112"]', "[]"), "emergency_numbers:", "change it"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, change: tuple[str, str], line_of: str, says: str
) -> None:
    with pytest.raises(DataError) as caught:
        clinic(tmp_path, change)
    lines = (tmp_path / "clinic.yml").read_text("utf-8").splitlines()
    number = next(i for i, line in enumerate(lines, 1) if line.strip().startswith(line_of))
    assert str(caught.value).startswith(f"{tmp_path / 'clinic.yml'}:{number}: ")
    assert says in str(caught.value)


def test_a_missing_detail_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="phone is missing"):
        clinic(tmp_path, ('phone: "020 7946 0142"\n', ""))


def test_late_in_the_evening_the_other_service_is_named() -> None:
    told = open_now(load_clinic(), london("2026-11-24T22:40"))
    assert not told.clinic_open
    assert told.contact.number == "111"
    assert "closed now and opens tomorrow at 09:00" in told.sentence
    assert told.sentence.endswith("Open now: NHS urgent care line, 111.")


def test_by_day_the_clinic_is_named_and_what_comes_after() -> None:
    told = open_now(load_clinic(), london("2026-11-24T12:00"))
    assert told.contact.number == "020 7946 0142"
    assert "open until 18:00: call 020 7946 0142" in told.sentence
    assert told.sentence.endswith("After that: NHS urgent care line, 111.")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-24T08:59", "opens at 09:00"),
        ("2026-11-27T17:00", "opens tomorrow at 10:00"),  # closing time itself is closed
        ("2026-11-28T14:30", "opens Monday at 09:00"),
        ("2026-12-24T20:00", "opens Monday at 09:00"),  # over Christmas, Friday and Saturday
    ],
)
def test_the_next_opening(now: str, opens: str) -> None:
    assert opens in open_now(load_clinic(), london(now)).sentence


def test_hours_past_midnight_belong_to_the_evening_before(tmp_path: Path) -> None:
    night = clinic(tmp_path, ('saturday: ["10:00-14:00"]', 'saturday: ["20:00-02:00"]'))
    assert is_open(night, london("2026-11-29T01:59"))
    assert not is_open(night, london("2026-11-29T02:00"))
    assert not is_open(night, london("2026-11-28T01:00"))
    late = open_now(night, london("2026-11-28T23:00"))
    assert "open until tomorrow at 02:00" in late.sentence


def test_ranges_that_touch_are_one(tmp_path: Path) -> None:
    joined = clinic(tmp_path, ('["10:00-14:00"]', '["10:00-12:00", "12:00-14:00"]'))
    assert "open until 14:00" in open_now(joined, london("2026-11-28T11:00")).sentence


def test_a_clinic_that_never_closes_names_no_closing_time(tmp_path: Path) -> None:
    days = ("09:00-18:00", "09:00-20:00", "09:00-17:00", "10:00-14:00")
    changes = [(f'["{hours}"]', '["00:00-24:00"]') for hours in days]
    dates = '["2026-12-25", "2026-12-26", "2027-01-01"]'
    always = clinic(tmp_path, *changes, ("sunday: []", 'sunday: ["00:00-24:00"]'), (dates, "[]"))
    told = open_now(always, london("2026-11-28T03:00"))
    assert told.changes is None
    assert "is open now: call" in told.sentence


def test_a_clinic_without_hours_still_names_who_is_reached(tmp_path: Path) -> None:
    days = ("09:00-18:00", "09:00-20:00", "09:00-17:00", "10:00-14:00")
    shut = clinic(tmp_path, *((f'["{hours}"]', "[]") for hours in days))
    told = open_now(shut, london("2026-11-24T12:00"))
    assert told.changes is None
    assert told.sentence == (
        "Sample Skin Clinic is closed now. Open now: NHS urgent care line, 111."
    )


def test_opening_hours_follow_the_clock_through_summer_time(tmp_path: Path) -> None:
    sunday = clinic(tmp_path, ("sunday: []", 'sunday: ["00:30-03:00"]'))
    utc = timezone.utc
    # Clocks go forward on 29 March 2026: 01:00 becomes 02:00, so 03:00 is 02:00 UTC.
    assert is_open(sunday, datetime(2026, 3, 29, 1, 59, tzinfo=utc))
    assert not is_open(sunday, datetime(2026, 3, 29, 2, 0, tzinfo=utc))
    # And back on 25 October 2026: 00:30 is 23:30 UTC the day before, 03:00 is 03:00 UTC.
    assert is_open(sunday, datetime(2026, 10, 24, 23, 30, tzinfo=utc))
    assert is_open(sunday, datetime(2026, 10, 25, 2, 59, tzinfo=utc))
    assert not is_open(sunday, datetime(2026, 10, 25, 3, 0, tzinfo=utc))


@given(st.integers(0, 2 * 365 * 24 * 4), st.integers(-12, 14))
def test_the_time_zone_of_now_does_not_matter(quarters: int, offset: int) -> None:
    sample = load_clinic_once()
    now = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=15 * quarters)
    elsewhere = now.astimezone(timezone(timedelta(hours=offset)))
    told = open_now(sample, now)
    assert told == open_now(sample, elsewhere)
    assert told.clinic_open == is_open(sample, now)
    assert told.changes is not None
    assert told.changes > now
    assert is_open(sample, told.changes) != told.clinic_open


_SAMPLE = load_clinic()


def load_clinic_once() -> Clinic:
    return _SAMPLE


def test_the_week_in_words() -> None:
    words = load_clinic().details()["clinic.opening_hours"]
    assert words.startswith("Monday to Wednesday 09:00–18:00, Thursday 09:00–20:00, ")
    assert words.endswith("Sunday closed")
