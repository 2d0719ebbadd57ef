"""On another site: by one script tag, if that site is allowed; small, and nobody else is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from bot.stack import Stack
from tests.conftest import LiveBot

from .chat import OPEN, Chat
from .conftest import Watch

POLICY = "default-src 'none'; script-src {gateway}; frame-src {gateway}"


@contextmanager
def site(port: int, stack: Stack) -> Iterator[str]:
    """A clinic's own page with a strict policy of its own, at http://localhost:PORT."""
    html = f'<!doctype html><title>A clinic</title><script src="{stack.gateway}chat.js" defer>'

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            policy = POLICY.format(gateway=stack.gateway.rstrip("/"))
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(b"" if "icon" in self.path else f"{html}</script>".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()


@pytest.fixture
def on_site(page: Page, bot: LiveBot, watch: Watch) -> Iterator[Chat]:
    with site(bot.other_site, bot.stack) as address:
        watch.own += (address,)
        yield Chat(page, address)


def test_an_allowed_site_shows_the_chat_even_where_frames_are_denied_storage(
    on_site: Chat,
) -> None:
    on_site.open()
    expect(on_site.ask("can I wear makeup tomorrow?")).to_contain_text("Use no makeup")
    assert on_site.page.context.cookies() == []  # a bearer token instead
    assert on_site.page.evaluate("Object.keys(localStorage)") == []  # and not the site's


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
