"""Asking for the clinic in the web chat, from the menu to the reference."""

import re

from playwright.sync_api import expect

from bot.gateway.handover.requests import Requests
from bot.gateway.storage import sqlite_engine
from bot.stack import Stack
from tests.processes import frozen, server_of

from .chat import Chat
from .test_access import violations

NUMBER = "Anna, 07700 900123"


def references(stack: Stack) -> list[str]:
    """Those that the inbox has."""
    engine = sqlite_engine(stack.logs.parent / "gateway.db")
    return [each.reference for each in Requests(engine).listed()]


def test_a_patient_asks_for_the_clinic_and_gets_a_reference(chat: Chat, stack: Stack) -> None:
    chat.open()
    before = chat.bubbles.count()
    chat.menu("Talk to the clinic")
    expect(chat.bubbles).to_have_count(before + 3)
    expect(chat.bubbles.last).to_contain_text("Shall the clinic get in touch with you?")
    expect(chat.press("Yes, please")).to_contain_text("On which phone number or e-mail address")
    expect(chat.ask("12345")).to_contain_text("too short")
    expect(chat.ask(NUMBER)).to_contain_text("how to reach you: Anna, 07700 900123")
    expect(chat.press("Change it")).to_contain_text("How can Sample Skin Clinic reach you")
    chat.ask(f"{NUMBER} or anna@gmail.com")
    card = chat.press("Send it").locator(".card.handoff")
    expect(card.locator(".band")).to_have_text("Passed on to the clinic")
    reference = card.locator(".reference strong").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{3}-[2-9A-Z]{3}", reference)
    assert reference in references(stack)
    expect(card).to_contain_text("call 999 or 112")
    chat.open(consent=False)  # and after a reload
    expect(chat.panel.locator(".card.handoff .reference strong")).to_have_text(reference)


def test_the_way_to_the_clinic_is_open_while_the_dialogue_is_away(chat: Chat, stack: Stack) -> None:
    chat.open()
    chat.ask("hello")
    with frozen(server_of(stack, "bot.rasa_command")):
        apology = chat.ask("I want to talk to somebody")
        expect(apology).to_contain_text("cannot work that out")
        chat.press("Yes, please")
        chat.ask(NUMBER)
        reference = chat.press("Send it").locator(".reference strong").inner_text()
        assert reference in references(stack)


def test_an_offer_below_a_question_leaves_the_suggested_answers(chat: Chat) -> None:
    chat.open()
    chat.ask("my cheeks are a bit pink after microneedling")
    chat.ask("can I talk to a human?")
    expect(chat.log).to_contain_text("Shall the clinic get in touch")
    expect(chat.panel.get_by_role("button", name="None of these")).to_have_count(1)
    expect(chat.panel.get_by_role("button", name="Yes, please")).to_have_count(1)
    expect(chat.press("None of these")).to_contain_text("When was")
    expect(chat.panel.get_by_role("button", name="Yes, please")).to_have_count(0)


def test_no_violation_on_the_way_to_the_clinic(schemed: Chat) -> None:
    schemed.open()
    schemed.ask("can I talk to a human?")
    schemed.press("Yes, please")
    assert violations(schemed.page) == []
    schemed.ask(NUMBER)
    assert violations(schemed.page) == []
    schemed.press("Send it")
    assert violations(schemed.page) == []
