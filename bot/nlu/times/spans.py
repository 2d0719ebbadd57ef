"""Numbers and lengths of time: "two and a half days", "3-4 d", "over 72 hours", "a day or two".

`SPAN` is a length in hours, from–to; equal ends when it was said exactly.
"""

from __future__ import annotations

from .lexemes import Lexeme
from .rewriting import Found, Rule, rule

UNIT = "(?:UNIT|minute|hour|day|week|month|year) "
NUMBER = "(?:NUM|Q) "
# "More than 3 days" must count as later than 3 days; how much later is anybody's guess: 15 %.
_MORE = 1.15
_FILL = "(?:full |whole |solid |long |good |more |consecutive |entire )*"
_ROUGHLY = "(?:about |maybe |like |some |say |a total of |just |now |already |i think |or so )"


_LETTERS = {"h": 1.0, "d": 24.0, "w": 168.0, "y": 8766.0}


def _number(found: Found, low: float, high: float | None = None) -> Lexeme:
    return found.make("Q", low, low if high is None else high)


def _tens(found: Found) -> Lexeme | None:
    ones = found["n"].low if found.has("n") else 0.0
    return found.make("NUM", *(2 * [found["t"].low + ones])) if ones < 10 else None


def _tens_ordinal(found: Found) -> Lexeme | None:
    ones = found["n"].low
    return found.make("ORD", *(2 * [found["t"].low + ones])) if ones < 10 else None


def _hundred(found: Found) -> Lexeme:
    value = 100 * (found["n"].low if found.word("n") == "NUM" else 1.0)
    value += found["r"].low if found.has("r") else 0.0
    return found.make("NUM", value, value)


def _plus(part: str) -> float:
    return {"half": 0.5, "quarter": 0.25, "quarters": 0.25}[part]


def _and_part(found: Found) -> Lexeme:
    extra = found["f"].low if found.word("f") == "FRAC" else _plus(found.word("f"))
    return _number(found, found["n"].low + extra, found["n"].high + extra)


def _part_of(found: Found) -> Lexeme:
    word = found.word("f")
    count = found["n"].low if found.has("n") else 1.0
    return _number(found, count * (found["f"].low if word == "FRAC" else _plus(word)))


def _range(found: Found) -> Lexeme | None:
    first, second = found["a"], found["b"]
    if found.word("sep") == "," and abs(second.low - first.high) != 1:
        return None  # "I'm 34, 3 days ago …"
    return _number(found, min(first.low, second.low), max(first.high, second.high))


def _span(found: Found, extra: float = 0.0) -> Lexeme:
    number, unit = found["n"], found["u"].low
    return found.make("SPAN", (number.low + extra) * unit, (number.high + extra) * unit, unit)


def _sum(found: Found) -> Lexeme | None:
    first, second = found["a"], found["b"]
    if second.unit >= first.unit or second.high > first.unit:
        return None
    return found.make("SPAN", first.low + second.low, first.high + second.high, second.unit)


def _hours_minutes(found: Found) -> Lexeme | None:
    """1h30."""
    hours, minutes = found["a"], found["b"].low / 60
    if hours.unit != 1 or minutes >= 1:
        return None
    return found.make("SPAN", hours.low + minutes, hours.high + minutes, 1.0)


def _either(found: Found) -> Lexeme:
    first, second = found["a"], found["b"]
    low, high = second.low, second.high
    if second.symbol != "SPAN":  # "a day or two"
        low, high = low * first.unit, high * first.unit
    return found.make("SPAN", min(first.low, low), max(first.high, high), first.unit)


def _more(found: Found) -> Lexeme:
    return found.make("SPAN", found["s"].low, found["s"].high * _MORE, found["s"].unit)


def _less(found: Found) -> Lexeme:
    return found.make("SPAN", 0.0, found["s"].high, found["s"].unit)


def _nearly(found: Found) -> Lexeme:
    span = found["s"]
    return found.make("SPAN", max(0.0, span.low - span.unit), span.high, span.unit)


def _same(found: Found) -> Lexeme:
    return found.make("SPAN", found["s"].low, found["s"].high, found["s"].unit)


