"""Pictures, recordings and the like: with words, without, and while staff are there."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.gateway.door import Door
from bot.gateway.storage import State

from ..conftest import QUESTION, FakeDialogue
from .conftest import Phone, Wire

Play = Callable[..., Any]


@pytest.mark.parametrize("text", ["", "[photo]", "[recording]", "[attachment]"])
def test_what_holds_no_words_is_told_that_words_are_needed(
    play: Play, dialogue: FakeDialogue, wire: Wire, text: str
) -> None:
    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        assert "I can read words alone" in (await phone.say(text))[0]
        await phone.begin()
        assert "I can read words alone" in (await phone.say(text))[0]
        assert dialogue.heard == ["hello"]

    play(scene)


@pytest.mark.parametrize("notice", [None, "photo"])
def test_who_sends_words_with_a_picture_is_told_once_that_words_alone_were_read(
    play: Play, dialogue: FakeDialogue, wire: Wire, notice: str | None
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        dialogue.answer = lambda text: [{"text": text, "custom": {"reason": notice}}]
        said = await phone.say("[photo]\nmy cheeks are red", 1 if notice else 2)
        assert sum("I have read your words alone" in each for each in said) == (not notice)
        assert "[photo]\nmy cheeks are red" in said
        (advice, *more) = await phone.say("[photo]\nmy lips are swelling", 2)
        assert advice.startswith("🔴 Call 999 or 112 now")
        await asyncio.sleep(0.1)
        more += wire.texts()
        assert not any("I have read your words alone" in each for each in more)

    play(scene)


def test_an_answer_stays_one_whatever_came_beside_it(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        await phone.say("[photo]\nno", 2)
        assert dialogue.heard[-1] == "no"
        dialogue.answer = lambda text: [QUESTION]
        await phone.say("hello again")
        await phone.all_arrived()
        await phone.say("[photo]\n1", 2)
        assert dialogue.heard[-1] == "/answer/red_flags/none"
        assert "delete everything" in (await phone.say("[photo]\ndelete my conversation"))[0]

    play(scene)


def test_while_staff_are_there_the_channel_keeps_silent_and_everything_for_them(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        await door.desk.take(phone.conversation, "Sam")
        await wire.reply()
        for text in ("", "[recording]", "[photo]\nlike this", "help"):
            await phone.send(text)
        await asyncio.sleep(0.1)
        assert wire.sent == []
        history = door.storage.history(phone.conversation)
        kept = [each.body["text"] for each in history if each.state == State.WITH_STAFF.value]
        assert kept == ["[attachment]", "[recording]", "[photo]\nlike this", "help"]
        (advice,) = await phone.say("[photo]\nmy lips are swelling")
        assert advice.startswith("🔴 Call 999 or 112 now")
        await door.desk.release(phone.conversation)
        await wire.reply()
        assert "I can read words alone" in (await phone.say("[recording]"))[0]

    play(scene)
