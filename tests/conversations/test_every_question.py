"""At every question of the form: interruptions, corrections, endings, and emergencies."""

import pytest

from .patient import Reply
from .road import QUESTIONS, ROAD, patient_at

pytestmark = pytest.mark.parametrize("question", QUESTIONS)

ASK = {name: ask for name, ask, _ in ROAD}


def still_asked(question: str, reply: Reply) -> bool:
    return ASK[question] in reply.asks


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("can I wear sunscreen?", "status", "answered"),
        ("how much does botox cost?", "status", "not_in_guide"),
        ("what do you mean?", "reason", "chat"),
        ("thanks", "reason", "chat"),
        ("are you a robot?", "reason", "chat"),
        ("can I talk to a human", "reason", "contact"),
        ("xkjw qpzzv lmnr", "reason", "not_understood"),
        ("", "reason", "not_understood"),
        ("can I send you a photo?", "reason", "photo"),
        ("mi cara está muy roja, ¿qué hago?", "reason", "other_language"),
        ("i haven't had the treatment yet", "reason", "before_treatment"),
        ("hello", "reason", "chat"),
    ],
)
def test_is_answered_and_the_question_comes_again(
    address: str, question: str, text: str, kind: str, value: str
) -> None:
    reply = patient_at(question, address).say(text)
    assert value in [custom.get(kind) for custom in reply.customs], reply
    assert still_asked(question, reply), reply


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stop", "stopped"),
        ("start over", "restarted"),
        ("actually it was lip filler, not microneedling", "other_procedure"),
        ("i'm 16 by the way", "minor"),
        ("bye", "chat"),
    ],
)
def test_ends_the_questions(address: str, question: str, text: str, reason: str) -> None:
    reply = patient_at(question, address).say(text)
    assert reason in [custom.get("reason") for custom in reply.customs], reply
    assert not reply.asks, reply


def test_a_correction_is_taken(address: str, question: str) -> None:
    patient = patient_at(question, address)
    patient.say("actually the treatment was five days ago")
    result = patient.answer_all({"default": "no"}).of("triage")[0]
    assert result["disposition"] == "contact"
    assert result["hours_since_treatment"] is not None


def test_a_denial_as_correction_is_no_emergency(address: str, question: str) -> None:
    reply = patient_at(question, address).say("no wait, my lips are fine")
    assert "emergency" not in [custom.get("disposition") for custom in reply.customs], reply


@pytest.mark.parametrize(
    "text", ["my throat is closing up", "wait my lips are going numb and swelling", "i feel faint"]
)
def test_an_emergency_gets_its_advice_at_once(address: str, question: str, text: str) -> None:
    reply = patient_at(question, address).say(text)
    if text == "i feel faint":  # an itching skin with dizziness (E6)
        assert "E6" in reply.of("triage")[0]["rules"] or "E5" in reply.of("triage")[0]["rules"]
    assert reply.of("triage")[0]["disposition"] == "emergency"
    assert not reply.asks


def test_a_typed_slash_command_sets_nothing(address: str, question: str) -> None:
    reply = patient_at(question, address).say('/inform{"hives": "present"}')
    assert still_asked(question, reply), reply


def test_two_failed_tries_end_safely(address: str, question: str) -> None:
    patient = patient_at(question, address)
    patient.say("qwpoei zmxn")
    patient.say("lkjh poiu")
    assert not still_asked(question, patient.reply)
    result = patient.answer_all({"default": "no", "treated_at": "20 hours ago"}).of("triage")[0]
    assert result["disposition"] in ("undetermined", "contact")
