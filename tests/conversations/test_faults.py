"""The action server stopped or hanging: never silence, and an emergency is advised all the same."""

import time
import uuid

import pytest

from tests.conftest import LiveBot

from .patient import Patient
from .road import QUESTIONS, patient_at

FAULTS = pytest.mark.parametrize("fault", ["refusing", "hanging"])

#: Seconds: the deadline of one action (3), and room for a slow machine.
PATIENCE = 8


@FAULTS
@pytest.mark.parametrize("question", QUESTIONS)
def test_in_the_middle_of_the_form(bot: LiveBot, fault: str, question: str) -> None:
    answering, in_danger = (patient_at(question, bot.address) for _ in range(2))
    with bot.valve.shut(fault):
        reply = answering.say("no", timeout=PATIENCE)
        assert reply.of("notice")[0]["reason"] == "unavailable"
        assert "112" in reply.text
        reply = in_danger.say("my tongue is swelling", timeout=2)
        assert reply.of("triage")[0]["disposition"] == "emergency"
        assert in_danger.say("ok", timeout=2).of("triage")[0]["disposition"] == "emergency"
    assert answering.say("can I wear sunscreen?").text


@FAULTS
def test_outside_the_form(bot: LiveBot, fault: str) -> None:
    patient = Patient(bot.address)
    with bot.valve.shut(fault):
        assert (
            patient.say("can I wear makeup?", PATIENCE).of("notice")[0]["reason"] == "unavailable"
        )
        assert patient.say("I have welts", PATIENCE).of("notice")[0]["reason"] == "unavailable"
        assert patient.say("hello", 2).of("notice")[0]["reason"] == "chat"
        reply = patient.say("and now i feel sick and keep throwing up", 2)
        assert reply.of("triage")[0]["rules"] == ["E6"]


def test_an_emergency_behind_a_hanging_message_waits_no_longer_than_the_deadline(
    bot: LiveBot,
) -> None:
    patient = Patient(bot.address)
    with bot.valve.shut("hanging"):
        patient.say("can I wear makeup?", PATIENCE)
        started = time.monotonic()
        patient.say("my throat is closing", PATIENCE)
        assert time.monotonic() - started < PATIENCE


def test_no_log_line_holds_a_patients_words(bot: LiveBot) -> None:
    marker = f"zz{uuid.uuid4().hex[:12]}"
    patient = Patient(bot.address)
    for text in (f"{marker} my cheeks itch", f"what about {marker} cream?", f"/{marker}", marker):
        patient.say(text)
    with bot.valve.shut("refusing"):
        patient.say(f"and {marker} aftercare?")
    patient.say(f"{marker} my throat is closing")
    for folder in bot.logs:
        for log in folder.glob("*.log*"):
            assert marker not in log.read_text("utf-8", errors="replace"), log.name
