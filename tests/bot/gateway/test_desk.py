"""Clerks and staff: what is settled without the dialogue, and what they never keep it from."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.gateway import line
from bot.gateway.desk import Desk
from bot.gateway.door import Door
from bot.gateway.replies import Message

from .conftest import QUESTION, FakeDialogue, Talk, dispositions, eventually, texts

Play = Callable[..., Any]


class Cook:
    """Offers soup after every reply, and asks which."""

    name = "cook"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
        return [{"text": "Soup?", "buttons": [{"title": "Yes", "payload": "desk:cook:yes"}]}]

    async def pressed(self, conversation: str, action: str) -> list[Message]:
        await self._desk.awaits(conversation, self.name, {"action": action})
        return [{"text": "Which one?"}]

    async def heard(
        self, conversation: str, text: str, data: dict[str, Any], learnt: bool
    ) -> list[Message] | None:
        assert data == {"action": "yes"}
        return None if learnt else [{"text": f"One {text} soup."}]


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))


async def asked(door: Door) -> Talk:
    """A patient who was just asked by the cook."""
    door.desk.register(Cook(door.desk))
    talk = await Talk(door).begin()
    offer = (await talk.say("hello")).messages[-1]
    assert texts(await talk.say(button=offer["buttons"][0]["id"])) == "Which one?"
    return talk


def test_a_clerk_offers_asks_and_hears_without_the_dialogue(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = await asked(door)
        assert texts(await talk.say("leek")) == "One leek soup."
        assert dialogue.heard == ["hello"]
        assert "heard thanks" in texts(await talk.say("thanks"))

    play(scene)


def test_a_clerks_button_answers_no_question_of_the_triage(
    play: Play, dialogue: FakeDialogue
) -> None:
    """Its title, "Yes", is ours; below a question for red flags it is no red flag."""
    dialogue.answer = lambda _: [QUESTION]

    async def scene(door: Door) -> None:
        door.desk.register(Cook(door.desk))
        talk = await Talk(door).begin()
        offer = (await talk.say("hello")).messages[-1]
        assert texts(await talk.say(button=offer["buttons"][0]["id"])) == "Which one?"
        known = door.storage.conversation(talk.conversation)
        assert known
        assert "present" not in known.slots.values()
        assert dispositions(await talk.say("yes"))[0] == "emergency"  # typed, it is an answer

    play(scene)


def test_a_red_flag_never_reaches_a_clerk(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await asked(door)
        assert dispositions(await talk.say("my throat is closing up"))[0] == "emergency"
        assert "heard ok" in texts(await talk.say("ok"))

    play(scene)


def test_what_a_clerk_leaves_goes_to_the_dialogue(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await asked(door)
        assert "heard my cheeks itch" in texts(await talk.say("my cheeks itch"))

    play(scene)


def test_a_typed_payload_presses_nothing(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        door.desk.register(Cook(door.desk))
        talk = await Talk(door).begin()
        assert "heard desk:cook:yes" in texts(await talk.say("desk:cook:yes"))

    play(scene)


def test_an_offer_that_fails_costs_no_reply(play: Play, dialogue: FakeDialogue) -> None:
    class Broken(Cook):
        async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
            raise RuntimeError

    async def scene(door: Door) -> None:
        door.desk.register(Broken(door.desk))
        talk = await Talk(door).begin()
        assert texts(await talk.say("hello")) == "heard hello"

    play(scene)


def test_the_bot_is_silent_while_staff_are_there_but_for_red_flags(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await talk.say("hello")
        await door.desk.say(talk.conversation, "Anna", "How are you?")
        outcome = await talk.say("so so")
        assert (outcome.messages, outcome.with_staff) == ([], True)
        assert dispositions(await talk.say("my tongue is swelling"))[0] == "emergency"
        assert dialogue.heard == ["hello", "my tongue is swelling"]
        news = await door.news(talk.conversation, 0)
        said = [(each["from"], each.get("name")) for each in news.messages]
        assert ("staff", "Anna") in said
        assert news.with_staff
        await door.desk.release(talk.conversation)
        assert "heard bye" in texts(await talk.say("bye"))

    play(scene)


@pytest.mark.parametrize("fault", ["", "down"])
def test_nothing_but_the_advice_is_said_while_staff_are_there(
    play: Play, dialogue: FakeDialogue, fault: str
) -> None:
    """The dialogue's own words and offers stay away, and its question is not open."""
    dialogue.answer = lambda text: [{"text": f"heard {text}"}, QUESTION]

    async def scene(door: Door) -> None:
        door.desk.register(Cook(door.desk))
        talk = await Talk(door).begin()
        await door.desk.take(talk.conversation, "Anna")
        dialogue.down = bool(fault)
        outcome = await talk.say("my tongue is swelling")
        assert dispositions(outcome) == ["emergency"]
        known = door.storage.conversation(talk.conversation)
        assert known
        assert known.question is None

    play(scene)


def test_staff_who_fall_silent_give_the_conversation_back(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        for wake in (door.desk.sweep, lambda: talk.say("anybody?")):
            await door.desk.take(talk.conversation, "Anna")
            now = door.storage.now
            monkeypatch.setattr(door.storage, "now", lambda now=now: now() + 601)
            await wake()
            assert "Anna from the clinic has not written" in " ".join(await talk.history())
            assert not (await door.news(talk.conversation, 0)).with_staff
        assert dialogue.heard == ["anybody?"]

    play(scene)


def test_listeners_hear_of_everything_that_is_said(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        told: list[str] = []
        door.answering.feed.subscribe("web-", told.append)
        door.answering.feed.subscribe("matrix-", lambda _: pytest.fail("not a Matrix room"))
        talk = await Talk(door).begin()
        assert told == ["web-1"]  # of the consent
        await talk.say("hello")
        await door.desk.say(talk.conversation, "Anna", "How are you?")
        assert told == ["web-1"] * 4

    play(scene)


def test_a_prompt_is_answered_and_shown_to_nobody(play: Play, dialogue: FakeDialogue) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        dialogue.down = True
        await door.prompt(talk.conversation, "/check_in")
        dialogue.down = False
        await eventually(lambda: dialogue.heard == ["/check_in"])
        await eventually(lambda: not door.lines.busy(talk.conversation))
        assert await talk.history() == ["bot: heard /check_in"]

    play(scene)


def test_what_a_clerk_was_told_by_a_process_that_died_is_not_lost(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def before(door: Door) -> None:
        talk = await asked(door)
        door.storage.accept(talk.conversation, "late", {"text": "leek"})

    async def after(door: Door) -> None:  # and no cook: the dialogue hears it
        await eventually(lambda: dialogue.heard[-1] == "leek")
        await eventually(lambda: not door.storage.waiting())

    play(before)
    play(after)


def test_words_of_staff_to_a_deleted_conversation_leave_nothing(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        await door.forget(talk.conversation)
        await door.desk.say(talk.conversation, "Anna", "How are you?")
        await door.desk.awaits(talk.conversation, "cook", {})
        with door.storage.transaction() as db:
            for table in ("desks", "messages"):
                assert db.exec_driver_sql(f"select count(*) from {table}").scalar() == 0

    play(scene)
