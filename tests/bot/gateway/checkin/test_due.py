"""A check-in that is due is asked once, whatever happens, and never after an emergency."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.gateway import checkin
from bot.gateway.door import Door
from bot.gateway.storage import SYSTEM
from bot.gateway.tables import messages

from ..conftest import QUESTION, FakeDialogue, dispositions, eventually
from .conftest import (
    Clock,
    Play,
    agreed,
    clerk,
    look,
    planned,
    prompts,
)


def test_it_is_asked_once_when_it_is_due_and_stands_in_the_conversation(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        told: list[str] = []
        talk = await agreed(door)
        door.answering.feed.subscribe("web-", told.append)
        clock.go(24)
        await look(door)
        assert prompts(dialogue) == 0  # a quarter of an hour too early
        clock.go(0.25)
        for _ in range(3):
            await look(door)
        assert prompts(dialogue) == 1
        assert told == ["web-1"]
        assert (await talk.history())[-1] == "bot: Do you have any of these right now?"
        assert not any("/check_in" in line for line in await talk.history())
        # The gateway reads the answer against that question, as the dialogue does.
        assert dispositions(await talk.say("yes"))[0] == "emergency"

    play(scene)


def test_what_reassured_is_no_longer_known_and_the_rest_is(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        slots = {"hives": "present", "cough": "absent", "pregnancy": "absent", "trend": "stable"}
        door.storage.learn(talk.conversation, slots=slots)
        clock.go(25)
        await look(door)
        known = door.storage.conversation(talk.conversation)
        assert known is not None
        assert known.slots == {"hives": "present", "pregnancy": "absent"}
        dialogue.down = True  # the gateway alone puts old and new together
        clock.go(60)
        assert dispositions(await talk.say("now I keep throwing up"))[0] == "emergency"

    play(scene)


def test_after_72_hours_it_is_asked_as_if_nothing_were_known(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        door.storage.learn(talk.conversation, slots={"hives": "present"})
        clock.go(80)
        await look(door)
        known = door.storage.conversation(talk.conversation)
        assert known is not None
        assert known.slots == {}
        assert prompts(dialogue) == 1

    play(scene)


def test_an_emergency_cancels_it(play: Play, dialogue: FakeDialogue, clock: Clock) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        assert dispositions(await talk.say("my throat is closing up"))[0] == "emergency"
        assert planned(door) == []
        clock.go(30)
        await look(door)
        assert prompts(dialogue) == 0

    play(scene)


def test_a_restart_loses_none_and_one_long_overdue_is_asked_once(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def before(door: Door) -> None:
        clock.of(door)
        await agreed(door)

    async def after(door: Door) -> None:
        clock.of(door)
        for _ in range(2):
            await look(door)

    play(before)
    clock.go(24 + 20)  # nobody was there for twenty hours
    play(after)
    play(after)
    assert prompts(dialogue) == 1


def test_a_process_that_dies_in_between_asks_no_second_time(
    play: Play, dialogue: FakeDialogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def before(door: Door) -> None:
        clock.of(door)
        await agreed(door)
        clock.go(25)
        monkeypatch.setattr(clerk(door), "_forget", lambda _: 1 / 0)
        await look(door)
        assert planned(door)

    async def after(door: Door) -> None:
        clock.of(door)
        await look(door)
        assert planned(door) == []
        with door.storage.transaction() as db:
            ours = db.execute(sa.select(messages.c.seq).where(messages.c.sender == SYSTEM))
            assert len(ours.all()) == 1

    play(before)
    clock.go(1)
    play(after)
    assert prompts(dialogue) == 1


def test_it_waits_for_a_dialogue_that_is_away(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        clock.go(25)
        dialogue.down = True
        await clerk(door).ask_due(door.prompt)
        await asyncio.sleep(0.2)
        assert "unavailable" not in str(await talk.history())
        dialogue.down = False
        await eventually(lambda: prompts(dialogue) == 1)

    play(scene)


def test_it_speaks_into_no_conversation_that_goes_on(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        clock.go(24.25)
        dialogue.answer = lambda _: [QUESTION]
        await talk.say("can I wear makeup?")
        await look(door)
        assert prompts(dialogue) == 0
        await door.desk.take(talk.conversation, "Anna")
        clock.go(0.5)
        await look(door)
        assert prompts(dialogue) == 0
        await door.desk.release(talk.conversation)
        await look(door)
        assert prompts(dialogue) == 1

    play(scene)


def test_the_answer_is_for_the_dialogue_and_for_no_other_clerk(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        await door.desk.awaits(talk.conversation, "check_in", {})
        clock.go(25)
        await look(door)
        known = door.storage.conversation(talk.conversation)
        assert known is not None
        assert known.awaits is None

    play(scene)


def test_deletion_deletes_it(play: Play, dialogue: FakeDialogue, clock: Clock) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await agreed(door)
        await door.forget(talk.conversation)
        assert planned(door) == []

    play(scene)


def test_one_that_fails_keeps_no_other_from_being_asked(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    async def scene(door: Door) -> None:
        clock.of(door)
        await agreed(door)
        door.storage.consent("web-0")
        clerk(door)._settle("web-0", clock.at, wanted=True)
        clock.go(25)

        async def prompt(conversation: str, payload: str) -> None:
            if conversation == "web-0":
                raise RuntimeError
            await door.prompt(conversation, payload)

        await clerk(door).ask_due(prompt)
        await eventually(lambda: prompts(dialogue) == 1)
        assert len(planned(door)) == 1  # and is tried again

    play(scene)


def test_the_loop_goes_on_whatever_happens(
    play: Play, dialogue: FakeDialogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkin, "TICK", 0.01)

    async def scene(door: Door) -> None:
        clock.of(door)
        await agreed(door)
        clock.go(25)
        look_up, failed = clerk(door)._all_due, []

        def fails_first() -> list[tuple[str, float]]:
            if not failed:
                failed.append(1)
                raise OSError
            return look_up()

        monkeypatch.setattr(clerk(door), "_all_due", fails_first)
        loop = asyncio.create_task(clerk(door).run(door.prompt))
        await eventually(lambda: prompts(dialogue) == 1)
        loop.cancel()

    play(scene)
