"""A cascade of rewriting rules over lexemes: each finds a pattern of symbols and makes one lexeme.

The idea is the finite-state cascade (Abney, "Partial parsing via finite-state cascades", 1996):
small certain pieces first (numbers), larger ones from them (spans, days), never going back.
A pattern is a regular expression over symbols, each written with one space after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .lexemes import Lexeme


@dataclass(frozen=True)
class Found:
    """One place where a pattern matched, in a message written at `now`."""

    match: re.Match[str]
    lexemes: Sequence[Lexeme]
    at: dict[int, int]
    now: datetime

    def __getitem__(self, group: str) -> Lexeme:
        """The first lexeme of a group that took part."""
        return self.lexemes[self.at[self.match.start(group)]]

    def has(self, group: str) -> bool:
        """Whether the group took part."""
        return bool(self.match.group(group))

    def word(self, group: str) -> str:
        """The symbols of a group, "" when it took no part."""
        return (self.match.group(group) or "").strip()

    def make(self, symbol: str, low: float = 0.0, high: float = 0.0, unit: float = 0.0) -> Lexeme:
        """A lexeme over everything that matched."""
        first = self.lexemes[self.at[self.match.start()]]
        last = self.lexemes[self.at[self.match.end()] - 1]
        return Lexeme(symbol, first.start, last.end, low, high, unit)


Build = Callable[[Found], "Lexeme | None"]


@dataclass(frozen=True)
class Rule:
    """Where `pattern` matches and `build` gives a lexeme, it takes the place of what matched."""

    pattern: re.Pattern[str]
    build: Build


def rule(pattern: str, build: Build) -> Rule:
    """A rule whose pattern starts at a symbol, as does what has to stand before it: "for sun" is no
    "or sun". A lookbehind holds one alternative: "(?<=at )", not "(?<=at |by )"."""
    whole = pattern.replace("(?<=", r"(?<=(?<!\S)")
    return Rule(re.compile(rf"(?<!\S)(?:{whole})"), build)


def rewrite(lexemes: list[Lexeme], rules: Sequence[Rule], now: datetime) -> list[Lexeme]:
    """The lexemes after all rules, each applied once, left to right."""
    text, at = rendered(lexemes)
    for step in rules:
        if (new := _apply(step, lexemes, text, at, now)) is not None:
            lexemes = new
            text, at = rendered(lexemes)
    return lexemes


def _apply(
    step: Rule, lexemes: list[Lexeme], text: str, at: dict[int, int], now: datetime
) -> list[Lexeme] | None:
    out: list[Lexeme] = []
    done = 0
    for match in step.pattern.finditer(text):
        if match.end() == match.start():
            continue
        new = step.build(Found(match, lexemes, at, now))
        if new is not None:
            out.extend(lexemes[done : at[match.start()]])
            out.append(new)
            done = at[match.end()]
    return [*out, *lexemes[done:]] if done else None


def rendered(lexemes: Sequence[Lexeme]) -> tuple[str, dict[int, int]]:
    """The symbols, each with a space after it, and which lexeme starts at which offset."""
    at: dict[int, int] = {}
    position = 0
    for index, lexeme in enumerate(lexemes):
        at[position] = index
        position += len(lexeme.symbol) + 1
    at[position] = len(lexemes)
    return "".join(f"{lexeme.symbol} " for lexeme in lexemes), at
