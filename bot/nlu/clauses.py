"""Clauses and lists: which words of a sentence belong together.

A clause is what an assertion such as "no" or "maybe" reaches. A coordination is a list of members
of one class ("lips, tongue and my eyes"), any of which may stand for the whole list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from actions.triage.datafile import load
from bot.nlu.tokens import SENTENCE_ENDS, Token

FILE = Path(__file__).with_name("clauses.yml")

_WORDS = {"type": "array", "items": {"type": "string"}}
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 12}
_WORD_LISTS = (
    "openers", "listing", "joiners", "starters", "question_words", "question_verbs",
    "question_measures", "question_subjects", "led_to", "question_ends", "goes_on", "owners",
    "finite", "stative", "resumed", "list_joiners", "list_fillers", "articles", "deniers",
)  # fmt: skip
_NUMBERS = ("resumed_after", "insertion", "label", "list_gap")
_SCHEMA = {
    "type": "object",
    "properties": {**dict.fromkeys(_WORD_LISTS, _WORDS), **dict.fromkeys(_NUMBERS, _NUMBER)},
    "required": [*_WORD_LISTS, *_NUMBERS],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Coordination:
    """A list in a sentence: tokens `start` to `end` (exclusive), and each member's own tokens."""

    start: int
    end: int
    members: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Rules:
    openers: frozenset[str]
    listing: frozenset[str]
    joiners: frozenset[str]
    starters: frozenset[str]
    question_words: frozenset[str]
    question_verbs: frozenset[str]
    question_measures: frozenset[str]
    question_subjects: frozenset[str]
    led_to: frozenset[str]
    question_ends: frozenset[str]
    goes_on: frozenset[str]
    owners: frozenset[str]
    finite: frozenset[str]
    stative: frozenset[str]
    resumed: frozenset[str]
    list_joiners: frozenset[str]
    list_fillers: frozenset[str]
    articles: frozenset[str]
    deniers: frozenset[str]
    resumed_after: int
    insertion: int
    label: int
    list_gap: int


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    data: dict[str, Any] = load(FILE, _SCHEMA)
    words: dict[str, Any] = {name: frozenset(data[name]) for name in _WORD_LISTS}
    return _Rules(**words, **{name: data[name] for name in _NUMBERS})


def contrasts(word: str) -> bool:
    """Whether a word such as "but" sets what follows against what stands before."""
    return word in _rules().openers


def states(word: str) -> bool:
    """Whether a word such as "is" or "feels" makes a statement of what stands around it."""
    return word in _rules().finite or word in _rules().stative


def find_coordinations(
    tokens: Sequence[Token], classes: Mapping[str, str]
) -> tuple[Coordination, ...]:
    """The lists of members whose stems have the same class in `classes`."""
    rules, found, place = _rules(), [], 0
    while place < len(tokens):
        members = [place]
        kind = classes.get(tokens[place].stem)
        while kind is not None:
            following = _next_member(tokens, members[-1], kind, classes, rules)
            if following is None:
                break
            members.append(following)
        if len(members) > 1:
            spans = tuple((member, member + 1) for member in members)
            found.append(Coordination(place, members[-1] + 1, spans))
        place = members[-1] + 1
    return tuple(found)


def _next_member(
    tokens: Sequence[Token], member: int, kind: str, classes: Mapping[str, str], rules: _Rules
) -> int | None:
    joined = False
    for place in range(member + 1, min(member + rules.list_gap + 2, len(tokens))):
        token = tokens[place]
        if token.mark and token.mark not in ",/":
            return None
        joined = joined or token.mark != "" or token.norm in rules.list_joiners
        if classes.get(token.stem) == kind:
            own = tokens[place - 1].norm in rules.articles  # "itching and a tight throat"
            return place if joined and not own else None
        if token.norm not in rules.list_joiners and token.norm not in rules.list_fillers:
            return None
    return None


