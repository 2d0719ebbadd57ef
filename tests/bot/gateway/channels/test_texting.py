"""A conversation in plain text: consent, options, commands, delivery."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.gateway.channels.addresses import Addresses
from bot.gateway.channels.courier import TryLaterError, UndeliverableError
from bot.gateway.door import Door
from bot.gateway.settings import Places, Settings

from ..conftest import QUESTION, FakeDialogue, eventually
from .conftest import ROOM, Phone, Wire

Play = Callable[..., Any]

OFFER = {"text": "Shall I check?", "buttons": [{"title": "Check", "payload": "/check_symptoms"}]}
RED_FLAGS = {**QUESTION, "text": "Any of these?\n1. a tight throat\n2. swollen lips"}


def words_in(places: Places) -> str:
    """Everything that stands in the gateway's database."""
    with sqlite3.connect(places.state / "gateway.db") as db:
        return "\n".join(db.iterdump())


# ---- consent


def test_what_is_written_before_consent_is_answered_after_it(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        (asked,) = await phone.say("hello")
        assert "I need your consent" in asked
        assert asked.endswith("\n\n1. I agree\n2. No, thank you")
        await phone.say("can I wear makeup?")
        assert dialogue.heard == []
        assert await phone.say("1", 2) == ["heard hello", "heard can I wear makeup?"]
        assert await phone.say("thanks") == ["heard thanks"]
        assert phone.conversation.startswith("sms-")

    play(scene)


def test_without_consent_nothing_is_stored(
    play: Play, dialogue: FakeDialogue, wire: Wire, places: Places
) -> None:
    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        await phone.say("zz my cheeks itch")
        (said,) = await phone.say("No thanks")
        assert "Nothing of what you wrote is kept" in said
        assert "INSERT" not in words_in(places).replace('INSERT INTO "sqlite_sequence"', "")
        (asked,) = await phone.say("1")
        assert "I need your consent" in asked  # it is not the answer to a question of before
        assert dialogue.heard == []

    play(scene)


def test_a_red_flag_gets_its_advice_before_consent_and_counts_after_it(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        await phone.say("I have hives all over")
        (advice,) = await phone.say("and I keep throwing up")
        assert advice.startswith("🔴 Call 999 or 112 now")
        await phone.say("I agree", 2)
        assert dialogue.heard == ["I have hives all over", "and I keep throwing up"]
        known = door.storage.conversation(phone.conversation)
        assert known
        assert known.slots["hives"] == "present"

    play(scene)


def test_consent_with_a_red_flag_is_no_bare_consent(play: Play, wire: Wire) -> None:
    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        await phone.say("hello")
        (advice,) = await phone.say("I agree, and my lips are swelling")
        assert advice.startswith("🔴 Call 999 or 112 now")

    play(scene)


@pytest.mark.parametrize("text", ["1", "I agree", "2"])
def test_an_answer_to_the_last_processs_question_is_asked_for_again_and_not_held(
    play: Play, dialogue: FakeDialogue, wire: Wire, text: str
) -> None:
    async def before(door: Door) -> None:
        await Phone(door, wire).say("my cheeks itch")

    async def after(door: Door) -> None:
        phone = Phone(door, wire)
        assert "I need your consent" in (await phone.say(text))[0]
        assert "What do you see or feel" in (await phone.say("1"))[0]
        assert dialogue.heard == []

    play(before)
    play(after)


# ---- options


def test_a_number_presses_the_button_and_other_numbers_are_answers(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        dialogue.answer = lambda _: [RED_FLAGS]
        (question,) = await phone.say("my face itches")
        assert question.endswith("2. swollen lips\n\n3. None of these")
        await phone.say("2", 2)
        assert dialogue.heard[-1] == "2"  # swollen lips: the question's own number
        await phone.say("3.")
        assert dialogue.heard[-1] == "/answer/red_flags/none"
        await phone.say("none of these")
        assert dialogue.heard[-1] == "/answer/red_flags/none"

    play(scene)


def test_an_option_is_pressed_only_once_it_has_arrived(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        dialogue.answer, dialogue.seconds = lambda _: [OFFER], 0.1
        both = [asyncio.create_task(phone.send(text)) for text in ("redness?", "1")]
        await asyncio.gather(*both)
        assert dialogue.heard[-2:] == ["redness?", "1"]

    play(scene)


# ---- commands


def test_delete_my_conversation_asks_and_deletes_everything(
    play: Play, dialogue: FakeDialogue, wire: Wire, places: Places
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        await phone.say("zzmarker")
        first = phone.conversation
        (asked,) = await phone.say("Delete my conversation!")
        assert asked.endswith("1. Yes, delete it\n2. No, keep it")
        assert "I keep it" in (await phone.say("2"))[0]
        assert "zzmarker" in words_in(places)
        await phone.say("delete my conversation")
        assert "Nothing of it is kept" in (await phone.say("yes"))[0]
        assert "zzmarker" not in words_in(places)
        assert ROOM not in words_in(places)
        assert "I need your consent" in (await phone.say("hello again"))[0]
        await phone.say("1")
        assert phone.conversation != first
        assert "zzmarker" not in dialogue.heard[-1]

    play(scene)


def test_a_red_flag_in_the_place_of_yes_is_heard(play: Play, wire: Wire) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        await phone.say("delete my conversation")
        advice, _ = await phone.say("wait, my tongue is swelling", 2)
        assert advice.startswith("🔴 Call 999 or 112 now")
        assert await phone.say("yes") == ["heard yes"]  # it deletes nothing any more

    play(scene)


def test_the_question_before_deletion_outlives_the_process(play: Play, wire: Wire) -> None:
    async def before(door: Door) -> None:
        await (await Phone(door, wire).begin()).say("delete my conversation")

    async def after(door: Door) -> None:
        assert "Nothing of it is kept" in (await Phone(door, wire).say("1"))[0]

    play(before)
    play(after)


def test_help_says_what_one_can_write(play: Play, dialogue: FakeDialogue, wire: Wire) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        (said,) = await phone.say("HELP")
        assert "delete my conversation" in said
        assert dialogue.heard == ["hello"]

    play(scene)


# ---- once, and not too much


@pytest.mark.parametrize("text", ["can I wear makeup?", "help", "1"])
def test_the_same_message_is_answered_once_in_whatever_process(
    play: Play, dialogue: FakeDialogue, wire: Wire, text: str
) -> None:
    async def before(door: Door) -> None:
        phone = Phone(door, wire)
        await phone.say("hello")
        await phone.send("1", "consent" if text == "1" else None)
        await wire.reply()
        if text != "1":
            await asyncio.gather(phone.send(text, "same"), phone.send(text, "same"))
            await wire.reply()
        await phone.all_arrived()

    async def after(door: Door) -> None:
        phone = Phone(door, wire)
        await phone.texting.courier.open()
        await phone.send(text, "consent" if text == "1" else "same")
        await asyncio.sleep(0.2)
        assert wire.sent == []

    play(before)
    heard = list(dialogue.heard)
    play(after)
    assert dialogue.heard == heard


def test_too_many_messages_are_told_so_once_but_a_red_flag_is_read(
    play: Play, dialogue: FakeDialogue, wire: Wire, settings: Settings
) -> None:
    slow = replace(settings.limits, messages_per_session="5/minute")
    object.__setattr__(settings, "limits", slow)

    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        for text in ("one", "two", "three"):
            await phone.say(text)
        assert "more than I can take in" in (await phone.say("four"))[0]
        await phone.send("five")
        assert (await phone.say("my throat is closing"))[0].startswith("🔴 Call 999")
        await asyncio.sleep(0.1)
        assert wire.sent == []
        assert dialogue.heard[-1] == "three"

    play(scene)


@pytest.mark.parametrize("consent", [True, False])
def test_what_is_turned_away_is_read_with_what_is_known(
    play: Play, wire: Wire, consent: bool
) -> None:
    much = ". " + "x" * 8001

    async def scene(door: Door) -> None:
        phone = Phone(door, wire)
        if consent:
            await phone.begin()
        await phone.say("I have hives all over")
        (advice,) = await phone.say(f"and now I keep vomiting{much}")
        assert advice.startswith("🔴 Call 999")

    play(scene)


def test_yes_to_the_open_question_counts_even_when_it_is_turned_away(
    play: Play, dialogue: FakeDialogue, wire: Wire, settings: Settings
) -> None:
    slow = replace(settings.limits, messages_per_session="3/minute")
    object.__setattr__(settings, "limits", slow)

    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        dialogue.answer = lambda _: [RED_FLAGS]
        await phone.say("my face itches")
        (advice,) = await phone.say("yes")
        assert advice.startswith("🔴 Call 999")
        assert dialogue.heard[-1] == "my face itches"

    play(scene)


def test_a_text_that_is_too_long_is_told_so(play: Play, dialogue: FakeDialogue, wire: Wire) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        assert "longer than I can read" in (await phone.say("makeup? " * 2000))[0]
        assert dialogue.heard == ["hello"]

    play(scene)


# ---- delivery


def test_what_fails_to_arrive_is_sent_again_in_order(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire, longest=60).begin()
        dialogue.answer = lambda text: [{"text": f"{text}: " + "many words " * 10}, OFFER]
        wire.failures = [OSError(), TryLaterError(0.05)]
        await phone.send("first")
        await eventually(lambda: len(wire.sent) == 4)
        wire.failures = [OSError()]
        said = await phone.say("second", 8)
        assert [text.split()[0] for text in said] == ["(1/3)", "(2/3)", "(3/3)", "Shall"] * 2
        assert said[3] == "Shall I check?\n\n1. Check"

    play(scene)


def test_a_restart_delivers_what_the_last_process_did_not(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def before(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        wire.failures = [OSError()] * 1000
        await phone.send("can I wear makeup?")
        phone.texting.courier.close()

    async def after(door: Door) -> None:
        phone = Phone(door, wire)
        assert phone.texting.addresses.undelivered() == [phone.conversation]
        await phone.texting.courier.open()
        assert await wire.reply() == ["heard can I wear makeup?"]
        await phone.all_arrived()
        assert phone.texting.addresses.undelivered() == []
        await asyncio.sleep(0.1)
        assert wire.sent == []

    play(before)
    wire.failures = []
    play(after)


def test_late_replies_and_staff_are_delivered_by_themselves(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        dialogue.seconds = 0.8
        apology, offer, late = await phone.say("can I wear makeup?", 3)
        assert "cannot work that out" in apology
        assert offer.startswith("Shall the clinic get in touch")
        assert late == "The answer to what you wrote before:\nheard can I wear makeup?"
        await door.desk.say(phone.conversation, "Sam", "Hello, I am a nurse.")
        here, said = await wire.reply(2)
        assert here.startswith("Sam from the clinic is here now")
        assert said == "Sam: Hello, I am a nurse."

    play(scene)


def test_nobody_there_any_more_ends_the_attempts_until_they_write(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        wire.failures = [UndeliverableError()] * 100
        await phone.send("one")
        await asyncio.sleep(0.5)
        assert len(wire.failures) > 95
        wire.failures = []
        await phone.send("two")
        assert await wire.reply(2) == ["heard one", "heard two"]

    play(scene)


def test_a_slow_conversation_does_not_hold_up_another(
    play: Play, dialogue: FakeDialogue, wire: Wire
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        other = await phone.next_to("+447700900002").begin()
        dialogue.seconds = 2
        slow = asyncio.create_task(phone.send("slow"))
        await eventually(lambda: door.lines.busy(phone.conversation))
        await asyncio.sleep(0.1)
        dialogue.seconds = 0
        await other.send("quick")
        await eventually(lambda: any("heard quick" in each for each in wire.texts(other.address)))
        assert not any("heard slow" in each for each in wire.texts())
        await slow

    play(scene)


def test_a_full_disk_still_leaves_words(
    play: Play, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(door: Door) -> None:
        phone = await Phone(door, wire).begin()
        await phone.say("I have hives all over")
        monkeypatch.setattr(door.storage, "take_in", lambda *_: 1 / 0)
        assert (await phone.say("my throat is closing"))[0].startswith("🔴 Call 999")
        monkeypatch.setattr(phone.texting, "_hear_patient", lambda *_: 1 / 0)
        assert "My advice stays the same" in (await phone.say("and I keep vomiting"))[0]
        monkeypatch.setattr(Addresses, "at", lambda *_: 1 / 0)
        await phone.send("my throat is closing")
        assert (await wire.reply())[0].startswith("🔴 Call 999")

    play(scene)
