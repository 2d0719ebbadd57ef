"""What providers' webhooks have in common: secrets, bodies, and that none counts twice."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import Coroutine
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request

from actions.triage import DataError
from bot.gateway.storage import Storage
from bot.gateway.tables import metadata

#: Bytes of a webhook's body.
MOST_BYTES = 64 * 1024

#: Seconds after which a webhook is answered although its message is not yet answered. Storing comes
#: first and takes milliseconds; before, a provider that tries again still has the message. Twilio
#: gives up after 15.
PATIENCE = 10.0

# Which webhooks were heard, for as long as conversations are kept. It names no conversation and
# outlives deletion: nothing that was deleted comes back because somebody repeats its request.
heard = sa.Table(
    "heard",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)


class Heard:
    """Remembers webhooks by a keyed digest of their ids."""

    def __init__(self, storage: Storage, key: str, seconds: float) -> None:
        self._storage, self._key, self._seconds = storage, key.encode(), seconds
        metadata.create_all(storage.engine, [heard])

    def knows(self, name: str) -> bool:
        """Whether this one was heard before."""
        with self._storage.transaction() as db:
            same = heard.c.digest == self._digest(name)
            return db.execute(sa.select(heard.c.digest).where(same)).first() is not None

    def note(self, name: str) -> None:
        """This one was heard."""
        now = self._storage.now()
        values = {"digest": self._digest(name), "at": now}
        with self._storage.transaction() as db:
            db.execute(heard.delete().where(heard.c.at < now - self._seconds))
            db.execute(heard.insert().prefix_with("OR IGNORE").values(values))

    def _digest(self, name: str) -> str:
        return hmac.new(self._key, f"heard {name}".encode(), hashlib.sha256).hexdigest()


class UnderWay:
    """What webhooks have brought and is being worked on."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, and come back when it is done or patience has ended; it is done all the same."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait([task], timeout=self._patience)


def secret(name: str, what: str) -> str:
    """A secret from the environment; raises `DataError` when it is not there."""
    given = os.environ.get(name, "")
    if not given:
        raise DataError(f"{name} is not set; put {what} into the environment (docs/channels.md)")
    return given


async def read_body(request: Request) -> bytes | None:
    """The body; None if it is larger than any that a provider sends."""
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        return None
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)
