"""The words that tell what a time is about (`cues.yml`), and how near they stand to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from .lexemes import Lexeme
from .rewriting import rendered

CUES_FILE = Path(__file__).with_name("cues.yml")

#: A full stop between a time and a word; from here on the two have little to do with each other.
FAR = 12
_NOWHERE = 40
_SOFT_COST = 3
_SOFT = frozenset([",", "and", "but", "so", "then", "because", "while", "(", ")", "-", ":", "plus"])
_HARD = frozenset([".", ";", "!", "?"])
_NOT_OWNED = 9


@dataclass(frozen=True)
class Cue:
    """A word or phrase of one kind, from its first to its last lexeme."""

    kind: str
    first: int
    last: int
    text: str = ""


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data: dict[str, list[str]] = yaml.safe_load(CUES_FILE.read_text(encoding="utf-8"))
    return {
        kind: re.compile(
            r"(?<!\S)(?:"
            + "|".join(
                re.escape(phrase).replace(r"\*", r"\S*").replace(r"\ ", " ")
                for phrase in sorted(phrases, key=len, reverse=True)
            )
            + ") "
        )
        for kind, phrases in data.items()
    }


def find_cues(lexemes: Sequence[Lexeme]) -> list[Cue]:
    """The cues, longer phrases before shorter ones that they contain."""
    text, at = rendered(lexemes)
    found = [
        Cue(kind, at[match.start()], at[match.end()] - 1, match.group().strip())
        for kind, pattern in _patterns().items()
        for match in pattern.finditer(text)
    ]
    cues: list[Cue] = []
    taken: set[int] = set()
    for cue in sorted(found, key=lambda each: each.first - each.last):
        words = range(cue.first, cue.last + 1)
        if taken.isdisjoint(words):
            cues.append(cue)
            taken.update(words)
    return cues


class Distances:
    """Distances between the times and the cues of one message.

    A word counts one, a comma or "and" three, a full stop twelve, and after the time half a word
    more than before it. Each cue belongs to the time it is nearest to; for other times it is
    farther away.
    """

    def __init__(self, lexemes: Sequence[Lexeme], times: Sequence[int]) -> None:
        self.cues = find_cues(lexemes)
        self._position = [0]
        for lexeme in lexemes:
            cost = 1
            if lexeme.symbol in _SOFT:
                cost = _SOFT_COST
            elif lexeme.symbol in _HARD:
                cost = FAR
            self._position.append(self._position[-1] + cost)
        self._owner = {
            cue: min(times, key=lambda time: self._distance(time, cue)) for cue in self.cues
        }

    def _distance(self, time: int, cue: Cue) -> float:
        if cue.last < time:
            return self._position[time] - self._position[cue.last + 1]
        return self._position[cue.first] - self._position[time + 1] + 0.5

    def to(self, time: int, *kinds: str, owned: bool = False, but: Collection[str] = ()) -> float:
        """To the nearest cue of these kinds, `but` for some; `owned`: cues nearer to another time
        count as far."""
        return min(
            (
                self._distance(time, cue)
                + (_NOT_OWNED if owned and self._owner[cue] != time else 0)
                for cue in self.cues
                if cue.kind in kinds and cue.text not in but
            ),
            default=_NOWHERE,
        )

    def mentions(self, kind: str) -> bool:
        """Whether the message has such a cue at all."""
        return any(cue.kind == kind for cue in self.cues)

    def before(self, time: int, kinds: Collection[str], within: float) -> bool:
        """Whether such a cue stands close before."""
        return any(
            cue.last < time and self._distance(time, cue) <= within
            for cue in self.cues
            if cue.kind in kinds
        )

    def after(self, time: int, kinds: Collection[str], within: float) -> bool:
        """Whether such a cue stands close after."""
        return any(
            cue.first > time and self._distance(time, cue) - 0.5 <= within
            for cue in self.cues
            if cue.kind in kinds
        )
