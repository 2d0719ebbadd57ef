"""What a time is the time of: the treatment, the complaint, something else, nothing yet.

Words near the time decide (`cues.yml`): the nearest one, where crossing a comma or "and" costs
something and crossing a full stop much. Some phrases lean by themselves: "day 5" and "3 days after"
are told of a treatment, "for" and "since" of a complaint.
"""

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

TIMES = frozenset(
    "AGO MOMENT DAYN POST AFTER BEEN WITHIN SINCE DUR LAST NOW SPAN JUST WOKE FUTURE NUM Q".split()
)
_SOFT = frozenset([",", "and", "but", "so", "then", "because", "while", "(", ")", "-", ":", "plus"])
_HARD = frozenset([".", ";", "!", "?"])
_SOFT_COST, _HARD_COST, _FAR = 3, 12, 40


@dataclass(frozen=True)
class Cue:
    """A word or phrase that tells what a time near it is about."""

    kind: str
    first: int
    last: int


@dataclass(frozen=True)
class Role:
    """A time and what it tells: `treatment`, `onset` (how long ago or for how long), or neither."""

    lexeme: Lexeme
    kind: str | None


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


def _cues(lexemes: Sequence[Lexeme]) -> list[Cue]:
    text, at = rendered(lexemes)
    cues: list[Cue] = []
    taken: set[int] = set()
    for kind, pattern in _patterns().items():
        for match in pattern.finditer(text):
            first, last = at[match.start()], at[match.end()] - 1
            if taken.isdisjoint(range(first, last + 1)):
                cues.append(Cue(kind, first, last))
                taken.update(range(first, last + 1))
    return cues


class _Near:
    """The cues of a message by their distance from one time."""

    def __init__(self, lexemes: Sequence[Lexeme], cues: Sequence[Cue]) -> None:
        self._cues = cues
        self._position = [0]
        for lexeme in lexemes:
            cost = 1
            if lexeme.symbol in _SOFT:
                cost = _SOFT_COST
            elif lexeme.symbol in _HARD:
                cost = _HARD_COST
            self._position.append(self._position[-1] + cost)

    def cost(self, index: int, kinds: Collection[str]) -> float:
        """Cost of reaching the nearest cue of these kinds; after the time costs a little more."""
        costs = [
            self._position[index] - self._position[cue.last + 1]
            if cue.last < index
            else self._position[cue.first] - self._position[index + 1] + 0.5
            for cue in self._cues
            if cue.kind in kinds
        ]
        return min(costs, default=_FAR)

    def after(self, index: int, kinds: Collection[str], within: int) -> bool:
        """Whether such a cue follows close by."""
        start = self._position[index + 1]
        return any(
            0 <= self._position[cue.first] - start <= within
            for cue in self._cues
            if cue.kind in kinds and cue.first > index
        )


def assign(lexemes: Sequence[Lexeme], asked: bool, open_question: bool) -> list[Role]:
    """The role of every time of the message.

    `asked`: the last question was when the treatment was. `open_question`: another one was asked.
    """
    cues = _cues(lexemes)
    near = _Near(lexemes, cues)
    times = [
        index
        for index, lexeme in enumerate(lexemes)
        if lexeme.symbol in TIMES and lexeme.symbol not in ("NUM", "Q", "FUTURE")
    ]
    known = {cue.kind for cue in cues}
    context = _Context(known, asked, open_question, alone=len(times) == 1)
    return [
        Role(lexemes[index], None if _denied(lexemes, index) else _role(lexemes, index, near, context))
        for index in times
    ]


@dataclass(frozen=True)
class _Context:
    cues: Collection[str]
    asked: bool
    open_question: bool
    alone: bool


def _denied(lexemes: Sequence[Lexeme], index: int) -> bool:
    """Not yesterday; but "not even 2 days" is a SPAN of its own."""
    return index > 0 and lexemes[index - 1].symbol in ("not", "isn't", "wasn't", "n't")