def _vague(found: Found) -> Lexeme:
    unit = found["u"].low
    low, high = (2, 5) if found["u"].symbol == "UNIT" else (1, 1)
    return found.make("SPAN", low * unit, high * unit, unit)


def _and_a_half(found: Found) -> Lexeme:
    """An hour and a half, without its "an"."""
    unit = found["u"].low
    return found.make("SPAN", 1.5 * unit, 1.5 * unit, unit)


def _four_digits(found: Found) -> Lexeme | None:
    """At 1430 (hours)."""
    hour, minutes = divmod(found["n"].low, 100)
    if minutes >= 60 or not 1 <= hour < 24 or found["n"].end - found["n"].start != 4:
        return None
    return found.make("HHMM", hour + minutes / 60, hour + minutes / 60)


def three_or_four_digits(found: Found) -> Lexeme | None:
    """430, 1245, 0930; but not "2024"."""
    number = found["n"]
    hour, minutes = divmod(number.low, 100)
    digits = number.end - number.start
    year = _YEARS[0] <= number.low < _YEARS[1]
    if year or digits not in (3, 4) or minutes >= 60 or not 1 <= hour < 24 or minutes % 1:
        return None
    return found.make("HHMM", hour + minutes / 60, hour + minutes / 60)


def _no_year(found: Found) -> Lexeme | None:
    """Done 1700; but not "done 2024"."""
    return None if _YEARS[0] <= found["n"].low < _YEARS[1] else _four_digits(found)


def _hour_of_day(found: Found) -> Lexeme | None:
    """At 11h, 17 Uhr, 9.30 o'clock: an hour of the day, as it is told elsewhere."""
    hour, part = divmod(found["n"].low, 1)
    minutes = round(100 * part)
    if not 0 < hour <= 24 or minutes >= 60 or (minutes and not _has_minutes(found["n"])):
        return None
    return found.make("HHMM", hour + minutes / 60, hour + minutes / 60)


def with_a_point(found: Found) -> Lexeme | None:
    """At 14.00: two digits after the point are minutes."""
    return _hour_of_day(found) if _has_minutes(found["n"]) else None


def _has_minutes(number: Lexeme) -> bool:
    """Whether a number was written with two digits after a point: 9.30, 14.00, but not 10.5."""
    length = number.end - number.start
    if number.low == int(number.low):
        return length == 5 and number.low >= 10
    return length - len(str(int(number.low))) > 2


#: After a time of day the sentence goes on; after anything else that is counted, its unit follows.
_GOES_ON = (
    "$|[,.;!?)] |and |but |so |i |we |my |it |the |had |for |today |yesterday |this |PART |still "
    "|sitting |session |appointment |slot |needling |treatment "
)

_YEARS = (1950, 2060)
#: Other words before a time of day that is written as a number alone: "done 1700", "out by 1430".
_ALSO_BEFORE = "|".join(
    f"(?<={word} )" for word in ("by", "about", "done", "finished", "treated", "ended", "out")
)

#: Words before "at" and an hour of the day with its letter: "I went at 20h".
_TOLD_BEFORE = (
    *("was", "is", "it", "went", "came", "done", "made", "finished", "treated", "needled"),
    *("treatment", "session", "procedure", "needling", "appointment"),
)

_MINUTES = range(10, 60, 5)


def spoken_clock(found: Found) -> Lexeme | None:
    """Four fifteen, eight thirty, ten forty five: beside a day or a part of one."""
    hour, minutes = found["h"].low, found["m"].low + (found["o"].low if found.has("o") else 0.0)
    if not (1 <= hour <= 12 and hour == int(hour) and minutes in _MINUTES):
        return None
    return found.make("HHMM", hour + minutes / 60, hour + minutes / 60)


_SPOKEN = "(?P<h>NUM )(?P<m>TENS |NUM )(?P<o>NUM )?"
_BESIDE_A_DAY = "today |yesterday |tonight |this PART |in the PART "
_HALVES = "am |pm |a m |p m |a \\. m |p \\. m "
_DAY_BEFORE = "|".join(
    f"(?<={day} {mark})" for day in ("today", "yesterday", "WDAY") for mark in ("", ", ")
)

