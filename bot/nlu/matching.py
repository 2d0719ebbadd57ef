"""The words of a message, spelt right and in clauses, and every template of the lexicon in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from bot.nlu.clauses import clause_numbers, find_coordinations
from bot.nlu.lexicon import ABSENT, NOT, Entry, lexicon
from bot.nlu.semantic import is_alarming
from bot.nlu.spelling import contractions
from bot.nlu.templates import Match
from bot.nlu.tokens import Message, tokenize

#: After "and" these begin a statement of their own.
_SUBJECTS = frozenset(["i", "she", "he", "my", "her", "his", "they", "we"])


def spelt(text: str) -> Message:
    """The words of a text, spelt right, not yet in clauses."""
    return tokenize(text, lexicon().speller.read, contractions().whole)


def match(text: str) -> tuple[Message, list[Match[Entry]]]:
    """The words of a text, in clauses, and every template of the lexicon that they hold."""
    known, message = lexicon(), spelt(text)
    lists = find_coordinations(message.tokens, known.classes)
    message = message.with_clauses(clause_numbers(message.tokens, lists))
    blocked = [token.stem in known.blockers for token in message.tokens]
    matches = known.templates.find(message, lists, blocked)
    own = _statements(matches)
    return message, [
        each for each in matches if not (_runs_on(each, message) or _goes_past(each, own, message))
    ]


def _runs_on(match: Match[Entry], message: Message) -> bool:
    """Whether words that would hide a red flag go on into another statement: what is "red and I
    have turned pale" is no red that is pale."""
    said, tokens = match.payload, message.tokens[match.start : match.end]
    hides = said.kind == "finding" and said.role == NOT and is_alarming(said.name)
    return hides and any(
        word.norm == "and" and following.norm in _SUBJECTS
        for word, following in pairwise(tokens)
        if word.clause == following.clause != tokens[0].clause
    )


def _statements(matches: Sequence[Match[Entry]]) -> dict[int, list[Match[Entry]]]:
    """The findings, as there or as fine, by the word they begin with."""
    found: dict[int, list[Match[Entry]]] = {}
    for match in matches:
        if match.payload.kind == "finding" and match.payload.role != NOT:
            found.setdefault(match.start, []).append(match)
    return found


def _goes_past(
    match: Match[Entry], statements: Mapping[int, Sequence[Match[Entry]]], message: Message
) -> bool:
    """Whether words are taken together across a comma behind which a statement of its own begins:
    "puffy on cheeks, eyes and lips normal", "swollen on the cheeks, eyes not swollen", "not the
    lip, lip's fine"."""
    if match.payload.kind != "finding":
        return False
    comma = False
    for place in range(match.start + 1, match.end):
        comma = comma or message.tokens[place].mark == ","
        for other in statements.get(place, ()) if comma else ():
            fine = other.payload.role == ABSENT
            if match.payload.role == NOT:
                if fine:
                    return True
            elif other.payload.name == match.payload.name and other.end >= match.end + (not fine):
                return True
    return False
