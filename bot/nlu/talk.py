"""Messages that tell of no sign, clause by clause: the semantic reader learns from them as well.

They are those of `intents/` that only chat, ask the guide or want a person, and answers of
`learnt/` that deny, affirm or doubt and name nothing. People also want a person for a sign that
they name; such messages stand in a file of their own, which is left out. Of answers that tell of a
course other than a rapid one just that is known: they may name what goes that way.
"""

from __future__ import annotations

from collections.abc import Iterator

from actions.triage.case import TREND_RAPID
from bot.nlu import intents, learnt
from bot.nlu.labelled import INTENTS, LEARNT, load_labelled
from bot.nlu.phrase_data import Phrase
from bot.nlu.reading import match
from bot.nlu.semantic import clauses_of

WITH_A_SIGN = intents.DATA / "handoff-and-a-sign.yml"

_TELL_NOTHING = frozenset({"ask", "chat", "handoff"})
_NAME_NOTHING = frozenset({"deny", "affirm", "unsure", "fine"})
_NOT_RAPID = frozenset({"improving", "stable", "resolved", "none"})


def talk() -> Iterator[tuple[Phrase, ...]]:
    """The clauses of each message, all of which say nothing; raises `DataError` as the loader."""
    with_a_sign = load_labelled(WITH_A_SIGN, INTENTS)
    for text, wants in load_labelled(intents.DATA, INTENTS).items():
        if wants in _TELL_NOTHING and text not in with_a_sign:
            yield _saying_nothing(text)
    for text, label in load_labelled(learnt.DATA / "replies", LEARNT["replies"]).items():
        if label in _NAME_NOTHING:
            yield _saying_nothing(text)
    for text, label in load_labelled(learnt.DATA / "courses", LEARNT["courses"]).items():
        if label in _NOT_RAPID:
            yield _saying_nothing(text, frozenset({TREND_RAPID}))


def _saying_nothing(text: str, about: frozenset[str] | None = None) -> tuple[Phrase, ...]:
    message, _ = match(text)
    spans = (message.span(start, end - 1) for start, end in clauses_of(message))
    return tuple(Phrase(text[start:end], frozenset(), about=about) for start, end in spans)
