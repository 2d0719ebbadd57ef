"""The whole gateway over HTTP: what a patient sends arrives, and what they delete is gone."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.clinic import load_clinic
from bot.gateway.app import make_app, make_door
from bot.gateway.handover.requests import Requests
from bot.gateway.handover.settings import HandoverSettings, Webhook
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from bot.gateway.storage import sqlite_engine
from bot.stack import free_port

from ..conftest import FakeDialogue
from .receivers import receiver

CONTACT = {"text": "You can reach us.", "custom": {"type": "notice", "reason": "contact"}}

Visit = Callable[[str], Any]


@pytest.fixture
def visit(dialogue: FakeDialogue, settings: Settings, places: Places, red_flags: RedFlags) -> Visit:
    """A browser at a gateway that posts requests to an address."""
    dialogue.answer = lambda _: [CONTACT]

    @contextmanager
    def visit(url: str) -> Iterator[TestClient]:
        there = replace(settings, handover=HandoverSettings(webhook=Webhook(url, bytes(32))))
        door = make_door(there, places, dialogue, load_clinic())
        door.red_flags = red_flags
        with TestClient(make_app(there, places, door), base_url="http://localhost") as browser:
            yield browser

    return visit


def ask_for_the_clinic(browser: TestClient) -> str:
    """From the first request to the reference."""
    browser.post("/chat/session", json={})
    browser.post("/chat/consent")
    count = 0

    def say(**what: str) -> dict[str, Any]:
        nonlocal count
        count += 1
        answer = browser.post("/chat/messages", json={"id": str(count), **what})
        last: dict[str, Any] = answer.json()["messages"][-1]
        return last

    offer = say(text="Talk to the clinic")
    say(button=offer["buttons"][0]["id"])
    shown = say(text="07700 900123")
    return str(say(button=shown["buttons"][0]["id"])["custom"]["reference"])


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_sent_arrives(visit: Visit) -> None:
    with receiver() as receiving, visit(receiving.url) as browser:
        reference = ask_for_the_clinic(browser)
        until(lambda: receiving.posts)
        assert json.loads(receiving.posts[0][0])["data"]["reference"] == reference


def test_what_is_deleted_is_in_no_file_and_is_not_sent_any_more(
    visit: Visit, places: Places
) -> None:
    with visit(f"http://127.0.0.1:{free_port()}/hook") as browser:
        reference = ask_for_the_clinic(browser)
        requests = Requests(sqlite_engine(places.state / "gateway.db"))
        until(requests.troubled)
        assert browser.delete("/chat/conversation").json() == {"deleted": True}
        assert requests.listed() == requests.troubled() == []
    for file in places.state.iterdir():
        kept = file.read_bytes()
        assert reference.encode() not in kept
        assert b"7700900123" not in kept
        assert b"07700 900123" not in kept
