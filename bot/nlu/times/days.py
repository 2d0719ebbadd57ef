"""Days, dates and parts of a day, resolved against now.

`DAY` counts days before today (nearest, farthest), `PART` hours after midnight, `MOMENT` hours
before now. A weekday or a date without a year is the latest one that is past; today's own weekday
is the one a week ago (for today people say "today"). A moment ahead of now becomes `FUTURE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from .clock import hour_in
from .dates import (
    day_month,
    day_of,
    day_of_month,
    day_point_month,
    days_ago,
    numeric_date,
    whole_month,
    whole_year,
)
from .lexemes import Lexeme
from .rewriting import Found, Rule, rule

_END = "(?=$|[,.;!?)] |at |and |i |my |in |of |around |it )"
_MONTH = "(?:MONTH|weakMONTH) "
_SUFFIX = "(?:st |nd |rd |th )"
_FILL = (
    "(?:at |by |on |in |the |it was |about |, |of |late |early |sometime |like |very |- |\\( |from "
    "|just |ish )"
)
_A_WEEK = 7 * 24


def _weekday(found: Found) -> Lexeme:
    past = int(found.now.weekday() - found["w"].low) % 7 or 7
    return day_of(found, past + (7 if found.has("before") else 0))


def _weekday_of_week(found: Found) -> Lexeme:
    """Tuesday of last week."""
    return day_of(found, found.now.weekday() + 7 - found["w"].low)


def _weekday_near(found: Found) -> Lexeme:
    """A week ago on Friday: the Friday nearest to that day; days ago wins over its weekday."""
    ago = found["a"]
    if ago.unit < 168:
        return found.make(ago.symbol, ago.low, ago.high, ago.unit)
    days = round(ago.low / 24)
    wrong = int(found.now.weekday() - days - found["w"].low) % 7
    return day_of(found, days + wrong - (7 if wrong > 3 else 0))


def _weekend(found: Found) -> Lexeme:
    saturday = (found.now.weekday() - 5) % 7
    if saturday <= 1 and found.has("last"):
        saturday += 7
    return day_of(found, max(0, saturday - 1), saturday)


def _weeks_yesterday(found: Found) -> Lexeme | None:
    """A week yesterday: eight days ago; anything shorter stays what it is."""
    span = found["s"]
    weeks, rest = divmod(span.low, _A_WEEK)
    whole = span.low == span.high and weeks >= 1 and not rest
    return day_of(found, 7 * round(weeks) + 1) if whole else None


def _period(found: Found) -> Lexeme:
    """Last or this week, month, year; "earlier this week" ends before today."""
    today, unit = found.now.date(), found.word("u")
    first = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[unit]
    if found.word("rel") == "this":
        return day_of(found, 1 if found.has("early") and first < today else 0, (today - first).days)
    last = first - timedelta(days=1)
    start = {
        "week": last - timedelta(days=6),
        "month": last.replace(day=1),
        "year": last.replace(month=1, day=1),
    }[unit]
    return day_of(found, days_ago(found.now, last), days_ago(found.now, start))


def _earlier_this_week(found: Found) -> Lexeme:
    return day_of(found, min(1, found.now.weekday()), found.now.weekday())


def _week_before_last(found: Found) -> Lexeme:
    end = found.now.weekday() + 8
    return day_of(found, end, end + 6)


def moment(found: Found, days: Lexeme | None, part: Lexeme | None) -> Lexeme:
    """Hours before now of a part of a day; without a day the latest that is not ahead."""
    low_day, high_day = (days.low, days.high) if days else (0.0, 0.0)
    from_hour, to_hour = _hours(part)
    if days and days.symbol == "AGO":
        low_day, high_day = days.low // 24, days.high // 24
    near, far = _before(found, low_day, to_hour), _before(found, high_day, from_hour)
    if far < 0 and days is None:
        near, far = _before(found, 1.0, to_hour), _before(found, 1.0, from_hour)
    if far < 0 and part and from_hour <= 5 and near > -24:
        far = found.now.hour + found.now.minute / 60  # "this morning", written before five
    if far < 0:
        return found.make("FUTURE")
    return found.make("MOMENT", max(0.0, near), far)


def _hours(part: Lexeme | None) -> tuple[float, float]:
    if part is None:
        return 0.0, 24.0
    if part.symbol == "PART":
        return part.low, part.high
    hour = hour_in(part, None)
    return hour, hour


def _before(found: Found, days: float, hour: float) -> float:
    """Real hours between that wall-clock time and now (days of 23 or 25 hours included)."""
    midnight = datetime.combine(
        found.now.date() - timedelta(days=int(days)), datetime.min.time(), found.now.tzinfo
    )
    at = (midnight + timedelta(hours=hour)).astimezone(timezone.utc)
    return (found.now.astimezone(timezone.utc) - at).total_seconds() / 3600


def _relative_part(found: Found) -> Lexeme:
    rel = found.word("rel").split()[0]
    days = {"last": 1.0, "yesterday": 1.0, "this": 0.0, "today": 0.0}[rel]
    part = found["p"]
    if found.has("c"):
        hour = hour_in(found["c"], part)
        part = found.make("PART", hour, hour)
    return moment(found, found.make("DAY", days, days), part)


def _clock_day_part(found: Found) -> Lexeme:
    """Quarter to seven on Monday evening."""
    hour = hour_in(found["c"], found["p"])
    return moment(found, found["d"], found.make("PART", hour, hour))


def _day_part(found: Found) -> Lexeme:
    return moment(found, found["d"], found["p"])


def _lone_day(found: Found) -> Lexeme:
    return moment(found, found["d"], None)


def part_of_day(found: Found) -> Lexeme:
    """The latest such part of a day, or hour, that is not ahead."""
    return moment(found, None, found["p"])


def _tonight(found: Found) -> Lexeme:
    """Tonight, at 8 tonight."""
    evening = found.make("PART", 18, 24)
    clock = next((found[name] for name in ("c", "d") if found.has(name)), None)
    if clock is not None:
        hour = hour_in(clock, evening)
        evening = found.make("PART", hour, hour)
    return moment(found, found.make("DAY", 0, 0), evening)


def _roughly_at(found: Found) -> Lexeme | None:
    """Around two: an hour, if the treatment is spoken of."""
    hour = found["p"].low
    if not 0 < hour < 24 or hour != int(hour):
        return None
    clock = found.make("CLOCK" if hour >= 13 else "CLOCK12", hour, hour)
    at = moment(found, None, clock)
    return found.make("ROUND", at.low, at.high, hour) if at.symbol == "MOMENT" else None


def _all_part(found: Found) -> Lexeme:
    """All night, all morning: since last night, since this morning."""
    night = found["p"].low >= 17
    days = found.make("DAY", *((1, 1) if night else (0, 0)))
    since = moment(found, days, found["p"])
    return found.make("SINCE" if since.symbol == "MOMENT" else "#", since.low, since.high)


def _same_day(found: Found) -> Lexeme | None:
    """Wednesday, 11 November."""
    first, second = found["a"], found["b"]
    same = (first.low, first.high) == (second.low, second.high)
    return day_of(found, first.low, first.high) if same else None


def _fixed(low: float, high: float) -> Callable[[Found], Lexeme]:
    return lambda found: day_of(found, low, high)


_P = "(?:PART|CLOCK|CLOCK12) "
_ON = "(?:(?<=on )|(?<=since )|(?<=last )|(?<=this )|(?<=past )|(?<=around )|(?<=until )|(?<=or ))"

DAY_RULES: tuple[Rule, ...] = (
    rule(f"(?:{_ON}|^)(?P<w>weakWDAY )", lambda f: f.make("WDAY", f["w"].low, f["w"].low)),
    rule(
        "(?:(?<=treated )|(?<=needled )|(?<=session )|(?<=appointment )|(?<=had it ))"
        "(?P<w>weakWDAY )(?=$|[,.;!?)] |SLASH )",
        lambda f: f.make("WDAY", f["w"].low, f["w"].low),
    ),
    rule("(?P<w>weakWDAY )\\. (?=NUM |HHMM )", lambda f: f.make("WDAY", f["w"].low, f["w"].low)),
    rule(
        "(?:(?<=needling )|(?<=needled )|(?<=done )|(?<=treatment ))(?P<w>weakWDAY )"
        "(?=$|[,.;!?)] |n |and |but |now |so |i |my )",
        lambda f: f.make("WDAY", f["w"].low, f["w"].low),
    ),
    rule(
        "(?P<w>weakWDAY )(?=PART |at |NUM |HHMM |, PART )",
        lambda f: f.make("WDAY", f["w"].low, f["w"].low),
    ),
    rule(
        "(?:tomorrow |(?:next |coming |this coming )(?:WDAY |week |month |year |weekend ))"
        "(?:PART )?",
        lambda f: f.make("FUTURE"),
    ),
    rule("(?:not |wasn't )yesterday (?:but |, |it was )*(?:the )?day before ", _fixed(2, 2)),
    rule(
        "yesterday (?:or |or maybe |maybe |, |i think |probably )+"
        "(?:the )?day before (?:yesterday |that )?",
        _fixed(1, 2),
    ),
    rule("(?:the |a )?day before yesterday (?:or |maybe )*yesterday ", _fixed(1, 2)),
    rule("(?:the |a )?(?:day )?before (?:- )?yesterday ", _fixed(2, 2)),
    rule("(?:the |a )?day before last ", _fixed(2, 2)),
    rule("(?<!done )(?<!was )(?<!had )by (?:the )?(?:next )?WDAY ", lambda f: f.make("FUTURE")),
    rule(
        "(?:(?:gone |ready |wedding |party |interview )(?:for |on |is |by |come )+"
        "|(?:got |have |having )(?:a |my |our )(?:blind |hot |big |first )?(?:wedding |party "
        "|interview |date |gala |exam |flight )(?:on |is )?)(?:this )?WDAY (?:PART )?",
        lambda f: f.make("FUTURE"),
    ),
    rule("(?:the |a )?other day ", _fixed(1, 4)),
    rule("(?:the )?week before (?:last )?(?=$|[,.;!?] )", _week_before_last),
    rule("(?:the )?week before last ", _week_before_last),
    rule("(?P<w>WDAY )(?:of |, |- |the )*last week ", _weekday_of_week),
    rule("last week (?:on |, |it was )*(?P<w>WDAY )", _weekday_of_week),
    rule("(?P<a>AGO )(?:, |\\( |on |last |this |that is |so )*(?P<w>WDAY )", _weekday_near),
    rule("(?P<w>WDAY )(?:, |about )?(?P<a>AGO )", _weekday_near),
    rule("(?P<w>WDAY )(?P<before>before last )", _weekday),
    rule(
        "(?:last |this |past |this past )?(?P<w>WDAY )(?P<before>zzz )?"
        "(?:just gone |gone |just past |last (?=$|[,.;!?)] |at |PART ))?",
        _weekday,
    ),
    rule("(?:at |on |in |the |this |past )*weekend (?P<last>(?:just )?gone |just past )", _weekend),
    rule("(?:ovr |at |on |during |in |the |this |(?P<last>last )|past )*weekend ", _weekend),
    rule("(?P<s>SPAN |AGO )yesterday ", _weeks_yesterday),
    rule(
        "(?:(?:at |around )?(?:the )?(?:start |beginning |middle |end )of )?"
        "(?<!the )(?P<early>early |earlier |late )?(?P<rel>last |this )(?P<u>week |month |year )",
        _period,
    ),
    rule("(?P<d>DATE )", numeric_date),
    rule("(?:(?<=the )|(?<=on )|(?<=DAY , ))(?P<d>NUM )\\. ", day_point_month),
    rule(
        "(?:(?<=on )|(?<=since )|(?<=was )|(?<=from )|(?<=date )|(?<=: )|(?<=about )"
        "|(?<=it )|(?<=done )|(?<=session )|(?<=treatment )|^)"
        f"(?P<d>SLASH )(?!{_P})",
        numeric_date,
    ),
    rule(f"(?P<d>NUM |ORD ){_SUFFIX}?(?:of )?(?P<m>{_MONTH})(?:, |of )?(?P<y>NUM )", day_month),
    rule(f"(?P<m>{_MONTH})(?:the )?(?P<d>NUM |ORD ){_SUFFIX}?(?:, |of )?(?P<y>NUM )", day_month),
    rule(f"(?P<d>NUM |ORD ){_SUFFIX}?(?:of )?(?P<m>{_MONTH})(?P<y>zzz )?", day_month),
    rule(
        f"(?P<m>{_MONTH})(?:the )?(?P<d>NUM |ORD ){_SUFFIX}?(?P<y>zzz )?(?!UNIT |SPAN )", day_month
    ),
    rule(f"(?:back )?in (?P<m>{_MONTH})(?:of )?(?P<y>NUM )", whole_month),
    rule(f"(?:back in |in |last |since )(?P<m>{_MONTH})(?P<y>zzz )?", whole_month),
    rule(
        "(?:(?<=session was )|(?<=treatment was )|(?<=one was ))(?P<m>MONTH )(?P<y>zzz )?",
        whole_month,
    ),
    rule("(?:back )?(?:in |since )(?P<y>NUM )", whole_year),
    rule(f"(?:the |on |on the )(?P<d>NUM ){_SUFFIX}{_END}", day_of_month),
    rule(f"(?:(?<=on )|(?<=since ))(?:the )(?P<d>ORD ){_END}", day_of_month),
    rule(f"^(?P<d>NUM ){_SUFFIX}{_END}", day_of_month),
    rule("(?:early |earlier )in the (?P<u>week )", _earlier_this_week),
    rule("(?:earlier |early )?today (?:earlier )?", _fixed(0, 0)),
    rule("(?:(?<=half NUM )|(?<=HHMM ))the day ", _fixed(0, 0)),  # Scots for today
    rule("(?:only |just )?earlier (?=$|[,.;!?] |and |but )", _fixed(0, 0)),
)

MOMENT_RULES: tuple[Rule, ...] = (
    rule(
        "(?P<rel>last |this |yesterday |today )(?P<p>PART )"
        "(?:session |appointment |treatment |needling |sitting )at (?P<c>CLOCK12 |CLOCK )",
        # POST, since its own words tell that it is the treatment's
        lambda f: replace(_relative_part(f), symbol="POST"),
    ),
    rule("(?P<a>DAY )(?:, |\\( )?(?P<b>DAY )", _same_day),
    rule("(?:CLOCK12 |CLOCK )(?:on )?FUTURE ", lambda f: f.make("FUTURE")),
    rule("FUTURE (?:at |about |, )*(?:CLOCK12 |CLOCK )", lambda f: f.make("FUTURE")),
    rule(
        "(?:this |same |the same |about this )time yesterday ", lambda f: f.make("AGO", 24, 24, 1)
    ),
    rule(
        "(?:the )?PART before last ",
        lambda f: moment(f, f.make("DAY", 2, 2), f.make("PART", 18, 26)),
    ),
    rule(
        "(?:(?P<c>CLOCK12 |CLOCK )(?:about |on |, )?)?(?:early |late |earlier )?"
        "(?P<rel>last |this |yesterday |today )(?:in the |at |in |about |early |late |very )*"
        "(?P<p>PART )",
        _relative_part,
    ),
    rule(
        "(?P<c>CLOCK12 |CLOCK )(?:, )?tonight |tonight (?:at |about )*(?P<d>CLOCK12 |CLOCK )?",
        _tonight,
    ),
    rule("overnight ", lambda f: moment(f, f.make("DAY", 1, 1), f.make("PART", 20, 30))),
    rule("(?:all |whole |the whole )(?P<p>PART )(?:long )?", _all_part),
    rule("yesterday ", _fixed(1, 1)),
    rule("(?P<c>CLOCK12 |CLOCK )(?:on )?(?P<d>DAY )(?P<p>PART )", _clock_day_part),
    rule(f"(?P<d>DAY |AGO )(?:{_FILL}|round ){{0,3}}(?P<p>{_P})", _day_part),
    rule(f"(?P<p>{_P})(?:{_FILL}){{0,3}}(?P<d>DAY )", _day_part),
    rule("(?:(?:in |during )the |this )(?:very |early |late )*(?P<p>PART )", part_of_day),
    rule("(?P<p>CLOCK |CLOCK12 )(?:the day )?", part_of_day),
    rule(
        "(?:(?<=since )|(?<=at )|(?<=about )|(?<=round )|(?<=done )|(?<=by )|(?<=session )"
        "|(?<=treatment ))"
        "(?P<p>PART )(?:time )?",
        part_of_day,
    ),
    rule(
        "(?:about |round )(?P<p>NUM |HHMM )(?:ish )?(?=$|[,.;!?)] |and |but |lol |when )",
        _roughly_at,
    ),
    rule("(?P<d>DAY )", _lone_day),
)
