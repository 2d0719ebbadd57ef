"""The dialogue (Rasa, on loopback) as the gateway sees it: a message in, messages out, or an error.

A message may be sent again with the same id: the dialogue's REST channel handles it once.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

Message = dict[str, Any]

#: Seconds after which an attempt is given up; the next one joins the same turn if it still runs.
ATTEMPT = 30.0

#: Seconds after which an idle connection is closed; the dialogue's own limit is 120.
IDLE = 15.0


class DialogueError(Exception):
    """The dialogue is down, slow, silent or broken; the message names the kind, nothing more."""


class Dialogue:
    """A client of the dialogue's REST channel."""

    def __init__(self, address: str) -> None:
        self._address = f"{address.rstrip('/')}/"
        self._session: aiohttp.ClientSession | None = None

    def _http(self) -> aiohttp.ClientSession:
        """The session, which belongs to the event loop that it is first used in."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                self._address,
                # Idle connections are closed here first: a POST on one that the dialogue is just
                # closing would fail.
                connector=aiohttp.TCPConnector(keepalive_timeout=IDLE),
                timeout=aiohttp.ClientTimeout(total=ATTEMPT, sock_connect=2.0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def say(
        self, conversation: str, text: str, message_id: str, prompt: bool = False
    ) -> list[Message]:
        """The dialogue's reply, as messages with `text`, `buttons` and `custom` together.

        `prompt`: it is no text of a patient, but what the gateway itself brings up. Raises
        `DialogueError` for everything that is no reply with words in it.
        """
        body: Message = {"sender": conversation, "message": text, "message_id": message_id}
        body |= {"prompt": True} if prompt else {}
        try:
            posted = self._http().post("webhooks/rest/webhook", json=body, allow_redirects=False)
            async with posted as answer:
                if answer.status != 200:
                    raise DialogueError(f"status {answer.status}")
                return together(await answer.json())
        except DialogueError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, TypeError) as error:
            raise DialogueError(type(error).__name__) from None

    async def is_up(self) -> bool:
        """Whether the dialogue takes messages now."""
        brief = aiohttp.ClientTimeout(total=2.0)
        try:
            async with self._http().get("webhooks/rest/", timeout=brief) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


def together(reply: Any) -> list[Message]:
    """Rasa sends words and `custom` one after the other; here each response is one message again.

    Raises `DialogueError` for a reply without words or of another shape.
    """
    if not isinstance(reply, list) or not all(isinstance(part, dict) for part in reply):
        raise DialogueError("not a list of messages")
    messages: list[Message] = []
    current: Message = {}
    for part in reply:
        text, buttons, custom = part.get("text"), part.get("buttons"), part.get("custom")
        if "custom" in current:  # it closes a message
            messages.append(current)
            current = {}
        if isinstance(text, str) and text.strip():
            before = current.get("text")
            current["text"] = f"{before}\n\n{text}" if before else text
        if isinstance(buttons, list) and buttons:
            current["buttons"] = [
                {"title": str(button["title"]), "payload": str(button["payload"])}
                for button in buttons
                if isinstance(button, dict) and {"title", "payload"} <= button.keys()
            ]
        if isinstance(custom, dict):
            current["custom"] = custom
    if current:
        messages.append(current)
    if not any("text" in message for message in messages):
        raise DialogueError("no words")
    return messages
