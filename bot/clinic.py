"""The clinic that patients are sent to: its details, when it is open, and whom to reach now.

The details are `bot/clinic.yml`; `load_clinic` checks them and names file, line and what to do.
All functions take an aware `now` in any time zone. Opening hours are wall-clock time of the
clinic's zone, so they hold across changes to and from summer time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from actions.triage.datafile import Where, load, problem

CLINIC_FILE = Path(__file__).with_name("clinic.yml")

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SCHEMA = Path(__file__).with_name("clinic.schema.json")
_RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]*")

#: How far ahead the next opening is looked for.
_HORIZON_DAYS = 21


@dataclass(frozen=True)
class Contact:
    """A service with its telephone number."""

    name: str
    number: str


@dataclass(frozen=True)
class Hours:
    """One range of opening hours, in minutes from its day's midnight; past midnight is > 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        """As in `09:00–18:00`."""
        return f"{_clock(self.opens)}–{_clock(self.closes)}"


@dataclass(frozen=True)
class Clinic:
    """What `bot/clinic.yml` says; `opening_hours` holds seven days, Monday first."""

    name: str
    phone: str
    booking_url: str
    country: str
    """Two letters (ISO 3166): the one whose telephone numbers need no country code."""
    time_zone: str
    opening_hours: tuple[tuple[Hours, ...], ...]
    closed_on: frozenset[date]
    out_of_hours: Contact
    emergency_numbers: tuple[str, ...]
    self_harm_line: Contact

    def details(self) -> dict[str, str]:
        """What the bot's words may name as `${clinic.…}`, and what is put there."""
        return {
            "clinic.name": self.name,
            "clinic.phone": self.phone,
            "clinic.booking_url": self.booking_url,
            "clinic.opening_hours": _week_in_words(self.opening_hours),
            "clinic.out_of_hours.name": self.out_of_hours.name,
            "clinic.out_of_hours.number": self.out_of_hours.number,
            "clinic.emergency_numbers": " or ".join(self.emergency_numbers),
            "clinic.self_harm_line.name": self.self_harm_line.name,
            "clinic.self_harm_line.number": self.self_harm_line.number,
        }


@dataclass(frozen=True)
class OpenNow:
    """Whom to reach at one moment, and the sentence that says so."""

    contact: Contact
    clinic_open: bool
    changes: datetime | None
    """When the clinic closes or opens next; None if not within three weeks."""
    sentence: str


def load_clinic(path: str | Path = CLINIC_FILE) -> Clinic:
    """Read and check a clinic's details; raises `DataError` naming file, line and what to do."""
    path = Path(path)
    data = load(path, _SCHEMA)
    _check(path, data)
    return Clinic(
        name=data["name"],
        phone=data["phone"],
        booking_url=data["booking_url"],
        country=data["country"],
        time_zone=data["time_zone"],
        opening_hours=tuple(
            tuple(_hours(text) for text in data["opening_hours"][day]) for day in DAYS
        ),
        closed_on=frozenset(map(date.fromisoformat, data.get("closed_on", ()))),
        out_of_hours=Contact(**data["out_of_hours"]),
        emergency_numbers=tuple(data["emergency_numbers"]),
        self_harm_line=Contact(**data["self_harm_line"]),
    )


def _check(path: Path, data: dict[str, Any]) -> None:
    """What a schema cannot say, or not in words that help."""
    for where, value in _texts(data, ()):
        if any(sign in value for sign in "{}\n\r\t"):
            # Braces are Rasa's slots; a line break would tear the sentence it is put into.
            raise problem(path, where, "write it on one line and without { or }")
        key = where[-2] if isinstance(where[-1], int) else where[-1]
        if key in ("phone", "number", "emergency_numbers") and not _NUMBER.fullmatch(value):
            raise problem(path, where, f"{value!r} cannot be dialled; write digits only")
        if key in DAYS and not _is_range(value):
            raise problem(
                path, where, f"{value!r} is not a range of hours; write it as in '09:00-18:00'"
            )
        if key == "closed_on" and not _is_date(value):
            raise problem(path, where, f"{value!r} is not a date; write it as in '2026-12-25'")
        if key == "time_zone" and not _is_time_zone(value):
            raise problem(path, where, f"{value!r} is not a time zone; as in 'Europe/London'")
        if key == "booking_url" and not re.match(r"https?://[^\s]+$", value):
            raise problem(path, where, f"{value!r} is not a web address; begin it with https://")


