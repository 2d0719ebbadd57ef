"""Links into the web chat: they open once, for the one conversation, by hand and not by robots."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.gateway.settings import Places
from bot.gateway.storage import Storage, sqlite_engine
from bot.gateway.web_links import LIFE, WebLinks

from .conftest import FakeDialogue
from .test_sessions import CLOCK
from .test_web import HERE, say, visit  # noqa: F401

Visit = Callable[..., Any]

#: A conversation that began over SMS, consented to.
SMS = "twilio-1"


@pytest.fixture
def now() -> list[float]:
    return [1_000_000.0]


@pytest.fixture
def links(places: Places, now: list[float]) -> WebLinks:
    places.state.mkdir(parents=True)
    storage = Storage(sqlite_engine(places.state / "gateway.db"))
    storage.consent(SMS)
    return WebLinks(Storage(storage.engine, now=lambda: now[0]))


def open_link(browser: TestClient, path: str, origin: str = HERE) -> Any:
    return browser.post(path, headers={"origin": origin}, follow_redirects=False)


def test_a_link_opens_the_same_conversation_once(
    visit: Visit,  # noqa: F811
    places: Places,
    dialogue: FakeDialogue,
) -> None:
    with visit() as browser:
        storage = Storage(sqlite_engine(places.state / "gateway.db"))
        storage.consent(SMS)
        path = WebLinks(storage).make(SMS)
        opened = open_link(browser, path)
        assert (opened.status_code, opened.headers["location"]) == (303, "/chat/panel")
        assert "HttpOnly" in opened.headers["set-cookie"]
        assert say(browser, "hello").json()["messages"][0]["text"] == "heard hello"
        assert dialogue.said[0][0] == SMS
        browser.cookies.clear()
        again = open_link(browser, path)
        assert again.status_code == 404
        assert "This link is over" in again.text
        assert browser.get("/chat/messages").status_code == 401


def test_a_preview_robot_uses_nothing_up(visit: Visit, places: Places) -> None:  # noqa: F811
    with visit() as browser:
        path = WebLinks(Storage(sqlite_engine(places.state / "gateway.db"))).make(SMS)
        for _ in range(3):
            assert browser.head(path).status_code == 200
            shown = browser.get(path)
            assert "Open my chat" in shown.text
            assert "set-cookie" not in shown.headers
            assert shown.headers["referrer-policy"] == "same-origin"  # else Origin is "null"
            assert SMS not in shown.text
        assert open_link(browser, path).status_code == 303


def test_another_site_cannot_put_a_visitor_into_its_conversation(
    visit: Visit,  # noqa: F811
    places: Places,
) -> None:
    with visit(allowed_origins=("https://www.clinic.example",)) as browser:
        path = WebLinks(Storage(sqlite_engine(places.state / "gateway.db"))).make(SMS)
        for origin in ("https://evil.example", "https://www.clinic.example", "null"):
            refused = open_link(browser, path, origin)
            assert refused.status_code == 403
            assert "set-cookie" not in refused.headers
        assert open_link(browser, path).status_code == 303


@pytest.mark.parametrize("key", ["x", "%00", "a" * 5000, "..%2Fchat"])
def test_a_guessed_key_opens_nothing(visit: Visit, key: str) -> None:  # noqa: F811
    with visit() as browser:
        assert browser.get(f"/l/{key}").status_code == 404
        assert open_link(browser, f"/l/{key}").status_code == 404


def test_a_link_is_over_after_half_an_hour(links: WebLinks, now: list[float]) -> None:
    key = links.make(SMS).rpartition("/")[2]
    now[0] += LIFE.total_seconds()
    assert links.is_open(key)
    assert links.waiting(SMS)
    now[0] += 1
    assert not links.is_open(key)
    assert not links.waiting(SMS)
    assert links.open(key) is None


def test_a_link_opens_a_conversation_that_was_deleted_before_it_was_made(
    visit: Visit,  # noqa: F811
    places: Places,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who texts again after the deletion begins anew; a browser that joined before does not."""
    with visit() as browser:
        storage = Storage(sqlite_engine(places.state / "gateway.db"))
        open_link(browser, WebLinks(storage).make(SMS))
        kept = dict(browser.cookies)
        assert browser.delete("/chat/conversation").status_code == 200
        later = int(time.time()) + 1
        monkeypatch.setattr(CLOCK, lambda _: later)
        open_link(browser, WebLinks(storage).make(SMS))
        assert browser.post("/chat/consent").status_code == 200
        assert say(browser, "hello").status_code == 200
        assert storage.history(SMS)
        browser.cookies.clear()
        browser.cookies.update(kept)
        assert browser.get("/chat/messages").status_code == 401


def test_two_at_once_do_not_both_open(links: WebLinks) -> None:
    key = links.make(SMS).rpartition("/")[2]

    async def both() -> list[str | None]:
        return list(await asyncio.gather(*(asyncio.to_thread(links.open, key) for _ in range(8))))

    assert sorted(asyncio.run(both()), key=str) == [*[None] * 7, SMS]


def test_the_database_holds_no_key(links: WebLinks, places: Places) -> None:
    key = links.make(SMS).rpartition("/")[2]
    files = [path for path in Path(places.state).iterdir() if path.is_file()]
    assert files
    assert not any(key.encode() in path.read_bytes() for path in files)


def test_links_go_with_the_conversation(links: WebLinks, places: Places) -> None:
    key = links.make(SMS).rpartition("/")[2]
    Storage(sqlite_engine(places.state / "gateway.db")).erase([SMS])
    assert links.open(key) is None
