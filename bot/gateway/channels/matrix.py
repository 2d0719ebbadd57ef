"""Matrix: private rooms with the bot's account, on whatever homeserver the clinic chooses.

The bot joins when it is invited and stays where exactly one other person is. Encrypted rooms are
read with the keys of its own device, which are kept in the gateway's state. How far it has read
(`next_batch`) is kept once all before it was taken in, so that a restart misses nothing of what was
consented to; events are told apart by their ids, so that it repeats nothing either.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nio
import sqlalchemy as sa
from starlette.routing import BaseRoute

from actions.triage import DataError
from bot.fixed_words import rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.channels.courier import TryLaterError, UndeliverableError
from bot.gateway.channels.matrix_events import Event, Heard, heard, is_join_of
from bot.gateway.channels.plain import Outgoing
from bot.gateway.channels.texting import Means, Texting
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits
from bot.gateway.sessions import load_key
from bot.gateway.settings import Places
from bot.gateway.storage import Storage
from bot.gateway.tables import metadata

logger = logging.getLogger(__name__)

#: Characters of one message; an event may have 64 KB.
LONGEST = 10_000

#: Seconds that one question for news stays open at the homeserver.
POLL = 30

#: Seconds between attempts while the homeserver is away.
PAUSES = (1, 2, 5, 15, 60)

#: A message from before the bot joined is answered if it is no older than this, in seconds.
FRESH = 600

#: What cannot be decrypted is answered once in so many seconds.
SAY_AGAIN = 600

#: Events of a room in one answer; what lies between is asked for.
MOST_EVENTS = 50

_NOTHING = {"types": ["none"]}
FILTER = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {
        "timeline": {"limit": MOST_EVENTS},
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
    },
}

cursors = sa.Table(
    "matrix_cursors",
    metadata,
    sa.Column("account", sa.String(255), primary_key=True),
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("next_batch", sa.Text),
)


@dataclass(frozen=True)
class MatrixSettings:
    """`channels.matrix` of the settings."""

    homeserver: str
    user_id: str

    token: str

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> MatrixSettings:
        """As `settings.schema.json` has checked it; raises `DataError` without a token."""
        token = os.environ.get("MATRIX_ACCESS_TOKEN")
        if not token:
            raise DataError(
                "channels.matrix: the environment variable MATRIX_ACCESS_TOKEN is missing; "
                "docs/channels.md says how to get one."
            )
        return cls(data["homeserver"].rstrip("/"), data["user_id"], token)


class MatrixError(Exception):
    """The homeserver said no; the message is its code."""


class Matrix:
    """The channel."""

    name = "matrix"

    def __init__(
        self, settings: MatrixSettings, places: Places, door: Door, limits: RateLimits
    ) -> None:
        # What the library warns of holds parts of events.
        logging.getLogger("nio").setLevel(logging.CRITICAL)
        keys = places.state / "matrix"
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = nio.AsyncClientConfig(
            max_limit_exceeded=0,
            max_timeouts=0,
            encryption_enabled=True,
            pickle_key=load_key(places.state),
        )
        self._client = nio.AsyncClient(
            settings.homeserver, settings.user_id, store_path=str(keys), config=config
        )
        self._client.access_token = self._token = settings.token
        self._user_id, self._limits = settings.user_id, limits
        self._texting = Texting(door, limits, Means(self.name, self._send, LONGEST))
        self._cursor = Cursor(door.storage, settings.user_id)
        self._told: dict[str, float] = {}
        self._leaving: set[str] = set()
        self._since: str | None = None
        self._first = True
        self._asked_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._saving: asyncio.Task[None] | None = None

    def routes(self) -> list[BaseRoute]:
        """None: the bot asks the homeserver, not the other way round."""
        return []

    async def run(self) -> None:
        """Listen until cancelled, whatever becomes of the homeserver meanwhile."""
        try:
            self._since = await in_thread(self._cursor.load)
            await self._keep_at(self._log_in)
            await self._keep_at(self._listen)
            await self._texting.courier.open()  # by now it is known which rooms are encrypted
            while True:
                await self._keep_at(self._listen)
        finally:
            self._texting.courier.close()
            for task in self._tasks:
                task.cancel()
            await self._client.close()

    async def _keep_at(self, work: Any) -> None:
        failures = 0
        while True:
            try:
                await work()
                return
            except Exception as error:
                kind = str(error) if isinstance(error, MatrixError) else type(error).__name__
                logger.error("Matrix: %s; trying again.", kind)
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1

    async def _log_in(self) -> None:
        """Check the token, for the bot has to know which messages are its own; load its keys."""
        who = await self._client.whoami()
        if not isinstance(who, nio.WhoamiResponse):
            raise MatrixError(f"MATRIX_ACCESS_TOKEN is not accepted: {_code(who)}")
        if who.user_id != self._user_id:
            raise MatrixError("MATRIX_ACCESS_TOKEN is not that of channels.matrix.user_id")
        self._client.restore_login(who.user_id, who.device_id, self._token)

    # ---- what comes in

    async def _listen(self) -> None:
        """Ask for news once, and take them in."""
        first, since, asked_at = self._first, self._since, time.time()
        asked = self._client.sync(
            timeout=0 if first else POLL * 1000, sync_filter=FILTER, since=since, full_state=first
        )
        news = await asyncio.wait_for(asked, POLL * 3)
        if not isinstance(news, nio.SyncResponse):
            raise MatrixError(_code(news))
        await self._exchange_keys()
        for room in news.rooms.leave:  # left, thrown out or banned: nothing can be sent there
            self._client.rooms.pop(room, None)
        tasks = [self._start(self._accept(room)) for room in news.rooms.invite]
        if since is not None:  # the very first time, what was said before is no news
            for room, info in news.rooms.join.items():
                events = await self._events(room, info.timeline)
                tasks += [self._start(each) for each in self._take(room, events)]
        self._first, self._since, self._asked_at = False, news.next_batch, asked_at
        self._saving = self._start(self._save(news.next_batch, tasks, self._saving))

    async def _exchange_keys(self) -> None:
        """Offer keys to others, and learn theirs, as far as the homeserver says it is time."""
        client = self._client
        if client.should_upload_keys and not isinstance(
            await client.keys_upload(), nio.KeysUploadResponse
        ):
            logger.error("Matrix: the bot's keys are not accepted; get a new token for it.")
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())
        await client.send_to_device_messages()

    async def _events(self, room: str, timeline: Any) -> list[Event]:
        """All events since the last news, also those that were too many for one answer."""
        events = [each.source for each in timeline.events]
        start = timeline.prev_batch if timeline.limited else None
        if any(is_join_of(each, self._user_id) for each in events):
            start = None  # before that the room was not ours
        while start is not None:
            page = await self._client.room_messages(room, start, self._since, limit=100)
            if not isinstance(page, nio.RoomMessagesResponse):
                raise MatrixError(_code(page))
            events = [each.source for each in reversed(page.chunk)] + events
            start = page.end if page.chunk else None
        return events

    def _take(self, room: str, events: list[Event]) -> list[Coroutine[Any, Any, None]]:
        """What is to be done about a room's new events, in their order."""
        joined = [n for n, event in enumerate(events) if is_join_of(event, self._user_id)]
        since = joined[-1] if joined else 0
        messages = [
            (message, self._sent_at(event))
            for n, event in enumerate(events)
            if event.get("sender") != self._user_id
            and (n >= since or _age(event) < FRESH)
            and (message := heard(event))
        ]
        if self._client.rooms[room].member_count > 2:
            return [self._leave(room, [message.text for message, _ in messages])]
        if joined and not messages:
            return [self._texting.greet(room)]
        return [self._answer(room, *each) for each in messages]

    def _sent_at(self, event: Event) -> float:
        """When an event was sent; not before we last asked for news, for another homeserver's
        clock may be wrong."""
        return max(time.time() - _age(event), self._asked_at)

    async def _answer(self, room: str, message: Heard, sent_at: float) -> None:
        if message.encrypted:
            await self._say_unreadable(room)
            return
        signs = asyncio.create_task(self._show_reading(room, message))
        try:
            await self._texting.receive(room, message.client_id, message.text, sent_at=sent_at)
        finally:
            signs.cancel()
            await _quietly(self._client.room_typing(room, False))

    async def _show_reading(self, room: str, message: Heard) -> None:
        await _quietly(self._client.room_typing(room, True, POLL * 1000))
        await _quietly(self._client.room_read_markers(room, message.event_id, message.event_id))

    async def _save(
        self, next_batch: str, tasks: list[asyncio.Task[None]], before: asyncio.Task[None] | None
    ) -> None:
        """Keep how far was read, once everything up to there is answered or in the outbox."""
        await asyncio.gather(*tasks, *([before] if before else []), return_exceptions=True)
        await in_thread(self._cursor.save, next_batch)

    # ---- rooms

    async def _accept(self, room: str) -> None:
        """Join, unless whoever invites does nothing else."""
        inviter = self._client.invited_rooms[room].inviter
        if not self._limits.allow("sessions_per_address", f"matrix {inviter}"):
            await _quietly(self._client.room_leave(room))
            return
        for pause in PAUSES:
            if isinstance(await _quietly(self._client.join(room)), nio.JoinResponse):
                return
            await asyncio.sleep(pause)

    async def _leave(self, room: str, texts: Sequence[str]) -> None:
        """Health is not talked about before others, but for the advice for a red flag."""
        if room in self._leaving:
            return
        self._leaving.add(room)
        try:
            for words in await self._texting.before_others(texts):
                await self._tell(room, words)
        finally:
            await _quietly(self._client.room_leave(room))
            self._leaving.discard(room)

    async def _say_unreadable(self, room: str) -> None:
        if time.monotonic() - self._told.get(room, -SAY_AGAIN) >= SAY_AGAIN:
            self._told[room] = time.monotonic()
            await self._tell(room, rendered_responses()["utter_texting_unreadable"])

    async def _tell(self, room: str, words: str) -> None:
        await _quietly(self._send(room, Outgoing(uuid.uuid4().hex, words)))

    # ---- what goes out

    async def _send(self, room: str, message: Outgoing) -> None:
        """Send a message; the homeserver takes one with the same key once."""
        if room not in self._client.rooms:
            raise UndeliverableError
        content = {"msgtype": "m.text", "body": message.text}  # a notice would not ring
        key = f"{self._cursor.salt}-{message.key}"
        sent = await self._client.room_send(
            # Whoever is in the room may read; nobody at the bot could compare keys.
            *(room, "m.room.message", content, key),
            ignore_unverified_devices=True,
        )
        if isinstance(sent, nio.RoomSendResponse):
            return
        if sent.status_code == "M_FORBIDDEN":  # not in the room any more
            raise UndeliverableError
        if sent.status_code == "M_LIMIT_EXCEEDED":
            raise TryLaterError((sent.retry_after_ms or 5000) / 1000)
        raise MatrixError(_code(sent))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            logger.error("Matrix: %s", type(error).__name__)


