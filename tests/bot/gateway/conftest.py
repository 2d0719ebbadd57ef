"""A door with a dialogue that does as it is told, over a database in a temporary folder."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clinic import load_clinic
from bot.gateway.app import make_door
from bot.gateway.dialogue import DialogueError, Message
from bot.gateway.door import Door, Incoming, Outcome
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings, load_settings

QUESTION = {
    "text": "Do you have any of these right now?",
    "buttons": [{"title": "None of these", "payload": "/answer/red_flags/none"}],
    "custom": {
        "type": "question",
        "question": "red_flags",
        "asks": ["throat_tightness", "lip_swelling"],
        "items": [["throat_tightness"], ["lip_swelling"]],
    },
}


@dataclass
class FakeDialogue:
    """Says `answer` (or what it makes of a text), unless it is `down` or told to be slow."""

    answer: Callable[[str], list[Message]] = lambda text: [{"text": f"heard {text}"}]
    down: bool = False
    seconds: float = 0.0
    said: list[tuple[str, str, str]] = field(default_factory=list)

    async def say(
        self, conversation: str, text: str, message_id: str, prompt: bool = False
    ) -> list[Message]:
        assert prompt == text.startswith("/check_in")
        if self.down:
            raise DialogueError("down")
        await asyncio.sleep(self.seconds)
        self.said.append((conversation, text, message_id))
        return self.answer(text)

    async def is_up(self) -> bool:
        return not self.down

    @property
    def heard(self) -> list[str]:
        return [text for _, text, _ in self.said]


@pytest.fixture
def dialogue() -> FakeDialogue:
    return FakeDialogue()


@pytest.fixture
def settings() -> Settings:
    """Quick deadlines; everything else as shipped."""
    return replace(
        load_settings(),
        dialogue_deadline=0.5,
        emergency_deadline=0.2,
        late_after=timedelta(seconds=600),
    )


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places("http://127.0.0.1:9/", tmp_path / "state", tmp_path / "conversations.db")


@pytest.fixture
def red_flags() -> Iterator[RedFlags]:
    reader = RedFlags("Europe/London")
    asyncio.run(reader.load())
    yield reader
    reader.close()


Scene = Callable[[Door], Awaitable[Any]]


@pytest.fixture
def play(
    dialogue: FakeDialogue, settings: Settings, places: Places, red_flags: RedFlags
) -> Callable[[Scene], Any]:
    """Plays a scene at an open door; each call is a new process over the same database."""

    def play(scene: Scene) -> Any:
        async def within() -> Any:
            door = make_door(settings, places, dialogue, load_clinic())
            door.red_flags = red_flags
            await door.open()
            try:
                return await scene(door)
            finally:
                door.lines.close()

        return asyncio.run(within())

    return play


class Talk:
    """One patient, consenting, with a new id for every message."""

    def __init__(self, door: Door, conversation: str = "web-1") -> None:
        self.door, self.conversation, self._count = door, conversation, 0

    async def begin(self) -> "Talk":
        await self.door.consent(self.conversation)
        return self

    async def say(self, text: str = "", button: str | None = None) -> Outcome:
        self._count += 1
        client_id = f"{id(self)}-{self._count}"
        return await self.door.receive(Incoming(self.conversation, client_id, text, button))

    async def history(self) -> list[str]:
        news = await self.door.news(self.conversation, 0)
        return [f"{each['from']}: {each['text'].splitlines()[0]}" for each in news.messages]


def texts(outcome: Outcome) -> str:
    return "\n".join(message["text"] for message in outcome.messages)


def dispositions(outcome: Outcome) -> list[str | None]:
    return [message.get("custom", {}).get("disposition") for message in outcome.messages]


async def eventually(condition: Callable[[], Any], seconds: float = 5) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")
