"""A visitor of the web chat, as its page talks to the gateway."""

from __future__ import annotations

import time
import uuid
from typing import Any

import requests

from .patient import Reply


class Visitor:
    """One browser with one session, consenting."""

    def __init__(
        self, gateway: str, consent: bool = True, browser: requests.Session | None = None
    ) -> None:
        """`browser`: one that has a session already."""
        self.gateway, self.last = gateway, 0
        self.browser = browser or requests.Session()
        self.post("session")
        if consent:
            self.post("consent")

    def post(self, path: str, timeout: float = 20, **body: Any) -> dict[str, Any]:
        answer = self.browser.post(f"{self.gateway}chat/{path}", json=body, timeout=timeout)
        answer.raise_for_status()
        return answer.json()

    def say(self, text: str, timeout: float = 20) -> Reply:
        return self._reply(self.post("messages", timeout, id=uuid.uuid4().hex, text=text))

    def press(self, button: dict[str, str]) -> Reply:
        return self._reply(self.post("messages", id=uuid.uuid4().hex, button=button["id"]))

    def news(self) -> Reply:
        """What came since the last reply."""
        url = f"{self.gateway}chat/messages?after={self.last}"
        return self._reply(self.browser.get(url, timeout=20).json())

    def wait_for_news(self, seconds: float = 60) -> Reply:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            reply = self.news()
            if reply.texts:
                return reply
            time.sleep(0.2)
        raise AssertionError("no news")

    def history(self) -> list[tuple[str, str]]:
        answer = self.browser.get(f"{self.gateway}chat/messages", timeout=20).json()
        return [(each["from"], each["text"]) for each in answer["messages"]]

    def _reply(self, answer: dict[str, Any]) -> Reply:
        reply = Reply()
        for message in answer["messages"]:
            self.last = max(self.last, message.get("seq", 0))
            if message["from"] == "bot":
                reply.texts.append(message["text"])
                reply.buttons += message.get("buttons", [])
                reply.customs += [message["custom"]] if "custom" in message else []
        return reply