class Cursor:
    """How far an account has read, in the gateway's database."""

    def __init__(self, storage: Storage, account: str) -> None:
        self._storage, self._own = storage, cursors.c.account == account
        metadata.create_all(storage.engine, tables=[cursors])
        with storage.transaction() as db:
            new = {"account": account, "salt": uuid.uuid4().hex}
            db.execute(cursors.insert().prefix_with("OR IGNORE").values(new))
            salt = db.execute(sa.select(cursors.c.salt).where(self._own)).scalar_one()
        #: Of this database: its messages' numbers begin anew with it, their keys do not.
        self.salt = str(salt)

    def load(self) -> str | None:
        """The kept `next_batch`."""
        with self._storage.transaction() as db:
            kept = db.execute(sa.select(cursors.c.next_batch).where(self._own)).scalar_one()
        return None if kept is None else str(kept)

    def save(self, next_batch: str) -> None:
        """Keep it."""
        with self._storage.transaction() as db:
            db.execute(cursors.update().where(self._own).values(next_batch=next_batch))


def _code(error: Any) -> str:
    return str(error.status_code or "no answer")


def _age(event: Event) -> float:
    """Seconds since an event was sent."""
    sent = event.get("origin_server_ts")
    return time.time() - sent / 1000 if isinstance(sent, int) else float("inf")


async def _quietly(work: Awaitable[Any]) -> Any:
    """Do what may fail without harm; its result, or None."""
    try:
        return await work
    except Exception as error:
        logger.info("Matrix: %s", type(error).__name__)
        return None
