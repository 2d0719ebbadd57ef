"""What an answer to "when was the microneedling?" may leave out: "half 4", "morning, 9", "noon".

Elsewhere a number is an hour only where a word says so ("at 3"). Here it is one as well where it
can be nothing else. Whatever may be a count of days or hours ("4ish", "after 5", "240") or a date
("12.11", "the 9th") is none: more than 72 hours must never be read as a few.
"""

from __future__ import annotations

from .clock import clock_time, hour_in, twenty_to
from .days import part_of_day
from .lexemes import Lexeme
from .rewriting import Found, Rule, rule
from .spans import spoken_clock, three_or_four_digits, with_a_point

#: What one is busy with before or after a treatment: "after school, four".
_OCCASIONS = frozenset(
    [
        *("work", "shift", "school", "college", "uni", "class", "classes", "lectures"),
        *("gym", "training", "practice", "church", "mass", "prayers", "nursery"),
        *("opening", "closing"),
    ]
)
#: What may stand around a time that is all of the answer ...
_AROUND = frozenset(
    [
        *(",", ".", "!", "-", "about", "at", "by", "in", "of", "on", "round"),
        *("the", "this", "my", "just", "it", "it's", "was", "sharp", "time"),
        *("i", "think", "well", "um", "uh", "erm"),
    ]
)
#: ... and what tells the time. In an answer of any other words a number may be one of these things.
_TELLING = frozenset(
    [
        *("today", "yesterday", "tonight", "day", "half", "quarter", "past", "to"),
        *("before", "after", "minutes", "mins", "am", "pm", "a", "p", "m"),
        *("o'clock", "oclock", "clock"),
    ]
)
_KINDS = frozenset(["NUM", "TENS", "HHMM", "PART", "WDAY"])

_ROUGHLY = "(?:at |about |round |by |, |- )*"
_OCCASION = f"(?:{'|'.join(sorted(_OCCASIONS))}) "
_NO_COUNT = "(?!st |nd |rd |th |PART )"

#: Minutes of a time that is written as one number; "240" or "1011" is none.
_QUARTERS = frozenset([15, 30, 45])
#: A number up to this after another, or after a point, is a month ("12.11", "4 10").
_MONTHS = 12


def is_answer(words: list[Lexeme]) -> bool:
    """Whether nothing but a time is said, and no days or hours are counted ("day 5")."""
    known = _KINDS | _AROUND | _TELLING | _OCCASIONS
    told = [word.symbol for word in words]
    days = [before for before, symbol in zip(["", *told], told, strict=False) if symbol == "day"]
    return known.issuperset(told) and set(days) <= {"the", "this"}  # "the day" is Scots for today


def _digits(found: Found) -> Lexeme | None:
    """430, 1245."""
    quarter = found["n"].low % 100 in _QUARTERS
    return three_or_four_digits(found) if quarter else None


def _with_a_point(found: Found) -> Lexeme | None:
    """7.40; but "10.11" is a date."""
    minutes = round(100 * (found["n"].low % 1))
    return with_a_point(found) if minutes > _MONTHS and minutes % 5 == 0 else None


def _two_numbers(found: Found) -> Lexeme | None:
    """4 30; but "4 10" may be a date."""
    return spoken_clock(found) if found["m"].low > _MONTHS else None


def _of_today(found: Found) -> Lexeme | None:
    """An hour of today, unless that would be ahead: then it is no hour."""
    clock = clock_time(found)
    if clock is None or hour_in(clock, None) > found.now.hour:
        return None
    return clock


def _minutes_to(found: Found) -> Lexeme | None:
    """Twenty to four; "5 to 10" may be days."""
    return twenty_to(found) if found["m"].low > found["n"].low else None


def _only_part(found: Found) -> Lexeme | None:
    """Noon, lunchtime: the last one, where no day is said; not "Sunday, before lunch"."""
    others = {word.symbol for word in found.lexemes} - {"PART"}
    return part_of_day(found) if others <= _AROUND else None


#: Before all others, once numbers are read; each sees what those before it have made.
NUMBERS_IN_ANSWERS: tuple[Rule, ...] = (
    rule("(?P<h>NUM )(?P<m>NUM )(?P<o>zzz )?", _two_numbers),
    rule("(?P<n>NUM )", _digits),
    rule("(?P<n>NUM )(?=$|[,!] |today |yesterday )", _with_a_point),
    rule("(?P<n>NUM )(?=today |the day |yesterday )", three_or_four_digits),
    rule(f"half (?P<n>NUM ){_NO_COUNT}", lambda f: clock_time(f, 0.5)),
    rule(f"(?P<m>NUM )(?:minutes |mins )?to (?P<n>NUM ){_NO_COUNT}", _minutes_to),
    rule(f"(?<=PART ){_ROUGHLY}(?P<n>NUM ){_NO_COUNT}", clock_time),
    rule("(?P<n>NUM )(?=(?:in |of |at )(?:the )?PART )", clock_time),
    rule("(?P<n>NUM )(?=today |the day )", _of_today),
    rule(f"(?<=today )(?:before |after |past )?{_ROUGHLY}(?P<n>NUM ){_NO_COUNT}", _of_today),
    rule(f"(?<=yesterday ){_ROUGHLY}(?P<n>NUM ){_NO_COUNT}", clock_time),
    rule(f"(?:before |after )(?:my )?{_OCCASION}{_ROUGHLY}(?P<n>NUM ){_NO_COUNT}", clock_time),
    rule(f"(?P<n>NUM )(?=(?:, )?(?:before |after )(?:my )?{_OCCASION})", clock_time),
    rule("(?:(?<=CLOCK )|(?<=CLOCK12 )|^)the day ", lambda f: f.make("DAY", 0, 0)),
)

#: After all others.
PARTS_IN_ANSWERS: tuple[Rule, ...] = (rule("(?P<p>PART )(?:time )?", _only_part),)