#: What hours, days, weeks and months are counted as in clinics: 6/24, 2/7, 3/52, 1/12.
_CLINICAL = {24: 1.0, 7: 24.0, 52: 168.0, 12: 730.0}


def _clinical(found: Found) -> Lexeme | None:
    number, of = found["d"].date[:2]
    unit = None if number > of else _CLINICAL.get(of)  # 24/7 is always
    return None if unit is None else found.make("SPAN", number * unit, number * unit, unit)


NUMBER_RULES: tuple[Rule, ...] = (
    rule(f"{_SPOKEN}(?={_HALVES}|{_BESIDE_A_DAY})", spoken_clock),
    rule(f"(?:{_DAY_BEFORE}){_SPOKEN}(?={_GOES_ON})", spoken_clock),
    # 11.30 today, 0900 today
    rule(f"(?P<n>NUM )(?={_BESIDE_A_DAY})", lambda f: with_a_point(f) or _no_year(f)),
    rule("(?P<n>NUM )(?=am |pm )", three_or_four_digits),
    rule(f"(?:{_DAY_BEFORE})(?:at )?hour (?P<n>NUM )", _hour_of_day),
    rule("(?<=at )(?P<n>NUM )(?:UNIT )?", _four_digits),
    rule(f"(?:{_ALSO_BEFORE})(?P<n>NUM )(?={_GOES_ON})", _no_year),
    rule("(?P<n>NUM )uhr ", _hour_of_day),
    rule("(?P<n>NUM )(?=o'clock |oclock |o clock )", with_a_point),
    rule(f"(?:(?<=at )|(?<=at about ))(?P<n>NUM )(?={_GOES_ON})", with_a_point),
    *(
        rule(f"(?<={before})(?P<n>NUM )h (?!post |after |ago |in |now )", _hour_of_day)
        for before in (
            *(f"{day} {at}" for day in ("WDAY", "yesterday", "today") for at in ("", "at ")),
            *(f"{word} at " for word in _TOLD_BEFORE),  # "at 19 h it oozed" counts from then
        )
    ),
    *(
        rule(f"(?<={day} )(?P<n>NUM )(?={_GOES_ON})", with_a_point)
        for day in (
            *("WDAY", "yesterday", "today", "PART", "do", "done", "was"),
            *("WDAY ,", "yesterday ,", "today ,"),
        )
    ),
    rule("(?P<n>NUM |a )?hundred (?:and )?(?P<r>NUM )?", _hundred),
    rule("(?P<t>TENS )(?:- )?(?P<n>NUM )", _tens),
    rule("(?P<t>TENS )(?:- )?(?P<n>ORD )(?=day |hour )", _tens_ordinal),
    rule("(?P<t>TENS )(?P<n>zzz )?", _tens),
    rule(
        "(?P<n>NUM )point (?P<d>NUM )",
        lambda found: (
            found.make("NUM", *(2 * [found["n"].low + found["d"].low / 10]))
            if found["d"].low < 10
            else None
        ),
    ),
    rule("(?P<n>NUM )(?:and |n |& )(?:a |an )?(?P<f>half |quarter |FRAC )", _and_part),
    rule("(?P<n>NUM )(?P<f>FRAC )", _and_part),
    rule(
        f"(?P<n>NUM )?(?P<f>half |quarter |quarters |FRAC )(?:s |of )*(?:a |an )?(?={UNIT})",
        _part_of,
    ),
    rule(
        f"(?:a |the |just a |only a )?(?P<v>VAGUE )(?:of |more |good )*(?={UNIT})",
        lambda found: _number(found, found["v"].low, found["v"].high),
    ),
    rule(
        f"(?<!times )(?<!twice )(?<!once )(?:an? ){_FILL}(?={UNIT})",
        lambda found: _number(found, 1.0),
    ),
    rule(
        "(?:(?<=NUM )|(?<=Q ))(?P<u>[hdwy] )",
        lambda found: found.make("UNIT", *(2 * [_LETTERS[found.word("u")]])),
    ),
    rule(
        f"(?P<n>SLASH )(?={UNIT})",
        lambda found: _number(found, *sorted((found["n"].low, found["n"].high))),
    ),
    rule(
        f"(?P<n>NUM )plus (?={UNIT})",
        lambda found: _number(found, found["n"].low, found["n"].low * _MORE),
    ),
    rule(
        f"(?P<n>NUM )and a bit (?:of )?(?={UNIT})",
        lambda found: _number(found, found["n"].low, found["n"].low + 0.5),
    ),
    rule(
        f"(?P<n>NUM )(?:- )?(?:ish |or so |odd )(?={UNIT})",
        lambda found: _number(found, found["n"].low),
    ),
    rule(f"(?:between )(?P<a>{NUMBER})(?P<sep>and |to |- )(?P<b>{NUMBER})(?={UNIT})", _range),
    rule(
        f"(?P<a>{NUMBER})(?P<sep>to |or |- |– |/ |& |or maybe |maybe |, maybe |, or |, |possibly )"
        f"(?P<b>{NUMBER})(?={UNIT})",
        _range,
    ),
)

