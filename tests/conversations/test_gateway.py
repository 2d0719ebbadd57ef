"""The gateway before the live dialogue: one conversation, and every way for it to fail."""

import os
import signal
import time
import uuid
from pathlib import Path

from bot.ready import answers
from bot.run import HOST, health_page
from bot.stack import Stack
from tests.processes import frozen, listens, server_of

from .visitor import Visitor

DIALOGUE, GATEWAY = "bot.rasa_command", "bot.gateway"


def wait_for(stack: Stack, name: str, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not answers(health_page(name, stack.ports)):
        assert time.monotonic() < end, f"{name} did not come back"
        time.sleep(0.2)


def test_the_dialogue_stays_on_loopback(stack: Stack) -> None:
    assert listens(server_of(stack, DIALOGUE)) == {HOST}
    assert listens(server_of(stack, GATEWAY)) == {HOST}  # unless told otherwise


def test_a_check_from_consent_to_result(stack: Stack) -> None:
    visitor = Visitor(stack.gateway, consent=False)
    assert visitor.say("my cheeks feel a bit itchy").of("notice")[0]["reason"] == "consent"
    visitor.post("consent")
    reply = visitor.say("my cheeks are a bit pink after microneedling")
    question = reply.of("question")[0]
    assert (question["step"], question["steps"]) == (1, 5)
    none = next(each for each in reply.buttons if each["title"] == "None of these")
    reply = visitor.press(none)
    assert "treated_at" in reply.asks
    reply = visitor.say("20 hours ago")
    for _ in range(6):
        if reply.of("triage"):
            break
        reply = visitor.say("no")
    assert reply.of("triage")[0]["disposition"] == "expected"
    assert len(visitor.history()) > 8


def test_a_frozen_dialogue_holds_no_advice_up_and_nothing_is_lost(stack: Stack) -> None:
    visitor, in_danger = Visitor(stack.gateway), Visitor(stack.gateway)
    visitor.say("hello")
    with frozen(server_of(stack, DIALOGUE)):
        started = time.monotonic()
        assert in_danger.say("my tongue is swelling").of("triage")[0]["disposition"] == "emergency"
        assert time.monotonic() - started < 4
        assert visitor.say("can I wear makeup?").of("notice")[0]["reason"] == "unavailable"
        assert time.monotonic() - started < 13
    assert visitor.wait_for_news().of("answer")[0]["status"] == "answered"
    assert visitor.say("how long is redness normal?").of("answer")
    asked = [text for sender, text in visitor.history() if sender == "patient"]
    assert asked == ["hello", "can I wear makeup?", "how long is redness normal?"]


def test_a_dialogue_that_dies_in_the_middle_answers_when_it_is_back(stack: Stack) -> None:
    visitor = Visitor(stack.gateway)
    visitor.say("my cheeks feel a bit itchy after microneedling")
    os.kill(server_of(stack, DIALOGUE), signal.SIGKILL)
    assert visitor.say("yes").of("triage")[0]["disposition"] == "emergency"
    other = Visitor(stack.gateway)
    assert other.say("can I wear makeup?").of("notice")[0]["reason"] == "unavailable"
    wait_for(stack, "dialogue")
    assert other.wait_for_news(90).of("answer")
    # The dialogue took the "yes" in its turn: the advice stays, and no question is open.
    assert visitor.say("ok").of("triage")[0]["disposition"] == "emergency"


def test_a_gateway_that_dies_finds_its_conversations_again(stack: Stack) -> None:
    visitor = Visitor(stack.gateway)
    visitor.say("I have hives on my cheeks")
    os.kill(server_of(stack, GATEWAY), signal.SIGKILL)
    time.sleep(0.5)
    wait_for(stack, "gateway")
    assert visitor.history()[0] == ("patient", "I have hives on my cheeks")
    with frozen(server_of(stack, DIALOGUE)):
        assert "E6" in visitor.say("and I keep throwing up").of("triage")[0]["rules"]


def test_deleting_leaves_nothing_of_a_conversation_in_any_file(stack: Stack) -> None:
    marker = f"zz{uuid.uuid4().hex[:10]}"
    visitor = Visitor(stack.gateway)
    visitor.say(f"{marker} my cheeks itch")
    visitor.say(f"can I use {marker} cream?")
    folder = stack.logs.parent

    def left() -> list[Path]:
        return [p for p in folder.rglob("*") if p.is_file() and marker.encode() in p.read_bytes()]

    assert {path.name.split(".")[0] for path in left()} == {"gateway", "conversations"}
    gone = visitor.browser.delete(f"{stack.gateway}chat/conversation", timeout=20)
    assert gone.json() == {"deleted": True}
    assert left() == []


def test_no_log_line_of_any_server_holds_a_patients_words(stack: Stack) -> None:
    marker = f"zz{uuid.uuid4().hex[:10]}"
    visitor = Visitor(stack.gateway)
    for text in (f"{marker} itches", f"/{marker}", f"my throat is closing {marker}", marker * 400):
        visitor.say(text)
    visitor.browser.post(f"{stack.gateway}chat/messages", data=f'{{"id": "{marker}', timeout=20)
    with frozen(server_of(stack, DIALOGUE)):
        visitor.say(f"my tongue is swelling {marker}")
    for log in stack.logs.glob("*.log*"):
        assert marker not in log.read_text("utf-8", errors="replace"), log.name
