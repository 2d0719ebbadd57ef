"""Clock times: "half past four", "ten to three", "16:30", "4 pm", alone or within a part of a day.

`CLOCK12` is a time that may be before or after noon, `CLOCK` one that is certain; both become
`PART`, hours after midnight, where a part of the day stands beside them.
"""

from __future__ import annotations

from .lexemes import Lexeme
from .rewriting import Found, Rule, rule

#: Before this hour nobody is treated.
_EARLIEST = 8

#: Minutes that people tell the time by, before or after the full hour.
_DIAL = frozenset([5, 10, 20, 25])


def _clock(found: Found) -> Lexeme | None:
    number = found["n"]
    hour = number.low
    if number.symbol == "NUM" and hour != int(hour):  # 3.30 pm
        hour = int(hour) + (hour - int(hour)) / 0.6
    if not 0 <= hour < 24.5:
        return None
    if found.word("x").startswith("p") and hour < 12:
        hour += 12
    elif found.word("x").startswith("a") and hour >= 12:
        hour -= 12
    return found.make("CLOCK", hour, hour)


def clock_time(found: Found, minutes: float = 0.0) -> Lexeme | None:
    """An hour on the clock face, so many hours later; None where there is no such hour."""
    hour = found["n"].low + minutes
    if found["n"].low != int(found["n"].low) and found["n"].symbol == "NUM":
        return None
    if not 0 < hour < 24:
        return None
    return found.make("CLOCK" if hour >= 13 else "CLOCK12", hour, hour)


def _past(found: Found) -> Lexeme | None:
    """Ten past three."""
    minutes = found["m"].low
    return clock_time(found, minutes / 60) if minutes in _DIAL else None


def twenty_to(found: Found) -> Lexeme | None:
    """Twenty to four."""
    minutes = found["m"].low
    return clock_time(found, -minutes / 60) if minutes in _DIAL else None


def hour_in(clock: Lexeme, part: Lexeme | None) -> float:
    """The hour after midnight that a clock time means within a part of the day."""
    hour = clock.low
    if clock.symbol != "CLOCK12":
        return hour + 24 if part and part.high > 24 and hour < part.low - 12 else hour
    if part is None:  # "at 3" is afternoon, "at 9" is morning
        return hour + 12 if hour < 8 else hour
    candidates = [hour, hour + 12, hour + 24]
    inside = [each for each in candidates if part.low - 1 <= each <= part.high + 1]
    return inside[0] if inside else hour


def _clock_part(found: Found) -> Lexeme:
    hour = hour_in(found["c"], found["p"])
    return found.make("PART", hour, hour)


def _clock_in_h(found: Found) -> Lexeme | None:
    """Needles at 19h, as much of Europe writes it; before seven it is a length of time."""
    hour = found["n"].low
    return found.make("CLOCK", hour, hour) if 7 <= hour < 24 else None


_TREATED = (
    *("done", "made", "needles", "needling", "needled", "treatment", "session", "appointment"),
    *("microneedling", "dermapen"),
)
_DAYS = ("today", "yesterday", "WDAY")
_BEFORE_H = (
    *(f"{word} at " for word in _TREATED),
    *(f"{day} {mark}" for day in _DAYS for mark in ("", "at ")),
)

#: Comes before all lengths of time; "swollen at 19h" is one.
CLOCK_IN_H = rule(
    f"(?:{'|'.join(f'(?<={words})' for words in _BEFORE_H)})"
    "(?P<n>NUM )h (?!post |after |in |on |mark |ago |later |past )",
    _clock_in_h,
)

#: "At 19 hours today".
CLOCK_IN_HOURS = rule(
    "(?<=at )(?P<n>NUM )(?P<u>UNIT )(?=today |yesterday )",
    lambda found: _clock_in_h(found) if found["u"].low == 1 else None,
)

_AFTER_A_DAY = "|".join(
    f"(?<={day} {mark})" for day in ("DAY", "yesterday", "today") for mark in ("", ", ")
)

_SAID_PART = "(?:in the |this |last |yesterday )PART |yesterday |tonight "

_AND_SO_ON = (
    "and |but |so |for |on |i |we |they |she |he |you |between |when |then |with |because |before "
    "|after |this |lol |haha |btw |please |pls |my |the |can |is |it |her |his |until |no "
    "|not |still |since "
)

