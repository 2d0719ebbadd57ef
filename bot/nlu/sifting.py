"""What counts of all that the semantic reader sees.

Two kinds of text it sees too much in: keys struck at random, and requests for a person.
"""

from __future__ import annotations

from dataclasses import replace

from bot.nlu.assertion import SELF_HARM
from bot.nlu.intents import intents_of
from bot.nlu.mash import is_all_mash
from bot.nlu.semantic import Clause, Seen, least
from bot.nlu.tokens import Message

#: What is seen in a message without any word ("lkjh poiu") has to be this probable.
_IN_MASH = 0.5

#: From this probability on a clause asks for somebody, and this sure is self-harm seen beside that.
_REQUEST, _BEYOND_REQUEST = 0.9, 0.93


def sift(message: Message, text: str, seen: Seen) -> Seen:
    """What is seen in a message, of this text, and counts."""
    return _but_in_requests(message, text, _but_in_mash(message, seen))


def _but_in_mash(message: Message, seen: Seen) -> Seen:
    """What is seen, and of keys struck at random only what is surely seen."""
    if not is_all_mash(message.words):
        return seen
    clauses = [each for each in seen.clauses if max(each.probabilities.values()) >= _IN_MASH]
    return replace(seen, clauses=clauses)


def _but_in_requests(message: Message, text: str, seen: Seen) -> Seen:
    """What is seen, and where somebody is asked for, self-harm only if it is surely seen.

    "I'd rather talk to a human being" sounds near to what people in despair write.
    """
    if seen.most(SELF_HARM) < least().of(SELF_HARM):
        return seen
    return replace(seen, clauses=[_but_in_request(message, text, each) for each in seen.clauses])


def _but_in_request(message: Message, text: str, clause: Clause) -> Clause:
    start, end = message.span(clause.start, clause.end - 1)
    shares = intents_of(text[start:end], clause.mean)
    sure = clause.probabilities[SELF_HARM] >= _BEYOND_REQUEST
    if sure or shares is None or shares["handoff"] < _REQUEST:
        return clause
    return replace(clause, probabilities={**clause.probabilities, SELF_HARM: 0.0})
