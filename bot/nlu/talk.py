"""Messages that tell of no sign, clause by clause: the semantic reader learns from them as well.

They are those of `intents/` that only chat, ask the guide or want a person, and answers of
`learnt/` that deny or affirm and name nothing. People also want a person for a sign that they name;
such messages stand in a file of their own, which is left out, and so are clauses that `phrases/`
know as a sign ("no, only red"). Of answers that tell of a course other than a rapid one just that
is known: they may name what goes that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions.triage.case import TREND_RAPID
from bot.nlu import intents, learnt
from bot.nlu.labelled import INTENTS, LEARNT, load_labelled
from bot.nlu.matching import match
from bot.nlu.phrase_data import Phrase, load_messages
from bot.nlu.semantic import clauses_of

WITH_A_SIGN = intents.DATA / "handoff-and-a-sign.yml"

_TELL_NOTHING = frozenset({"ask", "chat", "handoff"})
_NAME_NOTHING = frozenset({"deny", "affirm", "fine"})
_NOT_RAPID = frozenset({"improving", "stable", "resolved", "none"})
_WORD = re.compile(r"\w+")


def talk() -> Iterator[tuple[Phrase, ...]]:
    """The clauses of each message, all of which say nothing; raises `DataError` as the loaders."""
    signs = {_plain(each.text) for said in load_messages() for each in said if each.labels}
    for text, about in _messages():
        yield tuple(
            Phrase(clause, frozenset(), about=about)
            for clause in _clauses(text)
            if _plain(clause) not in signs
        )


def _messages() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each message, and of which labels it is known that it does not say them (None: of all)."""
    with_a_sign = load_labelled(WITH_A_SIGN, INTENTS)
    for text, wants in load_labelled(intents.DATA, INTENTS).items():
        if wants in _TELL_NOTHING and text not in with_a_sign:
            yield text, None
    for text, label in load_labelled(learnt.DATA / "replies", LEARNT["replies"]).items():
        if label in _NAME_NOTHING:
            yield text, None
    for text, label in load_labelled(learnt.DATA / "courses", LEARNT["courses"]).items():
        if label in _NOT_RAPID:
            yield text, frozenset({TREND_RAPID})


def _clauses(text: str) -> Iterator[str]:
    message, _ = match(text)
    for first, after in clauses_of(message):
        start, end = message.span(first, after - 1)
        yield text[start:end]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
