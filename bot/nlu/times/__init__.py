"""When the treatment was, how long the complaint has lasted, and the temperature, from a message.

    read_times("had it done 36 hours ago, itchy since this morning", now)

Choices, each on the cautious side:

- "Day 5" is the fifth day: 96 to 120 hours. "5 days after" is 120 hours.
- A bare number asked for "how many hours or days" means days up to 14 and hours above: read as
  days it is the later time, and nobody counts more than two weeks in days.
- "A few" is two to four, "more than 3 days" ends 15 % later; ranges count with their late end.
- Of several times of the treatment the latest counts ("my first session a month ago, the second
  yesterday"), unless the patient takes one back; of several day counts and durations the longest.
- "It began 2 days after the treatment" alone does not say when the treatment was.
- "Just had it done" is the last 12 hours.
- What began more than a week before the treatment is another complaint. A time that is only likely
  to be that of the treatment is not, where a complaint is older than it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from .answered import NUMBERS_IN_ANSWERS, PARTS_IN_ANSWERS, is_answer
from .clock import CLOCK_IN_H, CLOCK_IN_HOURS, CLOCK_RULES
from .days import DAY_RULES, MOMENT_RULES
from .lexemes import Lexeme, lexemes
from .phrases import AGO_RULES, LINK_RULES
from .rewriting import rewrite
from .roles import LIKELY, OFFSET, ONSET, TREATMENT, Learnt, Role, assign, nothing_learnt
from .spans import NUMBER_RULES, SPAN_RULES
from .temperature import read_temperature

__all__ = ["Hours", "Times", "read_times"]

Hours = float | tuple[float, float]

_MAX_HOURS = 60 * 8766
#: Longer than half a year is not a complaint after this treatment ("eczema for 20 years").
_MAX_LASTING = 4383
_DAYS_UP_TO = 14
#: A treatment longer ago is another one, where a later one is told.
_ANOTHER_ONE = 90 * 24
_A_DAY, _A_WEEK = 24, 168
_COUNTED = frozenset(["DAYN", "POST", "BEENSINCE", "BEEN"])
_NUMBER_RULES = (CLOCK_IN_H, CLOCK_IN_HOURS, *NUMBER_RULES)
_RULES = (
    *SPAN_RULES,
    *AGO_RULES,
    *DAY_RULES,
    *CLOCK_RULES,
    *MOMENT_RULES,
    *LINK_RULES,
)
_ANSWER_RULES = (*NUMBERS_IN_ANSWERS, *_RULES, *PARTS_IN_ANSWERS)
_MARKS = frozenset([*".,;!?-"])
_PUTTING_RIGHT = frozenset(
    ["oh", "no", "not", "i", "it", "was", "on", "at", "in", "the", "its", "it's"]
)
_TAKING_BACK = frozenset(["sorry", "mean", "meant", "correction", "wait"])
_CORRECTIONS = frozenset(["actually", "sorry", "mean", "meant", "correction", "rather", "wait"])


@dataclass(frozen=True)
class Times:
    """What a message says about time. Hours are a number, or (least, most).

    `treated_at` is earliest and latest, aware, never ahead of now; `hours` the same before now.
    `spans` tells which characters said `treated_at`, `duration_hours` and `temperature_c`;
    `surely`: whether the words near it speak of the treatment, or nothing else is said.
    """

    treated_at: tuple[datetime, datetime] | None = None
    hours: Hours | None = None
    duration_hours: Hours | None = None
    temperature_c: float | None = None
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    surely: bool = False


def read_times(
    text: str, now: datetime, asks: Sequence[str] = (), learnt: Learnt = nothing_learnt
) -> Times:
    """Read `text`, written at `now` (aware, in the patient's time zone) in answer to `asks`.

    `learnt` says what the time at a place is the time of, where the words near it do not.
    """
    words = lexemes(text)
    asked = "treated_at" in asks
    answers = asked and is_answer(words)
    numbers = rewrite(words, _NUMBER_RULES, now)
    found = rewrite(numbers, _ANSWER_RULES if answers else _RULES, now)
    roles = assign(found, asked, bool(asks) and not asked, learnt)
    treated = _treated(found, roles) or (_bare_number(found, roles) if asked else None)
    lasting = _lasting(roles)
    if treated and lasting and lasting.low > treated.high + _A_DAY:
        sure = _is_sure(treated, roles)
        if sure and (lasting.low > treated.high + _A_WEEK or _is_a_weekday(lasting, words)):
            lasting = None  # "done yesterday, I fly on Friday" is a Friday to come
        elif not sure:
            treated = None  # a visit, perhaps, about what the treatment left
    spans: dict[str, tuple[int, int]] = {}
    if treated:
        spans["treated_at"] = treated.start, treated.end
    if lasting:
        spans["duration_hours"] = lasting.start, lasting.end
    temperature = read_temperature(numbers, "fever" in asks)
    if temperature:
        spans["temperature_c"] = temperature[1].start, temperature[1].end
    return Times(
        _interval(treated, now),
        _hours(treated),
        _hours(lasting),
        temperature[0] if temperature else None,
        spans,
        treated is not None
        and (asked or _is_named(treated, roles) or _is_only_time(found) or _is_put_right(found)),
    )


def _treated(found: Sequence[Lexeme], roles: Sequence[Role]) -> Lexeme | None:
    known = [role for role in roles if role.lexeme.high <= _MAX_HOURS]
    told = [role for role in _without_asides(known) if role.kind == TREATMENT]
    sure = [role.lexeme for role in told if not _comes_before_its_name(role, told)]
    sure = [each for each in sure if each.high <= _ANOTHER_ONE] or sure
    every = [role.lexeme for role in known if role.kind in (TREATMENT, LIKELY)]
    if len(every) > 1 and _corrected(found, every[0], every[-1]):
        return every[-1]
    counted = [each for each in sure if each.symbol in _COUNTED]
    if counted:  # "on day 2 it was fine, now day 5"
        last = max(counted, key=lambda each: each.high)
        return _told_exactly(every, last) or last
    times = sure or _began_after(known) or every
    exact = _exact(times) or _exact(every) or times
    latest = min(exact, key=lambda each: each.high, default=None)
    return latest and _narrowest([latest, *every], latest)


def _comes_before_its_name(role: Role, told: Sequence[Role]) -> bool:
    """Whether a moment stands before another one that is told of the treatment by name: "up like
    golf balls this morning. Got it done Monday"."""
    time = role.lexeme
    if role.named or time.symbol != "MOMENT":
        return False
    return any(other.named and other.lexeme.start > time.start for other in told)


def _told_exactly(times: Sequence[Lexeme], counted: Lexeme) -> Lexeme | None:
    """The clock time, of the treatment or likely so, that goes with a count of days and makes it no
    less: "day 2. Sunday 3:45 pm"."""
    for each in times:
        exact = each.symbol == "MOMENT" and each.low == each.high
        if exact and counted.low <= each.low <= counted.high + _A_DAY:
            return each
    return None


def _without_asides(roles: Sequence[Role]) -> list[Role]:
    """The roles without what has been so long beside a named treatment: "it's been a long day. Had
    needling Monday"."""
    if not any(role.kind == TREATMENT and role.named for role in roles):
        return list(roles)
    return [role for role in roles if role.named or role.lexeme.symbol != "BEEN"]


def _exact(times: Sequence[Lexeme]) -> list[Lexeme]:
    """The times without "just had it" and "within the last day"."""
    return [each for each in times if each.symbol not in ("JUST", "WITHIN")]


def _is_sure(treated: Lexeme, roles: Sequence[Role]) -> bool:
    return any(role.kind == TREATMENT and role.lexeme is treated for role in roles)


def _is_a_weekday(time: Lexeme, words: Sequence[Lexeme]) -> bool:
    """Whether a time is a weekday alone, and not since when."""
    return time.symbol == "MOMENT" and any(
        word.symbol in ("WDAY", "weakWDAY") and time.start <= word.start < time.end
        for word in words
    )


def _is_named(treated: Lexeme, roles: Sequence[Role]) -> bool:
    """Whether the treatment is spoken of near its time."""
    return any(role.named for role in roles if role.lexeme is treated)


def _is_only_time(found: Sequence[Lexeme]) -> bool:
    """Whether a time is put right and nothing else is said: "oh no, Thursday"."""
    words = {word.symbol for word in found if word.symbol.islower() or word.symbol == "NUM"}
    return words <= _CORRECTIONS | _PUTTING_RIGHT


def _is_put_right(found: Sequence[Lexeme]) -> bool:
    """Whether a time is taken back: "it was on Thursday, not yesterday"."""
    times = {"MOMENT", "AGO", "DAYN", "SPAN"}
    denied = any(one.symbol == "not" and other.symbol in times for one, other in pairwise(found))
    return denied or any(word.symbol in _TAKING_BACK for word in found)


def _narrowest(times: Sequence[Lexeme], around: Lexeme) -> Lexeme:
    """The most exact of the times within another: "Sunday ... it was Sunday about five"."""
    within = [each for each in times if around.low <= each.low and each.high <= around.high]
    return min(within, key=lambda each: each.high - each.low)


def _began_after(roles: Sequence[Role]) -> list[Lexeme]:
    """It began 2 days after the treatment and has lasted for 3: the treatment was 5 days ago."""
    offset = next((role.lexeme for role in roles if role.kind == OFFSET), None)
    lasting = _lasting(roles)
    if offset is None or lasting is None:
        return []
    return [replace(offset, low=offset.low + lasting.low, high=offset.high + lasting.high)]


def _corrected(found: Sequence[Lexeme], first: Lexeme, last: Lexeme) -> bool:
    """Whether the patient takes a time back before the last one: "yesterday, sorry, Monday",
    "yesterday. no, 5 days ago"."""
    between = [word.symbol for word in found if first.end <= word.start < last.start]
    no_other = [symbol for symbol in between if symbol not in _MARKS] == ["no"]
    return no_other or not _CORRECTIONS.isdisjoint(between)


def _lasting(roles: Sequence[Role]) -> Lexeme | None:
    times = [
        role.lexeme for role in roles if role.kind == ONSET and role.lexeme.high <= _MAX_LASTING
    ]
    exact = [each for each in times if each.symbol not in ("WOKE", "JUST")] or times
    return max(exact, key=lambda each: each.high, default=None)


def _bare_number(found: Sequence[Lexeme], roles: Sequence[Role]) -> Lexeme | None:
    """The only number of a short answer to "how many hours or days ago"."""
    numbers = [
        replace(each, low=each.unit, high=each.unit) if each.symbol == "ROUND" else each
        for each in found
        if each.symbol in ("NUM", "Q", "ROUND")
    ]
    if len(numbers) != 1 or len(found) > 6 or any(role.kind for role in roles):
        return None
    number = numbers[0]
    unit = 24.0 if number.high <= _DAYS_UP_TO else 1.0
    if number.high * unit > _MAX_HOURS:
        return None
    return Lexeme("AGO", number.start, number.end, number.low * unit, number.high * unit, unit)


def _interval(lexeme: Lexeme | None, now: datetime) -> tuple[datetime, datetime] | None:
    if lexeme is None:
        return None
    utc = now.astimezone(timezone.utc)
    earliest, latest = (
        (utc - timedelta(hours=hours)).astimezone(now.tzinfo).replace(microsecond=0)
        for hours in (lexeme.high, lexeme.low)
    )
    return earliest, latest


def _hours(lexeme: Lexeme | None) -> Hours | None:
    if lexeme is None:
        return None
    low, high = round(lexeme.low, 2), round(lexeme.high, 2)
    return low if low == high else (low, high)
