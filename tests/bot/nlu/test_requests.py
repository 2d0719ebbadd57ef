"""Who asks for a person is not taken for somebody in despair, and who is in despair is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.triage import Case, is_emergency
from bot.nlu import intents, read
from bot.nlu.assertion import SELF_HARM
from bot.nlu.matching import match
from bot.nlu.semantic import Clause, semantic_reader
from bot.nlu.sifting import sift


def despairs(text: str) -> bool:
    return "self_harm_thoughts" in read(text).findings


@pytest.mark.parametrize(
    "text",
    [
        "Put me through to an actual person please",
        "i want a person not a machine",
        "I'd rather talk this over with a woman, a real one",
        "switch me over",
        "can I speak to somebody at the clinic",
    ],
)
def test_a_request_for_a_person(text: str) -> None:
    found = read(text)
    assert not is_emergency(Case.from_json(found.to_json()))


@pytest.mark.parametrize(
    "text",
    [
        "put me through to somebody, I want to end it tonight",
        "somebody please talk to me I don't want to be here anymore",
        "can someone ring me, I've had enough of living",
        "please put me through, I am going to hurt myself",
        "I need to talk to someone before I kill myself",
    ],
)
def test_despair_beside_a_request(text: str) -> None:
    assert despairs(text)


def _half_sure(clause: Clause) -> Clause:
    """A clause in which self-harm is seen, whatever training has made of it, but not surely."""
    return replace(clause, probabilities={**clause.probabilities, SELF_HARM: 0.8})


def test_without_the_reader_of_intents_what_is_seen_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = "Put me through to an actual person please"
    message = match(request)[0]
    read_in = semantic_reader().read(message)
    seen = replace(read_in, clauses=[_half_sure(clause) for clause in read_in.clauses])
    assert sift(message, request, seen) != seen
    monkeypatch.setattr(intents, "intent_reader", lambda: None)
    assert sift(message, request, seen) == seen
