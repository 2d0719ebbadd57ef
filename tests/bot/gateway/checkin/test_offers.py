"""Check-ins are offered after a result, once, never in place of the advice, and agreed to."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clinic import load_clinic
from bot.gateway.app import make_door
from bot.gateway.checkin import spoken
from bot.gateway.door import Door
from bot.gateway.replies import Message
from bot.gateway.settings import Places, Settings

from ..conftest import QUESTION, FakeDialogue, Talk, dispositions, texts
from .conftest import (
    HOUR,
    Clock,
    Play,
    asks,
    buttons,
    look,
    offer,
    planned,
    prompts,
    result,
)


@pytest.mark.parametrize(
    ("told", "when"),
    [
        (result("urgent", 20), "tomorrow, Wednesday, at 02:15"),
        (result("contact", 20), "tomorrow, Wednesday, at 14:15"),
        (result("undetermined", None), "tomorrow, Wednesday, at 14:15"),
        (result("self_care", [10, 24]), "on Thursday, 26 November, at 14:15"),
        (result("expected", 68), "today at 18:15"),
        (result("expected", 100), "tomorrow, Wednesday, at 14:15"),
    ],
)
def test_it_is_offered_for_when_the_protocol_says(
    play: Play, dialogue: FakeDialogue, clock: Clock, told: Message, when: str
) -> None:
    dialogue.answer = lambda _: [told]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        offered = await offer(talk)
        assert offered is not None
        assert when in offered["text"]
        yes = await talk.say(button=buttons(offered)["Yes"])
        assert when in texts(yes)
        [(due, wanted)] = planned(door)
        assert wanted
        assert clock.at < due <= clock.at + 48.25 * HOUR

    play(scene)


@pytest.mark.parametrize("reply", [[result("emergency")], [QUESTION], [{"text": "Hello."}]])
def test_nothing_is_offered_without_a_result_or_after_an_emergency(
    play: Play, dialogue: FakeDialogue, reply: list[Message]
) -> None:
    dialogue.answer = lambda _: reply

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        assert await offer(talk, "hello") is None

    play(scene)


def test_it_is_not_offered_beyond_the_time_that_a_conversation_is_kept(
    dialogue: FakeDialogue, settings: Settings, places: Places, red_flags: Any
) -> None:
    dialogue.answer = lambda _: [result("contact")]

    async def scene() -> None:
        short = replace(settings, retention=timedelta(hours=20))
        door = make_door(short, places, dialogue, load_clinic())
        door.red_flags = red_flags
        talk = await Talk(door).begin()
        assert await offer(talk) is None
        door.lines.close()

    asyncio.run(scene())


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_the_same_is_not_offered_twice_but_another_time_is(
    play: Play, dialogue: FakeDialogue, clock: Clock, answer: str
) -> None:
    dialogue.answer = lambda text: [result("urgent" if "worse" in text else "contact")]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        offered = await offer(talk)
        await talk.say(button=buttons(offered)[answer])
        clock.go(0.5)
        assert await offer(talk, "they itch a lot") is None
        other = await offer(talk, "worse")
        assert other is not None
        assert "at 02:45" in other["text"]
        await talk.say(button=buttons(other)["Yes"])
        [(due, _)] = planned(door)
        assert due < clock.at + 13 * HOUR

    play(scene)


def test_one_question_at_a_time_and_none_is_lost(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    dialogue.answer = lambda text: [result("contact") if "itch" in text else {"text": "Hello."}]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        assert asks(await talk.say("my cheeks itch")) == ["handover_offer"]
        assert asks(await talk.say("yes")) == ["handover_ask"]
        assert asks(await talk.say("07700 900123")) == ["handover_confirm"]
        assert asks(await talk.say("yes")) == ["check_in_offer"]
        other = await Talk(door, "web-2").begin()
        assert asks(await other.say("my cheeks itch")) == ["handover_offer"]
        assert asks(await other.say("can I wear makeup?")) == ["check_in_offer"]

    play(scene)


@pytest.mark.parametrize(
    ("text", "reason", "plans"),
    [
        ("Yes, please", "check_in_planned", [True]),
        ("no thanks", "check_in_declined", [False]),
        ("can I wear makeup?", None, []),
    ],
)
def test_it_can_be_answered_in_words(
    play: Play, dialogue: FakeDialogue, text: str, reason: str | None, plans: list[bool]
) -> None:
    dialogue.answer = lambda said: [result("expected") if "pink" in said else {"text": "Hello."}]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        assert await offer(talk, "my cheeks are pink") is not None
        reply = (await talk.say(text)).messages[0]
        assert reply.get("custom", {}).get("reason") == reason
        assert [wanted for _, wanted in planned(door)] == plans

    play(scene)


def test_no_means_that_nobody_asks(play: Play, dialogue: FakeDialogue, clock: Clock) -> None:
    dialogue.answer = lambda _: [result("contact")]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        offered = await offer(talk)
        assert "I will not ask" in texts(await talk.say(button=buttons(offered)["No"]))
        clock.go(48)
        await look(door)
        assert prompts(dialogue) == 0

    play(scene)


def test_an_old_yes_after_an_emergency_gets_the_advice(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    dialogue.answer = lambda _: [result("contact")]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        offered = await offer(talk)
        await talk.say("my throat is closing up")
        yes = await talk.say(button=buttons(offered)["Yes"])
        assert dispositions(yes) == ["emergency"]
        assert planned(door) == []

    play(scene)


def test_a_yes_that_comes_too_late_plans_nothing(
    play: Play, dialogue: FakeDialogue, clock: Clock
) -> None:
    dialogue.answer = lambda _: [result("contact")]

    async def scene(door: Door) -> None:
        clock.of(door)
        talk = await Talk(door).begin()
        offered = await offer(talk)
        clock.go(30)
        assert "over already" in texts(await talk.say(button=buttons(offered)["Yes"]))
        assert planned(door) == []

    play(scene)


def test_nobody_can_type_it(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("/check_in")
        await talk.say("desk:check_in:yes:9999999999")
        assert dialogue.heard == ["/ check_in", "desk:check_in:yes:9999999999"]
        assert planned(door) == []

    play(scene)


def test_a_time_is_spoken_as_at_the_clinic() -> None:
    now = datetime(2026, 10, 24, 23, 50, tzinfo=ZoneInfo("Europe/London"))
    assert spoken(now + timedelta(minutes=5), now) == "today at 23:55"
    assert spoken(now + timedelta(minutes=15), now) == "tomorrow, Sunday, at 00:05"
    later = datetime.fromtimestamp(now.timestamp() + 72 * HOUR, ZoneInfo("Europe/London"))
    assert spoken(later, now) == "on Tuesday, 27 October, at 22:50"  # the clocks went back
