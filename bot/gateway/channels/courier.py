"""Takes to patients what was said to them, over a channel that can push.

What is stored for a patient is delivered in order, each message once, one after the other within
a conversation, and tried again until it has arrived. A restart goes on where the last process
left off.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.gateway.answering import in_thread
from bot.gateway.channels.addresses import Addresses, Missing, Place
from bot.gateway.channels.plain import Outgoing
from bot.gateway.storage import Storage, Stored

logger = logging.getLogger(__name__)

#: Seconds between attempts; a new message tries at once.
PAUSES = (1, 2, 5, 15, 60, 300)


class UndeliverableError(Exception):
    """Nobody is reached at this address any more; what waits, waits until the patient writes."""


class UnwantedError(Exception):
    """The patient wants no such message; it is dropped."""


class TryLaterError(Exception):
    """The channel asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("later")
        self.seconds = seconds


#: Sends one message to an address. Raises `UndeliverableError`, `UnwantedError`, `TryLaterError`,
#: or anything else for what may go better at another time.
Send = Callable[[str, Outgoing], Awaitable[None]]

#: What a stored message is sent as, given everything said so far; nothing: it is not sent.
Render = Callable[[Stored, Sequence[Stored]], Sequence[Outgoing]]


@dataclass(eq=False)
class _Round:
    """What is under way to one conversation."""

    unstored: deque[tuple[str, Outgoing]] = field(default_factory=deque)
    """With the address: such words are said where no conversation is stored, too."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    sent_parts: set[str] = field(default_factory=set)
    """Keys of the parts of the message under way that have arrived."""
    worker: asyncio.Task[None] | None = None


class Courier:
    """Delivers for one channel."""

    def __init__(self, storage: Storage, addresses: Addresses, send: Send, render: Render) -> None:
        self._storage, self._addresses = storage, addresses
        self._send, self._render = send, render
        self._rounds: dict[str, _Round] = {}
        self._closed = False

    async def open(self) -> None:
        """Take up what was not delivered yet."""
        for conversation in await in_thread(self._addresses.undelivered):
            self.wake(conversation)

    def close(self) -> None:
        """Stop for good; what is stored is delivered after the next start."""
        self._closed = True
        for each in self._rounds.values():
            if each.worker is not None:
                each.worker.cancel()
        self._rounds.clear()

    def wake(self, conversation: str) -> None:
        """Something new may stand in this conversation."""
        if self._closed:
            return
        around = self._rounds.setdefault(conversation, _Round())
        around.news.set()
        if around.worker is None:
            around.worker = asyncio.create_task(self._work(conversation, around))

    def say(self, conversation: str, address: str, messages: Sequence[Outgoing]) -> None:
        """Deliver words that are not stored."""
        around = self._rounds.setdefault(conversation, _Round())
        around.unstored.extend((address, each) for each in messages)
        self.wake(conversation)

    async def _work(self, conversation: str, around: _Round) -> None:
        failures = 0
        while around.news.is_set():
            around.news.clear()
            try:
                await self._deliver(conversation, around)
                failures = 0
            except UndeliverableError:
                logger.warning("Nobody is reached any more at an address.")
                around.unstored.clear()
                around.news.clear()
                await self._note_missing(conversation, Missing.UNREACHABLE)
            except TryLaterError as later:
                await self._note_missing(conversation, Missing.DELAYED)
                await asyncio.sleep(later.seconds)
                around.news.set()
            except Exception as error:
                logger.warning("A message was not delivered: %s", type(error).__name__)
                await self._note_missing(conversation, Missing.DELAYED)
                await self._pause(around, PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
        del self._rounds[conversation]

    @staticmethod
    async def _pause(around: _Round, seconds: float) -> None:
        """Wait, though not when there are news: whoever writes can be reached."""
        try:
            await asyncio.wait_for(around.news.wait(), seconds)
        except asyncio.TimeoutError:
            around.news.set()

    async def _note_missing(self, conversation: str, why: Missing) -> None:
        """Let staff see what has not arrived."""
        try:
            place = await in_thread(self._addresses.of, conversation)
            if place is None:
                return
            history = await in_thread(self._storage.history, conversation)
            waiting = [each.seq for each in _waiting(history, place) if self._render(each, history)]
            await in_thread(self._addresses.missing, conversation, waiting, why)
        except Exception as error:  # the delivery matters more
            logger.error("It was not noted what has not arrived: %s", type(error).__name__)

    async def _deliver(self, conversation: str, around: _Round) -> None:
        """Deliver until nothing is left."""
        while True:
            while around.unstored:
                with suppress(UnwantedError):
                    await self._send(*around.unstored[0])
                around.unstored.popleft()
            place = await in_thread(self._addresses.of, conversation)
            if place is None:  # not consented to, or deleted
                return
            history: list[Stored] = await in_thread(self._storage.history, conversation)
            message = next(_waiting(history, place), None)
            if message is None:
                return
            for part in self._render(message, history):
                if part.key in around.sent_parts:
                    continue
                try:
                    await self._send(place.address, part)
                except UnwantedError:
                    seqs = [message.seq]
                    await in_thread(self._addresses.missing, conversation, seqs, Missing.UNWANTED)
                around.sent_parts.add(part.key)
            await in_thread(self._addresses.delivered, conversation, message.seq)
            around.sent_parts.clear()


def _waiting(history: Sequence[Stored], place: Place) -> Iterator[Stored]:
    """What was said and has not been delivered yet."""
    return (each for each in history if each.seq > place.sent and each.sender != "patient")
