"""On another site: by one script tag, if that site is allowed; small, and nobody else is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import Error, Page, expect

from bot.stack import Stack
from tests.conftest import LiveBot

from .chat import OPEN, Chat
from .conftest import Watch

POLICY = "default-src 'none'; script-src {script}; frame-src {gateway}"
HTML = "<!doctype html><title>A clinic</title><script {source} defer></script>"


@contextmanager
def site(port: int, stack: Stack, has_copy: bool = False, host: str = "localhost") -> Iterator[str]:
    """A clinic's own page with a strict policy of its own, at http://localhost:PORT.

    `has_copy`: of the script, too. `host`: 127.0.0.1 is to the gateway what www.clinic.example is
    to chat.clinic.example: another origin of the same site.
    """
    gateway = stack.gateway.rstrip("/")
    source = f'src="/chat.js" data-home="{gateway}"' if has_copy else f'src="{gateway}/chat.js"'
    policy = POLICY.format(script="'self'" if has_copy else gateway, gateway=gateway)
    files = {"/": ("text/html", HTML.format(source=source).encode())}
    if has_copy:
        files["/chat.js"] = ("text/javascript", requests.get(f"{gateway}/chat.js").content)

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, content = files.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}/"
    finally:
        server.shutdown()


@pytest.fixture
def on_site(page: Page, bot: LiveBot, watch: Watch) -> Iterator[Chat]:
    with site(bot.other_site, bot.stack) as address:
        watch.own += (address,)
        yield Chat(page, address)


def test_a_page_of_the_same_site_goes_on_after_a_reload(
    page: Page, bot: LiveBot, watch: Watch
) -> None:
    with site(bot.other_site, bot.stack, host="127.0.0.1") as address:
        watch.own += (address,)
        chat = Chat(page, address)
        chat.open()
        expect(chat.ask("can I wear makeup tomorrow?")).to_contain_text("Use no makeup")
        assert page.context.cookies() == []  # a bearer token instead
        assert page.evaluate("Object.keys(localStorage)") == []  # and not the page's
        before = chat.bubbles.all_inner_texts()
        chat.open(consent=False)
        expect(chat.bubbles).to_have_count(len(before))
        assert chat.bubbles.all_inner_texts() == before
        expect(chat.panel.get_by_role("button", name="I agree")).to_be_hidden()


def test_another_site_shows_the_chat_even_where_frames_are_denied_storage(on_site: Chat) -> None:
    """As Chromium does in windows that keep nothing, which these tests run in."""
    on_site.open()
    expect(on_site.ask("can I wear makeup tomorrow?")).to_contain_text("Use no makeup")
    expect(on_site.ask("my tongue is swelling")).to_contain_text("Call 999 or 112 now")
    assert on_site.page.context.cookies() == []
    with pytest.raises(Error, match="Access is denied"):
        on_site.page.frames[-1].evaluate("localStorage")


def test_a_copy_of_the_script_needs_no_gateway_to_say_whom_to_call(
    page: Page, bot: LiveBot, watch: Watch
) -> None:
    with site(bot.other_site, bot.stack, has_copy=True) as address:
        watch.own += (address, "chrome-error:")
        watch.expected = ("ERR_FAILED",)
        page.route(f"{bot.stack.gateway}**", lambda route: route.abort())
        page.goto(address)
        page.get_by_role("button", name=OPEN).click()
        advice = page.get_by_role("alert")
        expect(advice).to_contain_text("Call 999 or 112")
        expect(advice.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
        page.unroute(f"{bot.stack.gateway}**")
        advice.get_by_role("button", name="Try again").click()
        expect(Chat(page, address).input).to_be_visible()
        assert f"{bot.stack.gateway}chat.js" not in watch.requests


def test_a_site_that_is_not_allowed_shows_whom_to_call(
    page: Page, stack: Stack, watch: Watch
) -> None:
    with site(0, stack) as address:
        watch.own += (address, "chrome-error:")
        watch.expected = ("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "Framing")
        page.goto(address)
        page.get_by_role("button", name=OPEN).click()
        expect(page.get_by_role("alert")).to_contain_text("Call 999 or 112")
        assert not [url for url in watch.requests if "chat/session" in url]


def test_all_of_the_chat_is_under_130_kilobytes(page: Page, chat: Chat) -> None:
    network = page.context.new_cdp_session(page)
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    chat.open()
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 8
    assert sum(sizes) < 130_000, f"{sum(sizes):.0f} bytes"