def _texts(value: Any, where: tuple[str | int, ...]) -> Iterator[tuple[Where, str]]:
    if isinstance(value, str):
        yield where, value
    else:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(item, (*where, key))


def _is_range(text: str) -> bool:
    match = _RANGE.fullmatch(text)
    return match is not None and not text.startswith(match[3])


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _is_time_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # unknown, a path, or a folder of zones
        return False
    return True


def _hours(text: str) -> Hours:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return Hours(start, end if end > start else end + 24 * 60)


def is_open(clinic: Clinic, now: datetime) -> bool:
    """Whether the clinic is open at `now`."""
    return _opening_at(clinic, now) is not None


def open_now(clinic: Clinic, now: datetime) -> OpenNow:
    """Whom a patient reaches at `now`: the clinic or, while it is closed, the other service."""
    opening = _opening_at(clinic, now)
    other = clinic.out_of_hours
    if opening is not None:
        closes = opening[1]
        if closes >= now + timedelta(days=_HORIZON_DAYS - 1):  # open day and night
            return OpenNow(
                Contact(clinic.name, clinic.phone),
                True,
                None,
                f"{clinic.name} is open now: call {clinic.phone}.",
            )
        return OpenNow(
            Contact(clinic.name, clinic.phone),
            True,
            closes,
            f"{clinic.name} is open until {_moment(closes, now, clinic)}: call {clinic.phone}. "
            f"After that: {other.name}, {other.number}.",
        )
    opens = next((start for start, _ in _openings(clinic, now) if start > now), None)
    at = _moment(opens, now, clinic) if opens else ""
    until = f" and opens {'at ' * at[0].isdigit()}{at}" if at else ""
    return OpenNow(
        other,
        False,
        opens,
        f"{clinic.name} is closed now{until}. Open now: {other.name}, {other.number}.",
    )


def _opening_at(clinic: Clinic, now: datetime) -> tuple[datetime, datetime] | None:
    return next((span for span in _openings(clinic, now) if span[0] <= now < span[1]), None)


def _openings(clinic: Clinic, now: datetime) -> list[tuple[datetime, datetime]]:
    """Opening and closing moments (UTC) around `now`; ranges that touch or overlap are one."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(_ranges(clinic, now)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _ranges(clinic: Clinic, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(clinic.time_zone)
    today = now.astimezone(zone).date()
    for offset in range(-2, _HORIZON_DAYS + 1):
        day = today + timedelta(days=offset)
        if day in clinic.closed_on:
            continue
        midnight = datetime.combine(day, time(), zone)
        for hours in clinic.opening_hours[day.weekday()]:
            # Sums within one zone are wall-clock time. An hour that the clock shows twice is
            # wholly inside: it starts with its first and ends with its second showing.
            start = midnight + timedelta(minutes=hours.opens)
            end = (midnight + timedelta(minutes=hours.closes)).replace(fold=1)
            yield start.astimezone(timezone.utc), end.astimezone(timezone.utc)


def _moment(moment: datetime, now: datetime, clinic: Clinic) -> str:
    """`18:00`, `tomorrow at 09:00`, `Wednesday at 09:00` or `Monday 4 January at 09:00`."""
    zone = ZoneInfo(clinic.time_zone)
    local = moment.astimezone(zone)
    ahead = (local.date() - now.astimezone(zone).date()).days
    if ahead == 0:
        return f"{local:%H:%M}"
    if ahead == 1:
        return f"tomorrow at {local:%H:%M}"
    day = DAYS[local.weekday()].capitalize()
    return f"{day} at {local:%H:%M}" if ahead < 7 else f"{day} {local.day} {local:%B at %H:%M}"


def _clock(minutes: int) -> str:
    return "24:00" if minutes == 24 * 60 else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _week_in_words(week: tuple[tuple[Hours, ...], ...]) -> str:
    """`Monday to Friday 09:00–18:00, Saturday 10:00–14:00, Sunday closed`."""
    parts = []
    for hours, run in groupby(zip(DAYS, week, strict=True), key=lambda day: day[1]):
        names = [name.capitalize() for name, _ in run]
        days = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        parts.append(f"{days} {' and '.join(map(str, hours)) or 'closed'}")
    return ", ".join(parts)
