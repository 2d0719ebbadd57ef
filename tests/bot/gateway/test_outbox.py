"""What a process leaves behind, and what fails on the way: advice given once, nothing swallowed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.gateway import line
from bot.gateway.door import Door, Incoming
from bot.gateway.storage import State
from bot.gateway.tables import messages

from .conftest import FakeDialogue, Talk, dispositions, eventually, texts
from .test_desk import Cook

Play = Callable[..., Any]


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    monkeypatch.setattr("bot.gateway.door.CATCH_UP", 0.1)


async def history(door: Door) -> list[str | None]:
    return dispositions(await door.news("web-1", 0))


def test_a_red_flag_left_in_the_outbox_gets_its_advice_without_the_dialogue(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.down = True

    async def before(door: Door) -> None:
        await door.consent("web-1")
        door.storage.accept("web-1", "1", {"text": "my throat is closing up"})

    async def after(door: Door) -> None:
        for _ in range(100):
            if "emergency" in await history(door):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("no advice")

    play(before)
    play(after)


def test_advice_given_before_a_restart_is_not_given_again(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def before(door: Door) -> None:
        dialogue.down = True
        talk = await Talk(door).begin()
        assert dispositions(await talk.say("my throat is closing up")) == ["emergency"]

    async def after(door: Door) -> None:
        dialogue.down = False
        emergency = {"text": "call", "custom": {"type": "triage", "disposition": "emergency"}}
        dialogue.answer = lambda _: [emergency]
        await eventually(lambda: not door.storage.waiting())
        assert (await history(door)).count("emergency") == 1

    play(before)
    play(after)


def test_a_stored_message_that_could_not_be_settled_goes_to_the_dialogue(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(door: Door) -> None:
        cook = Cook(door.desk)
        door.desk.register(cook)
        talk = await Talk(door).begin()
        offer = (await talk.say("hello")).messages[-1]
        await talk.say(button=offer["buttons"][0]["id"])

        async def broken(*_: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(cook, "heard", broken)
        assert "heard leek" in texts(await talk.say("leek"))

    play(scene)


def test_a_clerks_button_that_fails_is_never_put_to_the_dialogue(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(door: Door) -> None:
        cook = Cook(door.desk)
        door.desk.register(cook)
        talk = await Talk(door).begin()
        yes = (await talk.say("hello")).messages[-1]["buttons"][0]["id"]

        async def broken(*_: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(cook, "pressed", broken)
            assert "all-clear" in texts(await door.receive(Incoming("web-1", "p", "", yes)))
        assert texts(await door.receive(Incoming("web-1", "p", "", yes))) == "Which one?"
        assert dialogue.heard == ["hello"]

    play(scene)


def test_a_message_that_got_stuck_is_answered_when_it_is_sent_again(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        await door.consent("web-1")
        door.storage.accept("web-1", "stuck", {"text": "hello"})
        assert texts(await door.receive(Incoming("web-1", "stuck", "hello"))) == "heard hello"

    play(scene)


def test_fixed_words_that_were_not_stored_cost_no_answer(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        dialogue.down = True

        async def broken(*_: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(door.answering, "fall_back", broken)
            await talk.say("hello")
        dialogue.down = False
        await eventually(lambda: not door.storage.waiting())
        assert "bot: heard hello" in await talk.history()

    play(scene)


def test_late_messages_leave_a_prompt_between_them_in_its_place(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def before(door: Door) -> None:
        await door.consent("web-1")
        door.storage.accept("web-1", "a", {"text": "first"})
        door.storage.accept("web-1", None, {"text": "/check_in"}, "system")
        door.storage.accept("web-1", "b", {"text": "second"})
        with door.storage.transaction() as db:
            db.execute(messages.update().values(at=messages.c.at - 3600))

    async def after(door: Door) -> None:
        await eventually(lambda: not door.storage.waiting())
        assert dialogue.heard == ["/check_in"]
        assert len(door.storage.for_staff()) == 2
        assert sum("I am back" in each for each in await Talk(door).history()) == 1

    dialogue.down = True
    play(before)
    dialogue.down = False
    play(after)


def test_a_late_answer_does_not_talk_over_staff(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        dialogue.down = True
        await talk.say("hello")
        await door.desk.take(talk.conversation, "Anna")
        dialogue.down = False
        await eventually(lambda: not door.storage.waiting())
        assert "bot: heard hello" not in await talk.history()
        states = [each.state for each in door.storage.history(talk.conversation)]
        assert State.WITH_STAFF.value in states

    play(scene)


def test_consent_after_a_deletion_begins_anew_for_good(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await door.forget(talk.conversation)
        await talk.begin()
        assert door.storage.erased_since(0) == []

    play(scene)
