"""A gateway that is served on loopback, with a dialogue that does as it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import requests
from starlette.types import Receive, Scope, Send

from bot.clinic import load_clinic
from bot.gateway.app import make_app, make_door
from bot.gateway.door import Door
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from tests.stand_ins.serving import serving

from ..conftest import FakeDialogue

PUBLIC = "https://chat.clinic.example"


@dataclass
class Served:
    """A running gateway."""

    address: str
    door: Door
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the gateway's own loop, as the inbox of staff does."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def open(self, link: str) -> requests.Session:
        """Follow a link of a message, press its button, and be in the web chat."""
        browser = requests.Session()
        url = self.address + link.removeprefix(PUBLIC)
        assert "Open my chat" in browser.get(url, timeout=10).text
        opened = browser.post(url, timeout=10, allow_redirects=False)
        assert opened.status_code == 303, opened.text
        return browser

    def said(self, browser: requests.Session) -> list[str]:
        """What the web chat shows."""
        news = browser.get(f"{self.address}/chat/messages", timeout=10).json()
        return [f"{each['from']}: {each['text'].splitlines()[0]}" for each in news["messages"]]

    def consent(self, browser: requests.Session) -> requests.Session:
        browser.post(f"{self.address}/chat/consent", timeout=10).raise_for_status()
        return browser

    def conversations(self) -> list[str]:
        return self.door.storage.last_seen_before(time.time() + 1)


@contextmanager
def served(
    settings: Settings,
    places: Places,
    dialogue: FakeDialogue,
    red_flags: RedFlags,
    **channels: dict[str, Any],
) -> Iterator[Served]:
    """A gateway with these channels; each is a new process over the same database."""
    # Patient, so that a machine under load makes no fixed words out of answers.
    changed = replace(settings, channels=channels, dialogue_deadline=20.0, emergency_deadline=10.0)
    door = make_door(changed, places, dialogue, load_clinic())
    door.red_flags = red_flags
    app = make_app(changed, places, door)
    loops: list[asyncio.AbstractEventLoop] = []

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        loops.append(asyncio.get_running_loop())
        await app(scope, receive, send)

    with serving(noting) as address:
        yield Served(address, door, loops[0])


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def link_in(text: str) -> str:
    """The link of a message."""
    return next(word for word in text.split() if word.startswith(f"{PUBLIC}/l/"))