def clause_numbers(
    tokens: Sequence[Token], coordinations: Sequence[Coordination] = ()
) -> list[int]:
    """The number of each token's clause, counted through the whole message."""
    rules = _rules()
    inside = {
        place
        for group in coordinations
        for place in range(group.start + 1, _end_of_list(tokens, group, rules))
    }
    numbers: list[int] = []
    clause, begin = 0, 0
    for place, token in enumerate(tokens):
        if place and (
            (token.mark and token.mark in SENTENCE_ENDS)
            or (place not in inside and _begins_clause(tokens, place, begin, rules))
        ):
            clause += 1
            begin = place
        numbers.append(clause)
    return numbers


def _end_of_list(tokens: Sequence[Token], group: Coordination, rules: _Rules) -> int:
    """Where what belongs together ends: after "not" before a comma that alone would make a list of
    it, for what follows may be told ("not itchy, swollen lips", "not sore or itchy, swollen lips").
    """
    start = group.start
    before = tokens[max(start - rules.list_gap, 0) : start]
    if not any(t.norm in rules.deniers and t.sentence == tokens[start].sentence for t in before):
        return group.end
    joined = False
    for (_, last), (following, _) in pairwise(group.members):
        link = any(token.norm in rules.list_joiners for token in tokens[last:following])
        if not link and (joined or len(group.members) == 2):
            return last
        joined = joined or link
    return group.end


def _begins_clause(tokens: Sequence[Token], place: int, begin: int, rules: _Rules) -> bool:
    token = tokens[place]
    if token.mark == ":" and _lists_what_is_not(tokens, place, rules):
        return False
    if token.mark in ("…", ",", ":", "-"):
        return _parts(tokens, place, begin, rules)
    if token.norm in rules.openers:
        return not token.mark or token.mark == "/"
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if following is None or following.mark:
        return False
    if token.norm in rules.joiners:
        return tokens[place - 1].norm not in rules.joiners and following.norm in rules.starters
    return place - begin > 1 and _turns(tokens, place, begin, rules)


def _lists_what_is_not(tokens: Sequence[Token], place: int, rules: _Rules) -> bool:
    """Whether a denial goes on after a colon: "what I don't have: fever, pus"."""
    before = [token.norm for token in tokens[max(0, place - 3) : place]]
    return tokens[place - 1].norm in rules.listing and "not" in before


def _turns(tokens: Sequence[Token], place: int, begin: int, rules: _Rules) -> bool:
    """Whether a question begins at `place`, or a statement after one, though no mark says so."""
    before, word, following = (token.norm for token in tokens[place - 1 : place + 2])
    if word in rules.question_words:
        verbs = rules.question_verbs | rules.question_measures
        return following in verbs and before not in rules.led_to
    asked = tokens[begin].norm in rules.question_words | rules.question_verbs
    if word in rules.question_verbs:
        subject = following in rules.question_subjects
        return subject and not asked and before not in rules.led_to
    if not asked:
        return False
    if word in rules.owners:
        named = before in ("it", "this", "that") and place - begin > 2
        return (
            named
            or before in rules.question_ends
            or (word == "i" and before not in rules.led_to | rules.question_verbs)
        )
    on = rules.question_ends | rules.goes_on | rules.led_to
    return before in rules.question_ends and word not in on


def _parts(tokens: Sequence[Token], place: int, begin: int, rules: _Rules) -> bool:
    """Whether the mark before the word at `place` parts two clauses."""
    token = tokens[place]
    if token.mark in ":-" and place - begin <= rules.label:
        return False
    if token.mark != ",":
        return True
    if token.norm in rules.finite:
        return False
    if place - begin <= rules.resumed_after and token.norm in rules.resumed:
        return False
    for later in range(place + 1, min(place + rules.insertion + 1, len(tokens))):
        if tokens[later].mark == "," and tokens[later].norm in rules.finite:
            return False
        if tokens[later].mark:
            break
    return True
