"""Calendar dates, resolved against now: "12 November", "03/11", "the 5th", "in May", "in 2019".

Each makes a `DAY`, days before today (nearest, farthest); a date ahead of now becomes `FUTURE`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from .lexemes import Lexeme
from .rewriting import Found

_PLAUSIBLE_DAYS = 31
_MAX_DAYS = 60 * 366


def day_of(found: Found, low: float, high: float | None = None) -> Lexeme:
    """So many days before today, or from `low` to `high`."""
    return found.make("DAY", low, low if high is None else high)


def days_ago(now: datetime, day: date) -> int:
    """Days between a date and today; negative for one that is ahead."""
    return (now.date() - day).days


def _make_date(year: float, month: float, day: float) -> date | None:
    year = year + 2000 if year < 100 else year
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _latest(now: datetime, month: float, day: float) -> date | None:
    """The latest such day that is not ahead; 29 February may be years back."""
    years = range(now.year, max(1, now.year - 8), -1)
    days = (_make_date(year, month, day) for year in years)
    return next((found for found in days if found and found <= now.date()), None)


def _dated(found: Found, day: date | None) -> Lexeme | None:
    if day is None:
        return None
    ago = days_ago(found.now, day)
    if ago > _MAX_DAYS:
        return None
    return day_of(found, ago) if ago >= 0 else found.make("FUTURE")


def day_month(found: Found) -> Lexeme | None:
    """12 November, with or without its year."""
    day, month = found["d"].low, found["m"].low
    if not found.has("y"):
        return _dated(found, _latest(found.now, month, day))
    return _dated(found, _make_date(found["y"].low, month, day)) if found["y"].low > 31 else None


def numeric_date(found: Found) -> Lexeme | None:
    """2026-11-12, 12/11/2026, 12/11."""
    numbers = found["d"].date
    if len(numbers) == 3 and numbers[0] > 31:
        return _dated(found, _make_date(*numbers))
    years = numbers[2:]
    day_first, month_first = (
        _make_date(years[0], month, day) if years else _latest(found.now, month, day)
        for day, month in (numbers[:2], numbers[1::-1])
    )
    choices = [day for day in (day_first, month_first) if day]
    if not choices:
        return None
    # 03/11 is 3 November, unless only 11 March is a date that someone would now ask about.
    near = [day for day in choices if 0 <= days_ago(found.now, day) <= _PLAUSIBLE_DAYS]
    return _dated(found, (near or choices)[0])


def day_of_month(found: Found) -> Lexeme | None:
    """The 5th: the latest one that is not ahead."""
    today = found.now.date()
    months = [today.replace(day=1)]
    for _ in range(2):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    days = (_make_date(first.year, first.month, found["d"].low) for first in months)
    return _dated(found, next((day for day in days if day and day <= today), None))


def whole_month(found: Found) -> Lexeme | None:
    """In May, in May 2019: all its days."""
    if found.has("y") and found["y"].low < 1950:
        return None
    month = found["m"].low
    first = _make_date(found["y"].low, month, 1) if found.has("y") else _latest(found.now, month, 1)
    if first is None or first > found.now.date() or days_ago(found.now, first) > _MAX_DAYS:
        return None
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day_of(found, max(0, days_ago(found.now, last)), days_ago(found.now, first))


def day_point_month(found: Found) -> Lexeme | None:
    """On the 12.11., as it is written in much of Europe."""
    day, part = divmod(found["d"].low, 1)
    month = round(100 * part)
    try:
        past = date(found.now.year, month, int(day))
        if past > found.now.date():
            past = past.replace(year=past.year - 1)
    except ValueError:
        return None
    return day_of(found, days_ago(found.now, past))


def whole_year(found: Found) -> Lexeme | None:
    """In 2019: all its days."""
    year = found["y"].low
    if not found.now.year - 60 < year < found.now.year:
        return None
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    return day_of(found, days_ago(found.now, last), days_ago(found.now, first))
