"""What is said about a length of time or a moment: ago, for, since, day 5, three days after.

Every result counts hours before now, nearest first:
`AGO` 3 days ago · `MOMENT` yesterday, on Friday · `DAYN` day 5 · `POST` 3 days after … ·
`AFTER` after 3 days · `BEEN`, `BEENSINCE` it has been 3 days (since …) · `WITHIN` in the last 24
hours · `IN` in 3 days · `SINCE` since Tuesday · `SINCESPAN` since 3 days · `DUR` for 3 days ·
`NOW` 3 days now · `MARK` 3 days on, at 3 days · `LATER` 3 days later · `SPAN` 3 days, nothing
said · `JUST` just had … · `WOKE` woke up with · `FUTURE` tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .days import moment
from .lexemes import Lexeme
from .rewriting import Found, Rule, rule
from .spans import UNIT

_MAX_DAY = 400
_MAX_HOUR = 400
_MAX_WEEK = 12
_WEEK = 168.0  # "eighteen weeks gone" is a pregnancy
_NTH = "(?P<n>ORD |NUM (?=(?:st |nd |rd |th )hour ))(?:st |nd |rd |th )?"
_STILL = "(?:now |already |straight |running |in a row |non stop |nonstop |on end |so far )"
_BEEN = (
    "(?:it's |it is |it has |thats |that's |that is |is |it |makes |has |now )*"
    "(?:been |being |makes |it's |it is |is now |is )(?:already |now |about |only |like )*"
)
_OP = "(?:op |- op |- |my |the |treatment |procedure |session |microneedling |mn )"


def _as(symbol: str) -> Callable[[Found], Lexeme]:
    """The span `s`, under another symbol."""
    return lambda found: found.make(symbol, found["s"].low, found["s"].high, found["s"].unit)


def _upto(symbol: str) -> Callable[[Found], Lexeme]:
    return lambda found: found.make(symbol, 0.0, found["s"].high, found["s"].unit)


def _nothing(found: Found) -> Lexeme:
    return found.make("#")


def _day_number(found: Found) -> Lexeme | None:
    """Day 5 is the fifth day since the treatment: 96 to 120 hours; day 0 counts as day 1."""
    first, last = found["n"].low, found["n"].high
    if not (0 <= first <= last <= _MAX_DAY and first == int(first)):
        return None
    return found.make("DAYN", 24 * max(0.0, first - 1), 24 * max(1.0, last), 24.0)


def _week_number(found: Found) -> Lexeme | None:
    """The second week is the eighth to the fourteenth day."""
    week = found["n"].low
    if not 1 <= week <= _MAX_WEEK or week != int(week):
        return None
    return found.make("DAYN", _WEEK * (week - 1), _WEEK * week, _WEEK)


def _hour_number(found: Found) -> Lexeme | None:
    """Hour 65, the thirty-eighth hour: so many hours since the treatment."""
    hours = float(found["n"].low)
    if not (0 < hours <= _MAX_HOUR and hours == int(hours)):
        return None
    return found.make("DAYN", hours, hours, 1.0)


def _but_a_day(found: Found) -> Lexeme | None:
    """Tomorrow it will be a week: six days."""
    low, high = found["s"].low - 24, found["s"].high - 24
    return found.make("BEENSINCE", low, high, 24.0) if low > 0 else None


def _weeks_today(found: Found) -> Lexeme | None:
    """Two weeks today, alone: ago, or to come; so nobody knows."""
    return _nothing(found) if found["s"].unit >= 24 else None


def _last_one(found: Found) -> Lexeme:
    """The last day, the past few … without a number: one, or two to four of a plural."""
    unit = found["u"].low
    low, high = (2.0, 4.0) if found["u"].symbol == "UNIT" and unit >= 24 else (1.0, 1.0)
    return found.make("SPAN", low * unit, high * unit, unit)


def _all_day(found: Found) -> Lexeme:
    midnight = found.now.replace(hour=0, minute=0)
    awake = (found.now - midnight).total_seconds() / 3600 - 7
    unit = {"day": max(1.0, awake), "week": 7 * 24.0, "morning": 6.0, "month": 730.0}
    high = unit.get(found.word("u"), 6.0)
    return found.make("DUR", high / 2, high, 24.0)


def _union(found: Found) -> Lexeme | None:
    first, second = found["a"], found["b"]
    symbol = first.symbol if first.symbol == second.symbol else "MOMENT"
    low, high = min(first.low, second.low), max(first.high, second.high)
    return found.make(symbol, low, high, first.unit)


def _either_ago(found: Found) -> Lexeme:
    """3 or 4 days ago, the first with its own unit left out: "3 days or 4 days ago" is a SPAN."""
    span, ago = found["s"], found["a"]
    return found.make("AGO", min(span.low, ago.low), max(span.high, ago.high), ago.unit)


def _day_after(found: Found) -> Lexeme:
    """The day after, as all there is of a sentence."""
    return found.make("POST", 12.0, 36.0, 24.0)


def _woke(found: Found) -> Lexeme:
    woke = moment(found, found.make("DAY"), found.make("PART", 4, 12))
    return replace(woke, symbol="WOKE", low=max(0.0, woke.low))


AGO_RULES: tuple[Rule, ...] = (
    rule(
        f"(?:(?<=the )|(?<=this )|(?<=for )|(?<=in ))(?:last |past |previous )(?P<u>{UNIT})",
        lambda found: replace(_last_one(found), symbol="LAST"),
    ),
    rule("(?:last |past |previous )(?P<s>SPAN )", _as("LAST")),
    rule("(?:in |within |inside )(?:the |these |my )*(?P<s>LAST )(?:or so )?", _upto("WITHIN")),
    rule("(?:for |ovr |during |since |these |the |my )*(?P<s>LAST )(?:or so )?", _as("DUR")),
    rule("(?:within |in )(?:a |the |about |only )*(?P<s>SPAN )(?:of |after )", _nothing),
    rule("(?:in )(?:a |the |about |another )*(?P<s>SPAN )(?:'s )?(?:time )?", _as("IN")),
    rule("SPAN (?:late |early |apart |notice )", _nothing),
    rule("(?P<s>SPAN )(?:from now )", lambda found: found.make("FUTURE")),
    rule("(?P<s>SPAN )(?:gone )", lambda f: f.make("#") if f["s"].unit == _WEEK else None),
    rule("(?P<s>SPAN )(?:in between |between )", _nothing),
    rule("(?P<s>SPAN )(?:later |afterwards |after that )", _as("LATER")),
    # "day 5", "d5", "post-op day 3", "the third day"; "days 4 to 7" speaks of days in general.
    rule(
        "(?:(?:post |pod )(?:op |- op |- )*)?(?:day |d )(?:- |number |no |post |of |: )*"
        f"(?P<n>NUM |Q )(?!{UNIT}|SPAN |months |years )",
        _day_number,
    ),
    rule("(?:the |my |is |on )*(?P<n>ORD )day (?!before )", _day_number),
    rule("(?:the |my |is |on )*(?P<n>NUM )(?:st |nd |rd |th )day (?!before )", _day_number),
    # "Into the second week", "week two since"; "in the first week" alone is a rule for everybody.
    rule("into (?:the |my |our |its )?(?P<n>ORD )week (?!of |on |with )", _week_number),
    rule("week (?P<n>NUM )(?:now |already )?(?=post |since )", _week_number),
    rule(f"hour (?:- |number |no |: )*(?P<n>NUM )(?!{UNIT}|SPAN )", _hour_number),
    rule(f"(?:the |my |in |at )*{_NTH}hour ", _hour_number),
    rule("for (?:the |a |my )?(?P<s>DAYN )(?:in a row |running |now )*", _as("DUR")),
    rule(
        "(?:d |day )plus (?P<n>NUM )",
        lambda f: f.make("POST", 24 * f["n"].low, 24 * f["n"].low, 24),
    ),
    rule(
        "(?P<n>NUM )(?:dpp |dpo |dpt )",
        lambda f: f.make("POST", 24 * f["n"].low, 24 * f["n"].low, 24),
    ),
    rule("(?:h |hour )plus (?P<n>NUM )", lambda f: f.make("POST", f["n"].low, f["n"].low, 1)),
    rule("(?P<n>HHMM )(?:ago )", lambda f: f.make("AGO", f["n"].low, f["n"].low, 1)),
    rule("since (?:the |about )?DAYN ", _nothing),
    rule("(?:as |than )(?:on |in |the |it was )*DAYN ", _nothing),
    rule(
        "DAYN of (?:my |the |a )?"
        "(?:shift|period|cycle|antibiotics?|course|steroids?|prednis\\S+|holiday|pills?) ",
        _nothing,
    ),
    rule("just now |(?:a )?(?:moment|moments|second|sec) ago ", lambda f: f.make("AGO", 0, 1, 1)),
    rule(
        "(?P<s>SPAN )(?:now |or so |or |maybe )*"
        "(?:ago |back |earlier |prior |previously |in the past )",
        _as("AGO"),
    ),
    rule("(?P<s>SPAN )(?:or |or maybe |maybe )(?P<a>AGO )", _either_ago),
    rule("(?P<s>AGO )(?:about )?(?:today |tonight |to the (?:day|hour) )", _as("AGO")),
    rule("since (?:about |the |a |like )*(?P<s>AGO )", _as("SINCE")),
    rule(
        "(?P<s>SPAN )before (?!my |the |it |we |this |that |using|treat|micro|session|appoint)",
        _as("MOMENT"),
    ),
    rule("SPAN before ", _nothing),
    rule("before (?:about |like |maybe )*(?P<s>SPAN )(?!of |my |the )", _as("MOMENT")),
    rule(
        "(?:since |from )(?:about |like |already |the |ovr )*(?P<s>SPAN )(?!ago )", _as("SINCESPAN")
    ),
    rule(
        "(?:for |during |lasted |lasting |last for "
        "|(?:been |being )(?:there |here |going on |around |like this |this way |present )+)"
        "(?:about |like |the |ovr |maybe "
        f"|almost |already |only )*(?P<s>SPAN ){_STILL}*(?!after |post |since my |since the )",
        _as("DUR"),
    ),
    rule(f"for (?P<u>UNIT ){_STILL}*", lambda f: f.make("DUR", 2 * f["u"].low, 5 * f["u"].low)),
    rule(
        "tomorrow (?:it'll |it |it's |will |be |that |makes )+(?P<s>SPAN )(?:since |from |that )?",
        _but_a_day,
    ),
    rule(
        "(?P<s>SPAN )(?:to the (?:minute|hour|day) |about |today |tonight |already |now )+"
        "(?:since |that )",
        _as("BEENSINCE"),
    ),
    rule("(?P<s>SPAN )to the (?:very )?(?:minute|hour|day) ", _as("BEENSINCE")),
    rule("(?P<s>SPAN )(?:na |pa |lang |naman )+since (?=$|[.;!?] )", _as("BEENSINCE")),
    rule(
        "(?:^|(?<=[.;!?] ))(?:it's |it is )?(?:the )?(?:day after|next day) (?=$|[.;!?] )",
        _day_after,
    ),
    rule(f"{_BEEN}(?P<s>SPAN ){_STILL}*(?:since |from |after |post )", _as("BEENSINCE")),
    rule(f"{_BEEN}(?P<s>SPAN ){_STILL}*(?:that )?", _as("BEEN")),
    rule("(?P<s>SPAN )(?:have |has )?(?:now )?(?:elapsed |passed |gone by )", _as("BEEN")),
    rule(
        "(?P<s>SPAN )(?:now |already )?(?:- )?"
        "(?:post |after |following |since |from |past |out |afterwards )"
        f"(?:- |op )*(?!{UNIT}|partum |natal |menopaus)",
        _as("POST"),
    ),
    rule("(?:after |following )(?:about |only |just )*(?P<s>SPAN )", _as("AFTER")),
    rule(
        "at (?:about |only |just |nearly |roughly )*(?P<s>SPAN )"
        "(?!a |each |per |old |ago |shift |shifts |interval |intervals |notice |past )",
        _as("POST"),
    ),
    rule(f"post {_OP}*(?P<s>SPAN )", _as("POST")),
    rule(
        "(?P<s>SPAN )(?:on |in |deep |gone |total |in total |altogether |overall |ovr |onwards "
        "|so far |down the line )",
        _as("MARK"),
    ),
    rule(
        "(?:will be |gonna be |would be )(?:about )?(?P<s>SPAN )"
        "(?=tonight |today |tomorrow |this |in |soon |[.,!;]|$)",
        _as("BEEN"),
    ),
    rule("(?P<s>SPAN )(?:today |tonight )(?=$|[,.;!?] )", _weeks_today),
    rule("at (?:about |the |around )*(?P<s>SPAN )(?:mark |point )?", _as("MARK")),
    rule(f"(?P<s>SPAN ){_STILL}+", _as("NOW")),
    rule("already (?P<s>SPAN )", _as("NOW")),
    rule("all (?P<u>day |week |month )(?:long )?", _all_day),
    rule("(?:the )?whole (?P<u>day |week |month )", _all_day),
)

LINK_RULES: tuple[Rule, ...] = (
    rule(
        "(?:between )?(?P<a>MOMENT |AGO )"
        "(?:or |, or |/ |and maybe |maybe |, maybe |or maybe |to |- "
        "|possibly |even )+(?P<b>MOMENT |AGO )",
        _union,
    ),
    rule("between (?P<a>MOMENT |AGO )and (?P<b>MOMENT |AGO )", _union),
    rule(
        "(?:ever |all )?since (?:about |like |the |very |early |late |around |on )*(?P<s>MOMENT )",
        _as("SINCE"),
    ),
    rule("from (?:about |the |early |late )*(?P<s>MOMENT )", _as("SINCE")),
    rule("than (?:MOMENT |AGO )", _nothing),
    rule("(?:i |just )*(?:woke |woken |awoke )(?:up )?", _woke),
    rule(
        "just (?=had |got |did |finished |came |come |been |left |have |having |done |back |home )",
        lambda found: found.make("JUST", 0, 12, 1),
    ),
    rule(
        "(?:fresh from |straight from |home from |back from )", lambda f: f.make("JUST", 0, 12, 1)
    ),
    rule(
        "just (?=start|notic|appear|began|develop|popp|show|broke|woke|turn|swel|happen|threw"
        "|vomit|faint)",
        lambda found: found.make("JUST", 0, 6, 1),
    ),
)
