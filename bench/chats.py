"""Many patients at the gateway at once, each in a session of its own, every reply looked at."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx2

#: What patients write, and what a right reply holds (message contract, `custom`).
SCRIPT: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("hello", {"type": "notice"}),
    ("when can I wear makeup again?", {"type": "answer", "status": "answered"}),
    ("my cheeks are red and a bit tight, treated yesterday", {"type": "question"}),
    ("no", {"type": "question"}),
    ("how long is redness normal?", {"type": "answer", "status": "answered"}),
    ("now my throat is closing up", {"type": "triage", "disposition": "emergency"}),
)

#: Replies that take longer are none.
PATIENCE = 30.0

#: How many at once are tried, until the slowest twentieth takes longer than `TOO_LONG`.
STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
TOO_LONG = 1000.0
STEP_SECONDS = 15.0


@dataclass(frozen=True)
class Reply:
    """How long a reply took, and its messages."""

    milliseconds: float
    messages: list[dict[str, Any]]

    def holds(self, wanted: Mapping[str, str]) -> bool:
        """Whether it has words, and one of its messages is what was wanted."""
        customs = [message.get("custom", {}) for message in self.messages]
        words = any(message.get("text", "").strip() for message in self.messages)
        return words and any(wanted.items() <= custom.items() for custom in customs)


class Chat:
    """One visitor with a session and consent, inside `async with`."""

    def __init__(self, gateway: str) -> None:
        self._http = httpx2.AsyncClient(base_url=gateway, timeout=PATIENCE)

    async def __aenter__(self) -> Chat:
        (await self._http.post("chat/session", json={})).raise_for_status()
        (await self._http.post("chat/consent", json={})).raise_for_status()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def say(self, text: str) -> Reply:
        """Write, and wait for the reply."""
        body = {"id": uuid.uuid4().hex, "text": text}
        started = time.perf_counter()
        answer = await self._http.post("chat/messages", json=body)
        took = (time.perf_counter() - started) * 1000
        answer.raise_for_status()
        return Reply(took, answer.json()["messages"])


@dataclass
class Load:
    """What many chats met with."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: int = 0
    """Errors, empty replies, and replies to something else."""
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Messages per second."""
        return len(self.milliseconds) / self.seconds

    async def turn(self, chat: Chat, number: int) -> None:
        """One message of the script."""
        text, wanted = SCRIPT[number % len(SCRIPT)]
        try:
            reply = await chat.say(text)
        except (httpx2.HTTPError, ValueError, KeyError):
            self.wrong += 1
            self.milliseconds.append(PATIENCE * 1000)
            return
        self.milliseconds.append(reply.milliseconds)
        self.wrong += not reply.holds(wanted)


async def many_chats(gateway: str, chats: int, every: float, seconds: float) -> Load:
    """`chats` patients for so many seconds, each writing `every` so many, out of step."""
    load = Load(seconds=seconds)
    end = time.monotonic() + seconds + every

    async def patient(delay: float) -> None:
        await asyncio.sleep(delay)
        async with Chat(gateway) as chat:
            for number in range(len(SCRIPT)):
                if time.monotonic() > end:
                    return
                await load.turn(chat, number)
                await asyncio.sleep(every)

    dice = random.Random(0)
    await asyncio.gather(*(patient(dice.uniform(0, every)) for _ in range(chats)))
    return load


async def until_saturated(gateway: str) -> list[tuple[int, Load]]:
    """Ever more patients who write as soon as they are answered, and what they met with."""
    steps = []
    for at_once in STEPS:
        load = Load(seconds=STEP_SECONDS)
        end = time.monotonic() + STEP_SECONDS

        async def patient(load: Load = load, end: float = end) -> None:
            while time.monotonic() < end:
                async with Chat(gateway) as chat:
                    for number in range(len(SCRIPT)):
                        if time.monotonic() < end:
                            await load.turn(chat, number)

        await asyncio.gather(*(patient() for _ in range(at_once)))
        steps.append((at_once, load))
        if sorted(load.milliseconds)[int(len(load.milliseconds) * 0.95)] > TOO_LONG:
            break
    return steps
