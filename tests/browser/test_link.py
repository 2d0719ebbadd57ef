"""A link from a text message, in a real browser: a page with a button, then the chat."""

from playwright.sync_api import Page, expect

from bot.gateway.storage import Storage, sqlite_engine
from bot.gateway.web_links import WebLinks
from bot.stack import Stack

from .conftest import Watch
from .test_access import violations


def test_a_link_opens_the_chat_of_its_conversation(page: Page, watch: Watch, stack: Stack) -> None:
    storage = Storage(sqlite_engine(stack.logs.parent / "gateway.db"))
    path = WebLinks(storage).make("twilio-of-this-test")
    page.goto(f"{stack.gateway}{path.removeprefix('/')}")
    assert violations(page) == []
    page.get_by_role("button", name="Open my chat").click()
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_role("button", name="Close the chat")).to_be_hidden()
    page.get_by_role("textbox").fill("can I wear makeup tomorrow?")
    page.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("makeup", timeout=20000)
    history = storage.history("twilio-of-this-test")
    assert history[0].body["text"] == "can I wear makeup tomorrow?"
    watch.expected = ("404",)
    page.goto(f"{stack.gateway}{path.removeprefix('/')}")
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()
    assert violations(page) == []
