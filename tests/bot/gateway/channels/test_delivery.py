"""What did not arrive is known, for staff to see."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.gateway.channels.addresses import Missing, not_arrived
from bot.gateway.channels.courier import TryLaterError, UndeliverableError, UnwantedError
from bot.gateway.door import Door

from ..conftest import FakeDialogue, eventually
from .conftest import Phone, Wire

Play = Callable[..., Any]


def missing(phone: Phone) -> list[tuple[str, Missing]]:
    """The words that have not arrived, and why."""
    storage = phone.door.storage
    words = {each.seq: each.body["text"] for each in storage.history(phone.conversation)}
    found = not_arrived(storage, phone.conversation)
    return [(words[seq], why) for seq, why in sorted(found.items())]


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (UndeliverableError(), Missing.UNREACHABLE),
        (OSError(), Missing.DELAYED),
        (TryLaterError(0.05), Missing.DELAYED),
    ],
)
def test_what_fails_is_missing_until_it_arrives(
    play: Play, wire: Wire, failure: Exception, why: Missing
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        wire.failures = [failure] * 100
        await phone.send("one")
        await eventually(lambda: missing(phone) == [("heard one", why)])
        wire.failures = []
        await phone.send("two")
        assert await wire.reply(2) == ["heard one", "heard two"]
        await eventually(lambda: missing(phone) == [])

    play(scene)


def test_everything_behind_it_is_missing_too(play: Play, wire: Wire) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        wire.failures = [UndeliverableError()] * 100
        await door.desk.say(phone.conversation, "Sam", "Are you there?")
        await eventually(lambda: len(missing(phone)) == 2)
        await asyncio.sleep(0.1)
        assert missing(phone)[1] == ("Are you there?", Missing.UNREACHABLE)
        await door.forget(phone.conversation)
        with door.storage.transaction() as db:
            assert db.exec_driver_sql("SELECT * FROM undelivered").all() == []

    play(scene)


def test_what_the_patient_does_not_want_is_dropped_and_stays_missing(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        wire.failures = [UnwantedError()]
        await phone.send("one")
        await eventually(lambda: missing(phone) == [("heard one", Missing.UNWANTED)])
        assert await phone.say("two") == ["heard two"]
        await phone.all_arrived()
        assert missing(phone) == [("heard one", Missing.UNWANTED)]

    play(scene)
