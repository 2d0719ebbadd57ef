"""Patient and staff in two browsers: hand-over, take-over, and what the bot does meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bot.stack import Stack
from tests.conftest import LiveBot

from .chat import Chat
from .conftest import Watch
from .staff import Desk, add_account
from .test_access import violations

EVIL = '<img src="https://evil.example/x"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def accounts(bot: LiveBot) -> None:
    for role in ("viewer", "staff", "admin"):
        add_account(bot.stack, role, role, f"{role.capitalize()} Smith")


@pytest.fixture(params=["light"])
def desk(
    request: pytest.FixtureRequest, browser: Browser, watch: Watch, stack: Stack, accounts: None
) -> Iterator[Desk]:
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, color_scheme=request.param, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(15000)
    watch.over(page)
    yield Desk(page, stack.gateway)
    context.close()


def hand_over(chat: Chat) -> str:
    """Ask for the clinic and leave a number; the reference."""
    chat.say("can I talk to a human?")
    expect(chat.log).to_contain_text("Shall the clinic get in touch", timeout=30000)
    chat.panel.get_by_role("button", name="Yes, please").click()
    expect(chat.log).to_contain_text("On which phone number")
    chat.say("Anna, 07700 900123")
    chat.panel.get_by_role("button", name="Send it").click()
    return chat.panel.locator(".card.handoff .reference strong").inner_text()


def test_staff_take_over_and_give_back(chat: Chat, desk: Desk, stack: Stack) -> None:
    chat.open()
    chat.ask(f"my cheeks are pink after microneedling {EVIL}")
    reference = hand_over(chat)
    desk.log_in("staff").open(reference)
    expect(desk.log).to_contain_text(f"my cheeks are pink after microneedling {EVIL}")
    expect(desk.page.get_by_role("link", name="07700 900123")).to_be_visible()
    desk.reply("Hello Anna, may I ask how long it has been?")
    said = chat.log.get_by_text("Hello Anna, may I ask how long it has been?")
    expect(said).to_be_visible(timeout=40000)  # without loading anything anew
    expect(chat.log).to_contain_text("Staff Smith from the clinic is here now")
    before = chat.bubbles.count()
    chat.say("since yesterday")
    expect(desk.log).to_contain_text("since yesterday", timeout=15000)
    expect(chat.bubbles).to_have_count(before + 1)  # the bot says nothing
    chat.say("and now my tongue is swelling")
    expect(chat.panel.locator(".card.emergency")).to_be_visible(timeout=8000)
    expect(desk.log).to_contain_text("and now my tongue is swelling", timeout=15000)
    desk.press("Give back to the bot")
    expect(chat.log).to_contain_text("Staff Smith from the clinic has finished", timeout=40000)
    chat.say("start over")
    expect(chat.log).to_contain_text("We start again")  # the bot answers


def test_what_is_new_comes_without_loading_the_list_anew(
    chat: Chat, desk: Desk, stack: Stack
) -> None:
    desk.log_in("viewer")
    expect(desk.page.get_by_role("heading", name="Inbox")).to_be_visible()
    chat.open()
    reference = hand_over(chat)
    case = desk.page.get_by_role("listitem").filter(has_text=reference)
    expect(case).to_be_visible(timeout=40000)
    expect(desk.page).to_have_title(re.compile(r"^\(\d+\) Inbox"))


def test_a_session_that_is_over_says_so_on_the_open_page(
    chat: Chat, desk: Desk, stack: Stack, watch: Watch
) -> None:
    watch.expected = ("401",)
    chat.open()
    reference = hand_over(chat)
    desk.log_in("staff").open(reference)
    desk.page.context.clear_cookies()
    expect(desk.page.get_by_role("alert")).to_contain_text("not logged in any more", timeout=10000)


def test_a_link_from_elsewhere_leads_in(chat: Chat, desk: Desk, stack: Stack, watch: Watch) -> None:
    """A strict cookie stays away at first; the page comes back for it."""
    chat.open()
    reference = hand_over(chat)
    desk.log_in("staff")
    mail = f'<a href="{stack.gateway}staff/requests/{reference}">Open the inbox</a>'
    page = desk.page
    answer = {"body": mail, "content_type": "text/html"}
    page.route("http://mail.localhost/", lambda route: route.fulfill(**answer))
    watch.own += ("http://mail.localhost/",)
    page.goto("http://mail.localhost/")
    page.get_by_role("link").click()
    expect(desk.log).to_be_visible()


@pytest.mark.parametrize("desk", ["light", "dark"], indirect=True)
def test_no_violation_on_any_page(chat: Chat, desk: Desk, stack: Stack, watch: Watch) -> None:
    watch.expected = ("401", "404")
    page = desk.page
    page.goto(f"{stack.gateway}staff")
    assert violations(page) == []
    desk.log_in("admin", "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    chat.open()
    chat.ask("my cheeks are pink after microneedling")
    chat.until_result()
    reference = hand_over(chat)
    desk.log_in("admin")
    expect(page.get_by_role("listitem").filter(has_text=reference)).to_be_visible()
    assert violations(page) == []
    desk.open(reference)
    desk.reply("How are you?")
    page.get_by_label("New note").fill("Called.")
    desk.press("Add")
    assert violations(page) == []
    for path in ("users", "access", "password", "conversations/web-none"):
        page.goto(f"{stack.gateway}staff/{path}")
        assert violations(page) == [], path


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 256)])
def test_a_phone_loses_nothing(
    chat: Chat, desk: Desk, stack: Stack, width: int, height: int
) -> None:
    chat.open()
    chat.ask("verylongword" * 20)
    reference = hand_over(chat)
    desk.page.set_viewport_size({"width": width, "height": height})
    desk.log_in("admin").open(reference)
    for path in ("", "/users", "/access", "/password"):
        wide = "each => Math.max(each.scrollWidth - each.clientWidth, 0)"
        assert desk.page.locator("html").evaluate(wide) == 0
        desk.page.goto(f"{stack.gateway}staff{path}")