SPAN_RULES: tuple[Rule, ...] = (
    rule("(?P<d>SLASH )(?=post |ago |since |after )", _clinical),
    rule(
        "(?<!NUM )(?P<u>UNIT )(?=since |post |from )",
        lambda f: f.make("SPAN", 336, 336, 168) if f["u"].low == 336 else None,
    ),
    rule(
        f"(?P<n>{NUMBER})(?:- )?{_FILL}(?P<u>{UNIT})and (?:a |an )?half ",
        lambda found: _span(found, 0.5),
    ),
    rule(f"(?P<n>{NUMBER})(?:- )?{_FILL}(?P<u>{UNIT})(?:'s |s |' )?", _span),
    rule(f"(?P<u>UNIT ): (?P<n>{NUMBER})", _span),
    rule("(?P<u>hour |day |week )(?:and |n |& )(?:a |an )?half ", _and_a_half),
    rule(f"(?P<u>{UNIT})(?=ago |back )", _vague),
    # Ages and frequencies are no times.
    rule("(?:SPAN|NUM) (?:- )?(?:old |yo |y o |yrs old )", lambda found: found.make("#")),
    rule(
        f"(?:every |each |per |once a |twice a |times a )(?:SPAN |other |single |{UNIT}|PART )+",
        lambda found: found.make("every"),
    ),
    rule("(?P<a>SPAN )(?:and |& |plus )?(?P<b>SPAN )", _sum),
    rule("(?P<a>SPAN )(?P<b>NUM )(?=ago |post |after )", _hours_minutes),
    rule("between (?P<a>SPAN )and (?P<b>SPAN )", _either),
    rule(
        "(?P<a>SPAN )(?:or |to |- |maybe |, maybe |or maybe |, or |possibly |even )+(?P<b>SPAN )",
        _either,
    ),
    rule(
        "(?P<a>SPAN )(?:or |maybe |, maybe |or maybe |\\? maybe |, i think , or )+"
        f"(?P<b>{NUMBER})(?!{UNIT})",
        _either,
    ),
    rule(f"{_ROUGHLY}+(?P<s>SPAN )", _same),
    rule(
        "(?:ovr |more than |at least |longer than |later than |upwards of |beyond |a good )"
        "(?:the )?(?P<s>SPAN )",
        _more,
    ),
    rule("(?P<s>SPAN )(?:plus |or more |or longer |and a bit |and counting )", _more),
    rule("(?:coming up to |getting on for |close to |approaching |shy of )(?P<s>SPAN )", _same),
    rule(
        "(?:less than |under |up to |no more than |not more than |fewer than |below |< )"
        "(?P<s>SPAN )",
        _less,
    ),
    rule("(?:not even |not quite |barely |hardly |going on )(?:for )?(?P<s>SPAN )", _nearly),
    rule(
        "(?P<s>SPAN )(?:or so |ish |- ish |or thereabouts |give or take |tops |max |approx )", _same
    ),
    rule(f"{_ROUGHLY}+(?P<s>SPAN )", _same),
)
