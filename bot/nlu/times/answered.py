"""What an answer to "when was the microneedling?" may leave out: "half 4", "morning, 9", "noon".

Elsewhere a number is an hour only where a word says so ("at 3"); an answer to that question is
short, and these can be nothing else. A number alone stays one of days or hours (`read_times`).
"""

from __future__ import annotations

from itertools import pairwise

from .clock import clock_time, hour_in, twenty_to
from .days import part_of_day
from .lexemes import Lexeme
from .rewriting import Found, Rule, rule
from .spans import spoken_clock, three_or_four_digits, with_a_point

#: An answer of more words than this is a story, which is read as one.
_LONGEST = 10

#: Nor is one in which days or hours are counted.
_COUNTS = frozenset(["UNIT", "hour", "week", "ago"])

#: "The day" is today, "1 day" is not.
_SCOTS_FOR_TODAY = frozenset(["the", "this"])

_MOST_HOURS = 200

_ROUGHLY = "(?:at |about |round |by |the |, |\\. |- )*"
#: What one is busy with before or after a treatment: "after school, four".
_OCCASION = (
    "(?:work |school |college |uni |class |classes |lectures |shift |lunch |dinner |breakfast |tea "
    "|church |mass |gym |training |practice |nursery |prayers |noon |opening |closing )"
)
_TODAY = "(?:today |the day |this day )"


def _of_today(found: Found) -> Lexeme | None:
    """An hour of today, unless that would be ahead: then it is no hour."""
    clock = clock_time(found)
    if clock is None or hour_in(clock, None) > found.now.hour:
        return None
    return clock


def _exactly(found: Found) -> Lexeme | None:
    """Twenty to four; "5 to 10" may be days."""
    return twenty_to(found) if found["m"].low > found["n"].low else None


def _only_part(found: Found) -> Lexeme | None:
    """Noon, lunchtime: the last one, where nothing else tells when ("Sunday, before lunch")."""
    others = {word.symbol for word in found.lexemes} - {"PART"}
    return None if any(map(str.isupper, others)) else part_of_day(found)


def _digits(found: Found) -> Lexeme | None:
    """430, 0930; but "120" may be hours: nobody counts more than these in hours."""
    number = found["n"]
    written = number.end - number.start
    return three_or_four_digits(found) if written == 4 or number.low >= _MOST_HOURS else None


#: Before all others, once numbers are read.
NUMBERS_IN_ANSWERS: tuple[Rule, ...] = (
    rule("(?P<h>NUM )(?P<m>NUM )(?P<o>zzz )?(?!UNIT |SPAN |day |week |hour )", spoken_clock),
    rule("(?P<n>NUM )(?!UNIT |SPAN |day |week |hour |MONTH |ago )", _digits),
    rule("(?P<n>NUM )(?=$|[,.;!?] |PART |today |yesterday )", with_a_point),
    rule(f"(?P<n>NUM )(?={_TODAY}|yesterday )", three_or_four_digits),
    rule("half (?P<n>NUM )(?!UNIT |day |week |hour )", lambda f: clock_time(f, 0.5)),
    rule("(?P<m>NUM )(?:minutes? |mins? )?to (?P<n>NUM )(?!UNIT )", _exactly),
    rule("(?P<n>NUM )(?:or |to |- |, )?(?:NUM )?(?:- )?(?:ish |plus )", clock_time),
    rule(f"(?<=PART ){_ROUGHLY}(?P<n>NUM )(?!UNIT |ago )", clock_time),
    rule("(?P<n>NUM )(?=(?:in |of |at )?(?:the )?PART )", clock_time),
    rule(f"(?P<n>NUM )(?={_TODAY})", _of_today),
    rule(f"(?<=today ){_ROUGHLY}(?P<n>NUM )(?=$|[,.;!?] )", _of_today),
    rule(
        f"(?:(?<=yesterday )|(?<=WDAY )){_ROUGHLY}(?P<n>NUM )(?=$|[,.;!?] )",
        clock_time,
    ),
    rule(f"(?:before |after ){_OCCASION}{_ROUGHLY}(?P<n>NUM )(?=$|[,.;!?] )", clock_time),
    rule(f"(?P<n>NUM )(?=(?:before |after |, before |, after )(?:my )?{_OCCASION})", clock_time),
    rule("(?<=today )(?:before |after |past )(?P<n>NUM )(?=$|[,.;!?] )", _of_today),
    rule(
        "^(?:just |shortly |a bit |a little |little |right )*(?:before |after |past )"
        "(?P<n>NUM )(?=$|[,.;!?] )",
        clock_time,
    ),
    rule("(?:(?<=CLOCK )|(?<=CLOCK12 )|^)the day ", lambda f: f.make("DAY", 0, 0)),
)

#: After all others.
PARTS_IN_ANSWERS: tuple[Rule, ...] = (rule("(?P<p>PART )(?:time )?", _only_part),)


def is_answer(words: list[Lexeme]) -> bool:
    """Whether what was said after the question is its answer, and may leave such words out."""
    told = [word.symbol for word in words]
    days = [before for before, symbol in pairwise(told) if symbol == "day"]
    counts = not _COUNTS.isdisjoint(told) or not _SCOTS_FOR_TODAY.issuperset(days)
    return len(words) <= _LONGEST and not counts
