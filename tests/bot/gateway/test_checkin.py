"""Check-ins: offered, agreed to, asked once and in time, and never in place of the advice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.clinic import load_clinic
from bot.gateway import checkin, line
from bot.gateway.app import make_door
from bot.gateway.checkin import check_ins, spoken
from bot.gateway.door import Door, Outcome
from bot.gateway.replies import Message
from bot.gateway.settings import Places, Settings
from bot.gateway.storage import SYSTEM
from bot.gateway.tables import messages

from .conftest import QUESTION, FakeDialogue, Talk, dispositions, eventually, texts

Play = Callable[..., Any]

HOUR = 3600


def result(disposition: str, hours: Any = 20) -> Message:
    custom = {"type": "triage", "disposition": disposition, "hours_since_treatment": hours}
    return {"text": f"It is {disposition}.", "custom": {**custom, "rules": [], "findings": {}}}


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))


class Clock:
    """The time by the gateway's storage."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 14, 2, tzinfo=ZoneInfo("Europe/London")).timestamp()

    def of(self, door: Door) -> "Clock":
        door.storage.now = lambda: self.at
        return self

    def go(self, hours: float) -> None:
        self.at += hours * HOUR


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def offer(talk: Talk, text: str = "my cheeks itch") -> Message | None:
    """The offer that comes of a text, once what else is offered was declined."""
    outcome = await talk.say(text)
    if asks(outcome) == ["handover_offer"]:
        outcome = await talk.say("no")
    found = [each for each in outcome.messages if "check_in_offer" in str(each)]
    assert not found or asks(outcome) == ["check_in_offer"]
    return found[0] if found else None


def asks(outcome: Outcome) -> list[str | None]:
    return [each["custom"].get("reason") for each in outcome.messages if each.get("buttons")]


def clerk(door: Door) -> Any:
    return door.desk._clerks["check_in"]


def buttons(message: Message | None) -> dict[str, str]:
    assert message is not None
    return {each["title"].split(",")[0]: each["id"] for each in message["buttons"]}


def planned(door: Door) -> list[tuple[float, bool]]:
    with door.storage.transaction() as db:
        return [(row.due_at, row.wanted) for row in db.execute(sa.select(check_ins))]


async def agreed(door: Door, disposition: str = "contact", hours: Any = 20) -> Talk:
    """A patient who was told a result and wants to be asked again."""
    talk = await Talk(door).begin()
    door.lines._dialogue.answer = lambda text: (  # type: ignore[attr-defined]
        [QUESTION] if text == "/check_in" else [result(disposition, hours)]
    )
    await talk.say(button=buttons(await offer(talk))["Yes"])
    return talk


def prompts(dialogue: FakeDialogue) -> int:
    return dialogue.heard.count("/check_in")


async def look(door: Door) -> None:
    """What the loop does whenever it wakes."""
    await clerk(door).ask_due(door.prompt)
    await eventually(lambda: not door.lines.busy("web-1"))


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