CLOCK_RULES: tuple[Rule, ...] = (
    rule(
        "(?:(?<=this )|(?<=yesterday )|(?<=WDAY )|(?<=DAY ))(?P<x>am |pm )",
        lambda f: f.make("PART", *((5, 12) if f.word("x") == "am" else (12, 18))),
    ),
    rule("half (?:past )(?P<n>NUM )", lambda f: clock_time(f, 0.5)),
    rule("(?:(?<=DAY )|(?<=yesterday ))half (?P<n>NUM )", lambda f: clock_time(f, 0.5)),
    rule(
        "half (?P<n>NUM )(?=yesterday |today |this PART |last PART |on WDAY |DAY |the day )",
        lambda f: clock_time(f, 0.5),
    ),
    rule("(?:(?<=at )|(?<=at about ))half (?P<n>NUM )", lambda f: clock_time(f, 0.5)),
    rule(
        "(?:(?<=done )|(?<=about )|(?<=it was )|(?<=finished ))half (?P<n>NUM )"
        "(?=$|[,.;!?)] |and |but |so )",
        lambda f: clock_time(f, 0.5),
    ),
    rule(
        "(?:(?<=yesterday PART )|(?<=last PART )|(?<=this PART ))half (?P<n>NUM )",
        lambda f: clock_time(f, 0.5),
    ),
    # "Yesterday evening 7"
    rule(
        "(?:(?<=yesterday PART )|(?<=last PART )|(?<=this PART ))(?P<n>NUM )(?=$|[,.;!?)] )",
        clock_time,
    ),
    rule("quarter (?:past |after )(?P<n>NUM )", lambda f: clock_time(f, 0.25)),
    rule("quarter (?:to |before |of )(?P<n>NUM )", lambda f: clock_time(f, -0.25)),
    rule("(?P<m>NUM )(?:minutes? |mins? )?(?:past |after )(?P<n>NUM )(?!days? |UNIT )", _past),
    # "5 to 10" alone is a range, of pain, say.
    rule(
        "(?:(?<=at )|(?<=DAY , )|(?<=DAY )|(?<=yesterday )|(?<=about )|(?<=by )|(?<=done )"
        "|(?<=finished ))(?P<m>NUM )(?:minutes? |mins? )?to (?P<n>NUM )(?=$|[,.;!?)] )",
        twenty_to,
    ),
    rule(
        "(?P<m>NUM )(?:minutes? |mins? )?to (?P<n>NUM )(?=PART |am |pm |yesterday |today )",
        twenty_to,
    ),
    rule(
        "(?P<n>NUM |HHMM |CLOCK12 )(?P<x>am |pm |a m |p m |a \\. m (?:\\. )?|p \\. m (?:\\. )?)",
        _clock,
    ),
    rule("(?P<n>NUM |HHMM )(?:o'clock |oclock |o clock |clock )", clock_time),
    # "Yesterday 10 in the morning", "Monday, three in the afternoon".
    rule(
        f"(?:{_AFTER_A_DAY})(?P<n>NUM )(?=(?:in |of |at )(?:the )?PART )",
        clock_time,
    ),
    # As Spaniards put it: "did at the 15".
    rule(
        "(?:(?<=did )|(?<=done )|(?<=made )|(?<=today )|(?<=yesterday ))at the "
        "(?P<n>NUM )(?=$|[,;!?)] |\\. (?!day )|and half |of the PART |in the PART )",
        lambda found: clock_time(found) if found["n"].low >= _EARLIEST else None,
    ),
    rule("(?P<n>HHMM )", clock_time),
    rule("(?<=at )(?P<n>Q )(?=(?:in |of )(?:the )?PART )", clock_time),
    rule(
        f"(?:(?<=at )|(?<=at about ))(?P<n>NUM )(?:ish )?(?=$|[,.;!?)] |WDAY |DAY |{_AND_SO_ON}"
        f"|{_SAID_PART})",
        clock_time,
    ),
    rule("(?:(?<=DAY )|(?<=yesterday )|(?<=today )|(?<=PART ))(?P<n>NUM )ish ", clock_time),
    rule(
        "(?<=by )(?P<n>NUM )(?=$|[.;!?] |this PART |last PART |tonight |yesterday |DAY )",
        clock_time,
    ),
    rule("(?P<n>NUM )(?=PART (?:DAY |yesterday |on WDAY ))", clock_time),
    # "Eleven yesterday morning", "3 this arvo", at the beginning of what is said.
    rule(
        "(?:^|(?<=[.!?;] )|(?<=it was )|(?<=done )|(?<=done it )|(?<=from )|(?<=since )"
        "|(?<=treatment was )|(?<=session was ))"
        "(?P<n>NUM )(?=yesterday |(?:in the |this |last )PART |DAY PART )",
        clock_time,
    ),
    # "About 4" is a time of day only beside a day or a part of one.
    rule(
        "(?:(?<=PART about )|(?<=DAY about )|(?<=yesterday about )|(?<=DAY round )"
        "|(?<=yesterday round ))(?P<n>NUM )(?:ish )?"
        "(?=$|[,.;!?)] |and |in the PART |i think |i guess |lol |when )",
        clock_time,
    ),
    rule(f"(?<=about )(?P<n>NUM )(?={_SAID_PART})", clock_time),
    rule("(?P<c>CLOCK12 |CLOCK )(?:in |at |of |the |o'clock )*(?P<p>PART )", _clock_part),
    rule("(?P<p>PART )(?:at |about |around |, )*(?P<c>CLOCK12 |CLOCK )", _clock_part),
)
