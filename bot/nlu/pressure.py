"""A blood pressure that was measured: "bp 80/50", "nurse said 85 over 50".

A systolic pressure of 90 mmHg or less is three points of NEWS2 (Royal College of Physicians, 2017),
and a drop after contact with an allergen is a sign of anaphylaxis (World Allergy Organization,
2020). So a low one counts as fainting, not certain.
"""

from __future__ import annotations

import re

LOW_UP_TO = 90
_LEAST = 40

_NAMED = re.compile(r"\b(?:bp|b\.p\.?|pressure|systolic)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(\d{2,3})\s*(?:/|over)\s*(\d{2,3})\b", re.IGNORECASE)
_BETWEEN = (
    r"(?:is|was|of|at|now|only|just|said|about|around|down|to|dropped|fell|crashed|went|sank"
    r"|reading|reads|read|measured|as|low|the|a|it|monitor|says)"
)
_ALONE = re.compile(
    rf"\b(?:bp|blood pressure|systolic)\b(?:[\s:=,]+{_BETWEEN}\b){{0,5}}[\s:=]+(\d{{2,3}})\b",
    re.IGNORECASE,
)


def low_pressure(text: str) -> tuple[int, int] | None:
    """Where a low blood pressure is told, as characters of the text; None if none is."""
    if not _NAMED.search(text):
        return None
    pairs = [match for match in _PAIR.finditer(text) if int(match[2]) < int(match[1])]
    for match in pairs or _ALONE.finditer(text):
        if _LEAST <= int(match[1]) <= LOW_UP_TO:
            return match.span(1)
    return None
