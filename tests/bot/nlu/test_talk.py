"""Messages that tell of nothing teach what is no sign, and none of them names one of its own."""

from __future__ import annotations

from bot.nlu import intents
from bot.nlu.labelled import INTENTS, load_labelled
from bot.nlu.phrase_data import load_messages
from bot.nlu.talk import WITH_A_SIGN, talk


def test_whole_messages_clause_by_clause() -> None:
    texts = load_labelled(intents.DATA, INTENTS)
    wanted = [text for text, wants in texts.items() if wants in ("ask", "chat", "handoff")]
    left_out = load_labelled(WITH_A_SIGN, INTENTS)
    messages = list(talk())
    assert len(messages) > len(wanted) - len(left_out) > 1_000
    assert any(len(message) > 1 for message in messages)
    assert set(left_out.values()) == {"handoff"}


def test_they_say_nothing() -> None:
    assert not any(clause.labels or clause.meaning for message in talk() for clause in message)


def test_nothing_that_the_phrases_know_as_a_sign_is_learnt_as_none() -> None:
    said = {clause.text.casefold() for message in talk() for clause in message}
    signs = {each.text.casefold() for group in load_messages() for each in group if each.labels}
    assert "only red" in signs
    assert not said & signs


def test_answers_deny_and_doubt_without_a_sign() -> None:
    clauses = {clause.text: clause for message in talk() for clause in message}
    assert clauses["nowt like that duck"].about is None
    assert clauses["it is passing slowly"].about == {"trend_rapid"}


def test_a_request_that_names_a_sign_is_left_out() -> None:
    clauses = {clause.text for message in talk() for clause in message}
    assert not any("chin is oozing" in text for text in clauses)
