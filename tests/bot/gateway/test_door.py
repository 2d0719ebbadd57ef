"""The safety net: words within the deadline, an emergency its advice, no turn lost or swapped."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.gateway import line
from bot.gateway.door import Door, Incoming, UnknownButtonError
from bot.gateway.settings import Settings
from bot.gateway.storage import State

from .conftest import QUESTION, FakeDialogue, Talk, dispositions, eventually, texts

Play = Callable[..., Any]


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))


def broken(_: str) -> list[dict[str, Any]]:
    raise line.DialogueError("no words")


FAULTS = pytest.mark.parametrize("fault", ["down", "slow", "broken"])


def break_it(dialogue: FakeDialogue, fault: str) -> None:
    dialogue.down = fault == "down"
    dialogue.seconds = 30 if fault == "slow" else 0
    if fault == "broken":
        dialogue.answer = broken


@FAULTS
def test_without_dialogue_an_emergency_gets_its_advice(
    play: Play, dialogue: FakeDialogue, fault: str
) -> None:
    break_it(dialogue, fault)

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        started = asyncio.get_running_loop().time()
        outcome = await talk.say("my throat is closing up")
        assert asyncio.get_running_loop().time() - started < 2
        assert dispositions(outcome) == ["emergency"]
        assert "999 or 112" in texts(outcome)
        assert outcome.pending

    play(scene)


@FAULTS
def test_without_dialogue_anything_else_gets_the_plain_apology(
    play: Play, dialogue: FakeDialogue, fault: str
) -> None:
    break_it(dialogue, fault)

    async def scene(door: Door) -> None:
        outcome = await (await Talk(door).begin()).say("can I wear makeup?")
        assert outcome.messages[0]["custom"] == {"type": "notice", "reason": "unavailable"}
        assert "not take this as an all-clear" in texts(outcome)
        assert {call["number"] for call in outcome.messages[0]["calls"]} & {"111", "020 7946 0142"}

    play(scene)


def test_what_is_known_counts_while_the_dialogue_is_down(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("I have hives on my cheeks")
        dialogue.down = True
        assert dispositions(await talk.say("and now I keep throwing up")) == ["emergency"]
        later = await talk.say("ok")
        assert dispositions(later) == ["emergency"]
        assert "stays the same" in texts(later)

    play(scene)


def test_yes_to_the_open_question_is_an_emergency(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.answer = lambda _: [QUESTION]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("my face itches a little")
        dialogue.down = True
        assert dispositions(await talk.say("yes")) == ["emergency"]

    play(scene)


def test_advice_that_the_dialogue_left_out_is_put_first(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        outcome = await (await Talk(door).begin()).say("my tongue is swelling")
        assert dispositions(outcome) == ["emergency", None]
        assert outcome.messages[1]["text"] == "heard my tongue is swelling"

    play(scene)


def test_an_emergency_does_not_wait_behind_a_hanging_message(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.seconds = 30

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        first = asyncio.create_task(talk.say("can I wear makeup?"))
        await asyncio.sleep(0.05)
        outcome = await talk.say("my throat is closing")
        assert dispositions(outcome) == ["emergency"]
        assert not first.done()
        first.cancel()

    play(scene)


def test_what_was_kept_is_answered_in_order_once_the_dialogue_is_back(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.down = True

    async def scene(door: Door) -> None:
        talk, other = await Talk(door).begin(), await Talk(door, "web-2").begin()
        await talk.say("one")
        await other.say("another")
        await talk.say("two")
        dialogue.down = False
        await eventually(lambda: len(dialogue.said) == 3)
        assert [text for name, text, _ in dialogue.said if name == "web-1"] == ["one", "two"]
        await eventually(lambda: not door.lines.busy("web-1"))
        assert await talk.history() == [
            "patient: one",
            "bot: I cannot work that out right now; something on our side is not answering. "
            "Please do not take this as an all-clear.",
            "bot: Shall the clinic get in touch with you?",
            "patient: two",
            "bot: I cannot work that out right now; something on our side is not answering. "
            "Please do not take this as an all-clear.",
            "bot: Shall the clinic get in touch with you?",
            "bot: heard one",
            "bot: heard two",
        ]
        assert (await other.history())[-1] == "bot: heard another"

    play(scene)


def test_a_reply_that_is_slow_comes_late_and_is_sent_once(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.seconds = 0.8

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        outcome = await talk.say("can I wear makeup?")
        assert outcome.pending
        last = outcome.messages[-1]["seq"]
        await eventually(lambda: not door.lines.busy("web-1"))
        news = await door.news("web-1", last)
        assert [(each["text"], each["late"]) for each in news.messages] == [
            ("heard can I wear makeup?", True)
        ]
        assert dialogue.heard == ["can I wear makeup?"]

    play(scene)


def test_the_outbox_outlives_the_process(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.down = True

    async def before(door: Door) -> None:
        await (await Talk(door).begin()).say("can I wear makeup?")

    async def after(door: Door) -> None:
        await eventually(lambda: not door.lines.busy("web-1"))
        news = await door.news("web-1", 0)
        assert [each["text"] for each in news.messages][-1] == "heard can I wear makeup?"

    play(before)
    dialogue.down = False
    play(after)


def test_what_is_too_late_goes_to_staff_and_the_patient_is_asked_again(
    play: Play, dialogue: FakeDialogue, settings: Settings
) -> None:
    object.__setattr__(settings, "late_after", timedelta(seconds=0.3))
    dialogue.down = True

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("one")
        await talk.say("two")
        await eventually(lambda: len(door.storage.for_staff()) == 2)
        assert {each.state for each in door.storage.for_staff()} == {State.OVERDUE.value}
        dialogue.down = False
        await eventually(lambda: not door.lines.busy("web-1"))
        assert {each.state for each in door.storage.for_staff()} == {State.FOR_STAFF.value}
        history = await talk.history()
        assert [line for line in history if "I am back" in line] == [history[-1]]
        assert dialogue.heard == []

    play(scene)


def test_a_red_flag_that_comes_too_late_gets_its_advice_before_the_patient_is_asked_again(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        sent_at = door.storage.now() - 3600
        text = "my throat is closing up"
        outcome = await door.receive(Incoming("web-1", "late", text, sent_at=sent_at))
        assert dispositions(outcome)[0] == "emergency"
        await eventually(lambda: not door.lines.busy("web-1"))
        said, advised, *_, asked = await talk.history()
        assert said == f"patient: {text}"
        assert "999" in advised
        assert "I am back" in asked
        assert dialogue.heard == []

    play(scene)


def test_what_came_too_late_is_with_staff_while_the_dialogue_is_away(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.down = True

    async def before(door: Door) -> None:
        await Talk(door).begin()
        sent_at = door.storage.now() - 3600
        late = Incoming("web-1", "late", "my throat is closing up", sent_at=sent_at)
        first, second = await asyncio.gather(door.receive(late), door.receive(late))
        assert dispositions(first)[0] == "emergency"
        assert first.messages == second.messages
        assert [each.state for each in door.storage.for_staff()] == [State.OVERDUE.value]

    async def after(door: Door) -> None:  # another process
        await eventually(lambda: not door.lines.busy("web-1"), 10)
        assert [each.state for each in door.storage.for_staff()] == [State.FOR_STAFF.value]
        assert "I am back" in (await Talk(door).history())[-1]
        assert dialogue.heard == []

    play(before)
    dialogue.down = False
    play(after)


def test_a_repeated_request_is_answered_once_and_the_same(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.seconds = 0.1

    async def scene(door: Door) -> None:
        await Talk(door).begin()
        message = Incoming("web-1", "same", "can I wear makeup?")
        first, second = await asyncio.gather(door.receive(message), door.receive(message))
        third = await door.receive(message)
        assert first.messages == second.messages == third.messages
        assert dialogue.heard == ["can I wear makeup?"]
        assert len(await Talk(door).history()) == 2

    play(scene)


def test_a_repeated_request_in_a_failure_gets_the_same_words(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.down = True

    async def scene(door: Door) -> None:
        await Talk(door).begin()
        message = Incoming("web-1", "same", "can I wear makeup?")
        first, second = await asyncio.gather(door.receive(message), door.receive(message))
        assert first.messages == second.messages
        assert len(first.messages) == 2  # the apology and the offer of a hand-over

    play(scene)


def test_messages_sent_at_once_keep_their_order_and_their_replies(
    play: Play, dialogue: FakeDialogue
) -> None:
    dialogue.seconds = 0.01

    async def scene(door: Door) -> None:
        talks = [await Talk(door, f"web-{number}").begin() for number in range(5)]
        sent = [talk.say(f"{number} {talk.conversation}") for number in range(6) for talk in talks]
        outcomes = await asyncio.gather(*sent)
        for outcome, text in zip(
            outcomes, (f"{n} {t.conversation}" for n in range(6) for t in talks), strict=True
        ):
            assert texts(outcome) == f"heard {text}"
        for talk in talks:
            mine = [text for name, text, _ in dialogue.said if name == talk.conversation]
            assert mine == [f"{number} {talk.conversation}" for number in range(6)]

    play(scene)


def test_before_consent_nothing_is_stored_but_red_flags_are_read(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = Talk(door)
        outcome = await talk.say("I have hives all over")
        assert outcome.consent_needed
        assert "consent" in texts(outcome)
        assert dispositions(await talk.say("and I am throwing up")) == ["emergency"]
        assert dialogue.heard == []
        assert await talk.history() == []
        await talk.begin()
        known = door.storage.conversation("web-1")
        assert known
        assert known.slots["hives"] == "present"

    play(scene)


def test_a_slash_is_text_and_only_a_button_is_a_command(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.answer = lambda _: [QUESTION]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        offered = await talk.say("my face itches a little")
        button = offered.messages[0]["buttons"][0]
        assert set(button) == {"id", "title"}
        await talk.say("/answer/red_flags/none")
        await talk.say(button=button["id"])
        assert dialogue.heard[1:] == ["/ answer/red_flags/none", "/answer/red_flags/none"]
        assert (await talk.history())[-2] == "patient: None of these"
        assert dispositions(await talk.say("/my throat is closing"))[0] == "emergency"

    play(scene)


def test_another_conversations_button_is_refused(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.answer = lambda _: [QUESTION]

    async def scene(door: Door) -> None:
        offered = await (await Talk(door).begin()).say("hi")
        stranger = await Talk(door, "web-2").begin()
        with pytest.raises(UnknownButtonError):
            await stranger.say(button=offered.messages[0]["buttons"][0]["id"])

    play(scene)


def test_starting_over_forgets_what_was_known(play: Play, dialogue: FakeDialogue) -> None:
    restarted = {"text": "again", "custom": {"type": "notice", "reason": "restarted"}}
    dialogue.answer = lambda text: [restarted if text == "start over" else {"text": "ok"}]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("I have hives")
        await talk.say("start over")
        known = door.storage.conversation("web-1")
        assert known
        assert known.slots == {}

    play(scene)


def test_a_deleted_conversation_stays_deleted(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.seconds = 0.2

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("one")
        waiting = asyncio.create_task(talk.say("two"))
        await asyncio.sleep(0.1)
        await door.forget("web-1")
        assert (await waiting).messages == []
        await asyncio.sleep(0.3)
        assert await talk.history() == []
        assert (await talk.say("three")).consent_needed

    play(scene)
