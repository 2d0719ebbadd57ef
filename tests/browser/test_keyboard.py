"""With nothing but a keyboard: everything is within reach, and the focus is never lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .chat import OPEN, Chat
from .conftest import Watch
from .test_chat import EMERGENCY, OPENING, said_by_patient


def test_a_check_is_done_with_the_keyboard(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    chat.page.goto(chat.address)
    tab_to(chat.page, chat.page.get_by_role("button", name=OPEN))
    keyboard.press("Enter")
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_visible()
    expect(chat.input).to_be_focused()
    tab_to(chat.page, chat.panel.get_by_role("button", name="I agree"))
    keyboard.press("Enter")
    expect(chat.input).to_be_focused()
    keyboard.type(OPENING)
    tab_to(chat.page, chat.panel.get_by_role("button", name="Send"))
    keyboard.press("Enter")
    none = chat.panel.get_by_role("button", name="None of these")
    expect(none).to_be_visible()
    tab_to(chat.page, none)
    keyboard.press("Space")
    expect(chat.bubbles.last).to_contain_text("When was")
    expect(chat.log).to_be_focused()
    tab_to(chat.page, chat.panel.get_by_role("button", name="Menu"))
    keyboard.press("Enter")
    expect(chat.panel.get_by_role("button", name="Start over")).to_be_focused()
    keyboard.press("Escape")
    expect(chat.panel.get_by_role("button", name="Menu")).to_be_focused()
    keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name=OPEN)).to_be_focused()
    expect(chat.page.locator("iframe")).to_be_hidden()


def test_a_quote_is_opened_and_rated_with_the_keyboard(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    chat.open()
    questions = ("can I wear makeup tomorrow?", "how long is redness normal?")
    answers = [chat.ask(question) for question in questions]
    tab_to(chat.page, answers[0].locator("a.quote").first)
    with chat.page.context.expect_page() as opened:
        keyboard.press("Enter")
    expect(opened.value.locator("mark#quote")).to_be_in_viewport()
    opened.value.close()
    for answer, word in zip(answers, ("Yes", "No"), strict=True):
        tab_to(chat.page, answer.get_by_role("button", name=word, exact=True))
        keyboard.press("Enter")
        expect(answer.get_by_text("Thank you for telling us")).to_be_focused()


def test_the_numbers_of_a_result_are_reached_with_the_keyboard(chat: Chat) -> None:
    chat.open()
    chat.ask(EMERGENCY)
    calls = chat.panel.locator(".card .call")
    expect(calls.first).to_be_visible()
    for number in (*calls.all(), *chat.panel.locator(".urgent-line a").all()):
        tab_to(chat.page, number)
        expect(number).to_have_attribute("href", re.compile(r"^tel:\d+$"))


def test_the_menu_keeps_the_focus_whatever_is_chosen(chat: Chat) -> None:
    chat.open()
    chat.ask("hello")
    opener = chat.panel.get_by_role("button", name="Menu")
    for name, answer in (("Start over", "We start again"), ("Talk to the clinic", "get in touch")):
        choose(chat, chat.panel.get_by_role("button", name=name))
        expect(opener).to_be_focused()
        expect(chat.bubbles.last).to_contain_text(answer)
        expect(opener).to_be_focused()
    link = chat.panel.get_by_role("link", name="Download my summary")
    with chat.page.context.expect_page() as opened:
        choose(chat, link, lambda: expect(link).to_have_attribute("href", re.compile("key=")))
    expect(opened.value.get_by_role("heading", name="What I told the care bot")).to_be_visible()
    opened.value.close()
    expect(opener).to_be_focused()


def test_the_conversation_is_deleted_with_the_keyboard_but_never_by_escape(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    delete = chat.panel.get_by_role("button", name="Delete my conversation")
    keep = chat.panel.get_by_role("button", name="Keep it")
    chat.open()
    for text in ("hello", "hello again"):  # what was answered last time is no answer now
        chat.ask(text)
        for key in ("Escape", "Enter"):
            choose(chat, delete)
            expect(keep).to_be_focused()
            keyboard.press(key)
            expect(keep).to_be_hidden()
            expect(chat.panel.get_by_role("button", name="Menu")).to_be_focused()
            assert said_by_patient(chat) == [text]
        choose(chat, delete)
        tab_to(chat.page, chat.panel.get_by_role("button", name="Delete it"))
        keyboard.press("Enter")
        expect(chat.bubbles.last).to_contain_text("Your conversation was deleted")
        expect(chat.input).to_be_focused()
        assert said_by_patient(chat) == []
        chat.agree()


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_trying_again_keeps_the_focus_in_the_panel(chat: Chat, watch: Watch, key: str) -> None:
    watch.expected = ("ERR_FAILED",)
    chat.page.route("**/chat/panel*", lambda route: route.abort())
    chat.page.goto(chat.address)
    panel = chat.page.get_by_role("dialog")
    again = chat.page.get_by_role("button", name="Try again")
    tab_to(chat.page, chat.page.get_by_role("button", name=OPEN))
    chat.page.keyboard.press("Enter")
    expect(panel).to_be_focused()
    tab_to(chat.page, again)
    chat.page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    expect(panel).to_be_focused()
    expect(again).to_be_visible()
    if key == "Escape":
        chat.page.keyboard.press(key)
        expect(chat.page.get_by_role("button", name=OPEN)).to_be_focused()
        return
    chat.page.unroute("**/chat/panel*")
    tab_to(chat.page, again)
    chat.page.keyboard.press(key)
    expect(chat.input).to_be_focused()


def test_the_focus_outlives_the_notice_of_a_lost_connection(chat: Chat, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED",)
    chat.open()
    chat.page.context.set_offline(True)
    chat.say("hello")
    call = chat.panel.get_by_role("alert").get_by_role("link", name="Call 999")
    expect(call).to_be_visible()
    call.focus()
    chat.page.context.set_offline(False)
    expect(call).to_be_hidden(timeout=20000)
    expect(chat.input).to_be_focused()


def choose(chat: Chat, item: Locator, ready: Callable[[], None] = lambda: None) -> None:
    """Choose from the menu."""
    tab_to(chat.page, chat.panel.get_by_role("button", name="Menu"))
    chat.page.keyboard.press("Enter")
    tab_to(chat.page, item)
    ready()
    chat.page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(40):
        if target.evaluate(
            "each => each.getRootNode().activeElement === each && each.ownerDocument.hasFocus()"
        ):
            return
        page.keyboard.press("Tab")
    raise AssertionError("not to be reached with the keyboard")
