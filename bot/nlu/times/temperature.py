"""A body temperature in a message, in degrees Celsius.

A number with a decimal from 35 to 42.9 needs no word beside it ("38.2 just now").
Without a unit, 34 to 43 is read as Celsius and 93 to 110 as Fahrenheit, the bounds of what a living
person's thermometer shows; anything else is not a temperature.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lexemes import Lexeme
from .rewriting import rendered

_NUMBER = r"(?P<n>NUM |Q )"
_DEGREES = r"(?:° |º |degrees? |deg |degs )"
_SCALE = r"(?P<scale>c |f |celsius |centigrade |celcius |fahrenheit |farenheit |fahrenheight )"
_WORD = (
    r"(?:fever|feaver|fevr|temp|temps|temperature|temprature|tempature|thermometer|pyrexia"
    r"|fieber|fiebre|febre|fievre|calentura|temperatura|bukhar|bukhaar|lagnat|homa"
    r"|(?:have|has|had|got|with|body) (?:the )?heat) "
)
_LINK = (
    r"(?:is |was |of |at |says |said |reads |read |reading |showed |shows |it's |it |about |now "
    r"|a |up |to |went |got |hit |= |: |- |like |still |, |currently |high |the |and |has |been "
    r"|ovr |just )"
)
_FEVER = 38.0
_NOT_A_UNIT = r"(?!UNIT |SPAN |AGO |% |percent |day |am |pm )"
_PATTERNS = tuple(
    re.compile(rf"(?<!\S)(?:{pattern})")
    for pattern in (
        rf"{_NUMBER}{_DEGREES}?{_SCALE}",
        rf"{_NUMBER}{_DEGREES}",
        rf"{_WORD}{_LINK}{{0,5}}{_NUMBER}{_NOT_A_UNIT}",
        rf"{_NUMBER}(?:degree )?(?:of )?{_WORD}",
    )
)
#: "She's at 39", where that is a fever; below it may be anything.
_SAID_OF_ONE = re.compile(
    r"(?<!\S)(?:(?:she|he|i) (?:is |am |was )|she's |he's |i'm |shes |hes |im )"
    rf"(?:now |still |up )?at (?:a )?{_NUMBER}{_NOT_A_UNIT}"
)
_DECIMAL = re.compile(rf"(?<!\S){_NUMBER}{_NOT_A_UNIT}(?!kg |kilos |lb |lbs |stone |/ |- )")
_ALONE = re.compile(rf"(?<!\S){_NUMBER}{_NOT_A_UNIT}")


def read_temperature(lexemes: Sequence[Lexeme], asked: bool) -> tuple[float, Lexeme] | None:
    """The temperature and the number that said it; the highest of several (the cautious one).

    `asked`: the last question was about fever, so that a number alone is a temperature.
    """
    text, at = rendered(lexemes)
    found: list[tuple[float, Lexeme]] = []
    for pattern in (*_PATTERNS, _SAID_OF_ONE, _ALONE if asked else _DECIMAL):
        for match in pattern.finditer(text):
            number = lexemes[at[match.start("n")]]
            if pattern is _DECIMAL and (number.high == int(number.high) or number.high < 35):
                continue
            scale = match.groupdict().get("scale") or ""
            celsius = _celsius(number.high, scale[:1])
            if celsius is not None and not (pattern is _SAID_OF_ONE and celsius < _FEVER):
                found.append((celsius, number))
        if found:
            return max(found, key=lambda each: each[0])
    return None


def _celsius(value: float, scale: str) -> float | None:
    if scale != "f" and 34 <= value <= 43:
        return round(value, 1)
    if scale != "c" and 93 <= value <= 110:
        return round((value - 32) / 1.8, 1)
    return None
