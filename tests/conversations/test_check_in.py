"""A check-in before the live dialogue: asked when due, triaged anew, and typed by nobody."""

import sqlite3
import time
import uuid
from contextlib import closing
from typing import Any

import requests

from bot.stack import Stack

from .patient import Patient, Reply
from .visitor import Visitor

DAY = 86400


def prompt(patient: Patient) -> Reply:
    """Put a check-in to the dialogue as the gateway does."""
    body = {"sender": patient.sender, "message": "/check_in", "prompt": True}
    body["message_id"] = uuid.uuid4().hex
    answer = requests.post(f"{patient.address}/webhooks/rest/webhook", json=body, timeout=30)
    parts: list[dict[str, Any]] = answer.json()
    patient.reply = Reply(
        [each["text"] for each in parts if "text" in each],
        [each["custom"] for each in parts if "custom" in each],
        [button for each in parts for button in each.get("buttons", [])],
    )
    return patient.reply


def pass_a_day(stack: Stack) -> None:
    """As if all that was planned and said had been a day earlier."""
    with closing(sqlite3.connect(stack.logs.parent / "gateway.db", timeout=10)) as db:
        db.execute("UPDATE check_ins SET due_at = due_at - ?", (3 * DAY,))
        db.execute("UPDATE conversations SET seen_at = seen_at - ?", (DAY,))
        db.commit()


def checked(address: str, opening: str) -> Patient:
    """A patient with a result."""
    patient = Patient(address)
    patient.say(opening)
    reply = patient.answer_all({"treated_at": "20 hours ago", "default": "no"})
    assert reply.of("triage"), reply.text
    return patient


def test_the_bot_comes_back_and_triages_anew(stack: Stack) -> None:
    visitor = Visitor(stack.gateway)
    reply = visitor.say("my cheeks are a bit pink after microneedling 20 hours ago")
    for _ in range(8):
        if reply.of("triage"):
            break
        reply = visitor.say("no")
    assert reply.of("triage")[0]["disposition"] == "expected"
    assert reply.of("notice")[-1]["reason"] == "check_in_offer"
    yes = next(each for each in reply.buttons if each["title"].startswith("Yes"))
    assert visitor.press(yes).of("notice")[0]["reason"] == "check_in_planned"
    pass_a_day(stack)
    reply = visitor.wait_for_news(40)
    assert reply.of("notice")[0]["reason"] == "check_in"
    assert reply.asks == ["earlier_findings"]
    time.sleep(16)  # once, and not again when the gateway looks next
    assert visitor.news().texts == []
    # What was denied yesterday is asked anew, and what is new counts.
    assert "wheeze" in visitor.say("Yes, still there").asks
    assert visitor.say("my lips are swollen").of("triage")[0]["disposition"] == "emergency"
    assert all("/check_in" not in text for _, text in visitor.history())


def test_what_is_still_there_is_judged_with_new_answers(address: str) -> None:
    patient = checked(address, "my cheeks are a bit pink after microneedling")
    assert prompt(patient).asks == ["earlier_findings"]
    patient.say("yes")
    reply = patient.answer_all({"redness_extent": "it has spread to my neck", "default": "no"})
    assert reply.of("triage")[0]["disposition"] == "urgent"


def test_what_is_gone_is_past_and_the_rest_is_asked(address: str) -> None:
    patient = checked(address, "my cheeks are a bit pink after microneedling")
    prompt(patient)
    assert "wheeze" in patient.say("no, it is gone").asks
    reply = patient.answer_all({"default": "no"})
    assert reply.of("triage")[0]["disposition"] == "expected"
    assert reply.of("triage")[0]["findings"]["redness"]["state"] == "past"


def test_without_findings_the_red_flags_are_asked_first(address: str) -> None:
    patient = checked(address, "check my symptoms")
    assert prompt(patient).of("notice")[0]["reason"] == "check_in"
    assert "wheeze" in patient.reply.asks
    assert patient.say("yes").of("triage")[0]["disposition"] == "emergency"


def test_after_an_emergency_there_is_the_advice_and_no_question(address: str) -> None:
    patient = Patient(address)
    patient.say("my throat is closing up")
    reply = prompt(patient)
    assert reply.of("triage")[0]["disposition"] == "emergency"
    assert not reply.of("question")


def test_in_the_middle_of_a_check_it_goes_on_with_what_was_told(address: str) -> None:
    patient = Patient(address)
    patient.say("my cheeks itch a little after microneedling")
    assert prompt(patient).asks == ["earlier_findings"]
    assert patient.say("yes").asks


def test_nobody_types_a_check_in(address: str) -> None:
    patient = checked(address, "my cheeks are a bit pink after microneedling")
    for text in ("/check_in", " /check_in ", '/check_in{"a": 1}'):
        reply = patient.say(text)
        assert "check_in" not in [each.get("reason") for each in reply.customs]
        assert not reply.of("question")
    body = {"sender": patient.sender, "message": "/check_in", "metadata": {"prompt": True}}
    answer = requests.post(f"{address}/webhooks/rest/webhook", json=body, timeout=30)
    assert "check_in" not in answer.text


def test_a_prompt_is_nothing_else(address: str) -> None:
    body = {"sender": "p", "message": "/start_over", "prompt": True}
    answer = requests.post(f"{address}/webhooks/rest/webhook", json=body, timeout=30)
    assert "restarted" not in answer.text
    odd = requests.post(f"{address}/webhooks/rest/webhook", json={"prompt": "yes"}, timeout=30)
    assert odd.status_code == 400
