"""A patient with a Matrix client of their own (matrix-nio), as the homeserver sees them."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import nio

from tests.synapse import Synapse, User


class MatrixPatient:
    """One account in one room."""

    def __init__(self, client: Any, bot: str) -> None:
        self.client, self.bot, self.room = client, bot, ""
        self.events: list[dict[str, Any]] = []
        self.taken = 0

    async def begin(self, **room: Any) -> str:
        """Make a room with the bot; what it says first."""
        await self.listen(0)
        await self.client.keys_upload()
        made = await self.client.room_create(is_direct=True, invite=[self.bot], **room)
        self.room = made.room_id
        (said,) = await self.hear()
        return said

    async def send(self, text: str, **content: Any) -> str:
        body = {"msgtype": "m.text", "body": text, **content}
        sent = await self.client.room_send(
            self.room, "m.room.message", body, ignore_unverified_devices=True
        )
        return str(sent.event_id)

    async def say(self, text: str, count: int = 1, **content: Any) -> str:
        """Write, and the `count` messages that come back, as one text."""
        await self.send(text, **content)
        return "\n".join(await self.hear(count))

    async def hear(self, count: int = 1, seconds: float = 60) -> list[str]:
        """The next `count` messages of the bot."""
        await self.until(lambda: len(self.said()) >= self.taken + count, seconds)
        self.taken += count
        return self.said()[self.taken - count : self.taken]

    def said(self) -> list[str]:
        """All that the bot has said in the room."""
        return [
            each["content"]["body"]
            for each in self.events
            if each["type"] == "m.room.message" and each["sender"] == self.bot
        ]

    async def quiet(self, seconds: float = 2) -> bool:
        """Whether the bot says nothing more for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self.listen(500)
        return len(self.said()) == self.taken

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it never came true; the bot said {self.said()}"
            await self.listen(1000)

    async def listen(self, milliseconds: int) -> None:
        news = await self.client.sync(timeout=milliseconds)
        assert isinstance(news, nio.SyncResponse), news
        if self.client.should_query_keys:
            await self.client.keys_query()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()
        info = news.rooms.join.get(self.room)
        for each in info.timeline.events if info else ():
            self.events.append({**each.source, "was_encrypted": getattr(each, "decrypted", False)})


@asynccontextmanager
async def patient(synapse: Synapse, user: User, bot: str) -> AsyncIterator[MatrixPatient]:
    """A patient on a device of their own, which is gone at the end."""
    with TemporaryDirectory() as keys:
        config = nio.AsyncClientConfig(encryption_enabled=True)
        client = nio.AsyncClient(synapse.address, user.id, store_path=keys, config=config)
        client.access_token = user.token
        client.restore_login(user.id, (await client.whoami()).device_id, user.token)
        try:
            yield MatrixPatient(client, bot)
        finally:
            await client.close()


def number_of(title: str, text: str) -> str:
    """The number under which a text offers an option."""
    found = re.search(rf"^(\d+)\. {re.escape(title)}$", text, re.MULTILINE)
    assert found, text
    return found[1]
