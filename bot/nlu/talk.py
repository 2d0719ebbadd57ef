"""Messages that tell of no sign, clause by clause: the semantic reader learns from them as well.

They are those of `intents/` that only chat, ask the guide or want a person. People also want one
for a sign that they name; such messages stand in a file of their own, which is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.nlu import intents
from bot.nlu.labelled import INTENTS, load_labelled
from bot.nlu.phrase_data import Phrase
from bot.nlu.reading import match
from bot.nlu.semantic import clauses_of

WITH_A_SIGN = intents.DATA / "handoff-and-a-sign.yml"

_TELL_NOTHING = frozenset({"ask", "chat", "handoff"})


def talk() -> Iterator[tuple[Phrase, ...]]:
    """The clauses of each message, all of which say nothing; raises `DataError` as the loader."""
    with_a_sign = load_labelled(WITH_A_SIGN, INTENTS)
    for text, wants in load_labelled(intents.DATA, INTENTS).items():
        if wants in _TELL_NOTHING and text not in with_a_sign:
            message, _ = match(text)
            spans = [message.span(start, end - 1) for start, end in clauses_of(message)]
            yield tuple(Phrase(text[start:end], frozenset()) for start, end in spans)
