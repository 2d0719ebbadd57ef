"""The words of a message as symbols a small grammar of time can read.

A lexeme is one word or one recognised piece of time, with the offsets that said it. Its `symbol` is
the word itself in lower case, or a kind in capitals (`NUM`, `UNIT`, `WDAY` …); `low` and `high`
hold the kind's numbers. The vocabulary is `words.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

WORDS_FILE = Path(__file__).with_name("words.yml")

# Numbers keep their inner point, comma, colon, slash or hyphen: 38,5 · 14:30 · 2026-11-20 · 3-4;
# also as the French write the time, 18h30, but 2h30 is a length. "2nite" is a word, and "HR 128" a
# pulse.
_TOKEN = re.compile(
    r"\b2(?=day\b|nite\b|night\b|nyt\b|morrow\b)[a-z]+\b(?!\s+(?:ago|post|since|after|b4|before|later|old)\b)"
    r"|(?<!\d\s)(?<!\d)\bHR\s*:?\s*(?=[4-9]\d\b|1\d\d\b)\d+(?!\s*(?:m|min|mins|ago|post|since|after|now)\b)"
    r"|\b(?:0?[7-9]|1\d|2[0-4])[hH]\d\d\b|\d+(?:[.,:/–-]\d+)*|[½¼¾]|[^\W\d_]+(?:['’`´][^\W\d_]+)*|[^\w\s]"
)

_MAX_LEXEMES = 1500
_MAX_DIGITS = 9
_SHORTEST_FUZZY = 6
_TWO_ERRORS_FROM = 9


@dataclass(frozen=True)
class Lexeme:
    """A word or a piece of time. What `low` and `high` mean depends on the symbol.

    NUM, Q: a number, or from–to · UNIT: hours in one · SPAN, AGO, DAYN …: hours · WDAY: 0 Monday …
    6 Sunday · MONTH: 1–12 · ORD: which · PART: hours after midnight, equal ends for a clock time ·
    DAY: proleptic day numbers, first and last · MOMENT: hours before now. `unit` keeps the hours of
    the unit a span was said in.
    """

    symbol: str
    start: int
    end: int
    low: float = 0.0
    high: float = 0.0
    unit: float = 0.0
    date: tuple[int, ...] = ()


@cache
def vocabulary() -> Mapping[str, tuple[str, float, float]]:
    """Every known spelling, as (symbol, low, high)."""
    data: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    words: dict[str, tuple[str, float, float]] = {}
    for symbol, table in (
        ("NUM", data["numbers"]),
        ("TENS", data["tens"]),
        ("ORD", data["ordinals"]),
        ("UNIT", data["units"]),
        ("WDAY", data["weekdays"]),
        ("MONTH", data["months"]),
    ):
        for value, spellings in table.items():
            for spelling in spellings:
                words.setdefault(spelling, (symbol, float(value), float(value)))
    for name, (hours, spellings) in data["singulars"].items():
        for spelling in spellings:
            words.setdefault(spelling, (name, float(hours), float(hours)))
    for symbol, ranges in (("VAGUE", data["amounts"]), ("PART", data["parts"])):
        for spelling, (low, high) in ranges.items():
            words.setdefault(spelling, (symbol, float(low), float(high)))
    for name in data["weak_names"]:
        symbol, low, high = words[name]
        words[name] = (f"weak{symbol}", low, high)
    for name, spellings in data["same_as"].items():
        for spelling in spellings:
            words.setdefault(spelling, (name, 0.0, 0.0))
    return words


@cache
def _fuzzy_choices() -> tuple[str, ...]:
    plain = {"NUM", "TENS", "VAGUE"}
    return tuple(
        word
        for word, (symbol, _, _) in vocabulary().items()
        if len(word) >= _SHORTEST_FUZZY and symbol not in plain and word.isalpha()
    )


@lru_cache(maxsize=4096)
def known(word: str) -> tuple[str, float, float] | None:
    """The vocabulary's entry for `word` (lower case), letting longer words be a little wrong."""
    found = vocabulary().get(word)
    if found or not _SHORTEST_FUZZY <= len(word) <= 12 or not word.isalpha():
        return found
    errors = 2 if len(word) >= _TWO_ERRORS_FROM else 1
    best = process.extractOne(
        word, _fuzzy_choices(), scorer=DamerauLevenshtein.distance, score_cutoff=errors
    )
    # A wrong first letter makes another word: "mourning" may be morning, "warning" is not.
    return vocabulary()[best[0]] if best and best[0][0] == word[0] else None


def lexemes(text: str) -> list[Lexeme]:
    """The lexemes of `text`, in order; at most 1,500."""
    found: list[Lexeme] = []
    for token in _TOKEN.finditer(text):
        if len(found) >= _MAX_LEXEMES:
            break
        found.extend(_read_token(token.group(), token.start(), token.end()))
    return found


def _read_token(token: str, start: int, end: int) -> Iterator[Lexeme]:
    if token[0].isdecimal() and not token[-1].isalpha():
        yield from _read_digits(token, start, end)
        return
    if token in "½¼¾":
        value = {"½": 0.5, "¼": 0.25, "¾": 0.75}[token]
        yield Lexeme("FRAC", start, end, value, value)
        return
    if token[-1].isdecimal():
        yield Lexeme("#", start, end)
        return
    word = re.sub("[’`´]", "'", token.lower())
    entry = known(word) or (known(word[:-2]) if word.endswith("'s") else None)
    symbol, low, high = entry or (word if word != "+" else "plus", 0.0, 0.0)
    yield Lexeme(symbol, start, end, low, high)


def _read_digits(token: str, start: int, end: int) -> Iterator[Lexeme]:
    """A number, a range, a clock time, a date, or nothing worth keeping ("#")."""
    parts = [int(part) if len(part) <= _MAX_DIGITS else 10**9 for part in re.split(r"\D", token)]
    marks = re.sub(r"\d", "", token).replace("–", "-")
    if marks == "":
        yield Lexeme("NUM", start, end, parts[0], parts[0])
    elif marks in (".", ",") and len(token) <= 2 * _MAX_DIGITS:
        value = float(token.replace(",", "."))
        yield Lexeme("NUM", start, end, value, value)
    elif marks in (":", "h", "H") and parts[0] <= 24 and parts[1] < 60:
        hour = parts[0] + parts[1] / 60
        yield Lexeme("HHMM", start, end, hour, hour)
    elif marks == "/" and parts in ([1, 2], [1, 4], [3, 4]):
        yield Lexeme("FRAC", start, end, parts[0] / parts[1], parts[0] / parts[1])
    elif marks == "/":
        yield Lexeme("SLASH", start, end, parts[0], parts[1], date=tuple(parts))
    elif marks == "-":
        yield Lexeme("Q", start, end, min(parts), max(parts))
    elif marks in ("--", "//", ".."):
        yield Lexeme("DATE", start, end, date=tuple(parts))
    else:
        yield Lexeme("#", start, end)