def _role(
    lexemes: Sequence[Lexeme], index: int, near: _Near, context: _Context
) -> str | None:
    symbol = lexemes[index].symbol
    treatment = near.cost(index, ["treatment"])
    weak = near.cost(index, ["weak_treatment"]) + 2
    onset = near.cost(index, ["onset"])
    complaint = near.cost(index, ["complaint"])
    other = near.cost(index, ["other_event"])
    planned = near.cost(index, ["future", "advice"])
    ills = "complaint" in context.cues or "onset" in context.cues
    if symbol != "AGO" and planned < min(_HARD_COST, onset + 4) and not _told(lexemes, index, near):
        return None
    if symbol in ("DAYN", "POST"):
        if near.after(index, ["onset"], 3):
            return "onset"
        return "treatment" if treatment < _HARD_COST or other > 2 else None
    if symbol == "AFTER":
        return "treatment" if ills and other > 4 and onset > 4 else None
    if symbol in ("BEEN", "NOW"):
        return _been(index, near, context)
    if symbol in ("SINCE", "DUR", "LAST"):
        return _lasting(symbol, index, near, context, treatment, min(other, planned))
    if symbol == "WITHIN":
        return "onset" if onset < treatment or (complaint + 2 < treatment) else "treatment"
    if symbol == "WOKE":
        return "onset"
    if symbol == "JUST":
        return "onset" if onset <= 3 else "treatment" if min(treatment, weak) < 8 else None
    if symbol == "SPAN":
        return _bare(context, min(treatment, weak), onset, complaint)
    return _moment(symbol, context, min(treatment, weak), onset, complaint, other)


def _told(lexemes: Sequence[Lexeme], index: int, near: _Near) -> bool:
    """A question that speaks of a complaint is about something that has happened."""
    if lexemes[index].symbol == "WOKE":
        return True
    return near.cost(index, ["onset", "complaint"]) < _SOFT_COST + 6 and (
        near.cost(index, ["future", "advice"]) > 1
    )


def _been(index: int, near: _Near, context: _Context) -> str | None:
    """It's been 4 days (since my session | since it started | of itching)."""
    if near.after(index, ["treatment", "weak_treatment"], 4) and not near.after(
        index, ["onset"], 2
    ):
        return "treatment"
    if near.after(index, ["onset", "complaint"], 3):
        return "onset"
    if context.asked:
        return "treatment"
    if near.cost(index, ["treatment"]) <= 4:
        return "treatment"
    if context.open_question or near.cost(index, ["onset", "complaint"]) < _HARD_COST:
        return "onset"
    return "treatment"


def _lasting(
    symbol: str, index: int, near: _Near, context: _Context, treatment: float, other: float
) -> str | None:
    """For 4 days, since Tuesday: the complaint, unless a treatment's time is all that is said."""
    complained = near.cost(index, ["onset", "complaint"])
    if symbol == "SINCE" and near.after(index, ["treatment"], 2):
        return "treatment"
    if other <= 2 and complained > other + 2:
        return None
    if context.asked and complained >= _HARD_COST:
        return "treatment"
    if treatment <= 3 and complained > treatment + 6:
        return "treatment" if symbol == "SINCE" else None
    return "onset"


def _bare(
    context: _Context, treatment: float, onset: float, complaint: float
) -> str | None:
    """3 days, with nothing said: an answer, or the "ago" of someone still learning English."""
    if context.asked:
        return "onset" if onset < treatment else "treatment"
    if treatment <= 3 and treatment < onset:
        return "treatment"
    if onset <= 3 or complaint <= 3 or context.open_question:
        return "onset"
    return None


def _moment(  # noqa: PLR0913
    symbol: str,
    context: _Context,
    treatment: float,
    onset: float,
    complaint: float,
    other: float,
) -> str | None:
    """3 days ago, yesterday, on Friday."""
    if other < min(treatment, onset, 6) or (other <= 1 and other <= treatment):
        return None
    if onset < treatment and onset < _HARD_COST:
        return "onset"
    if treatment < _HARD_COST and treatment <= complaint + 4:
        return "treatment"
    if context.asked or (symbol == "AGO" and complaint > 3):
        return "treatment"
    if complaint < _HARD_COST or context.open_question:
        return "onset"
    return "treatment"
