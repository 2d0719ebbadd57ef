"""The hand-over as a patient goes through it, with and without the dialogue."""

import doctest
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions.triage import DataError
from bot.clinic import load_clinic
from bot.gateway import line
from bot.gateway.app import make_door
from bot.gateway.door import Door, Outcome
from bot.gateway.handover import words
from bot.gateway.handover.requests import Request, Requests, Status, Why
from bot.gateway.settings import Places, Settings

from ..conftest import QUESTION, FakeDialogue, Talk, dispositions, eventually, texts

Play = Callable[..., Any]

OFFER, ASKED, SHOWN = "Shall the clinic get in touch", "On which phone number", "Shall I send it?"
NUMBER = "Anna, 07700 900123"

CONTACT = {"text": "You can reach us.", "custom": {"type": "notice", "reason": "contact"}}
LOST = {"text": "Sorry?", "custom": {"type": "notice", "reason": "not_understood"}}
NOT_IN_GUIDE = {"text": "Not there.", "custom": {"type": "answer", "status": "not_in_guide"}}
RESTARTED = {"text": "Anew.", "custom": {"type": "notice", "reason": "restarted"}}


def result(disposition: str) -> dict[str, Any]:
    custom = {"type": "triage", "disposition": disposition, "rules": [], "findings": {}}
    return {"text": f"Result: {disposition}", "custom": custom}


ANSWERS: dict[str, list[dict[str, Any]]] = {
    "Talk to the clinic": [CONTACT],
    "talk in between": [CONTACT, QUESTION],
    "qwertz": [LOST],
    "who won the cup": [NOT_IN_GUIDE],
    "start over": [RESTARTED],
    "check me": [result("undetermined")],
    **{name: [result(name)] for name in ("urgent", "contact", "expected")},
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, dialogue: FakeDialogue) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    dialogue.answer = lambda text: ANSWERS.get(text, [{"text": f"heard {text}"}])


class Patient(Talk):
    """Presses buttons by their words."""

    outcome: Outcome

    async def says(self, text: str) -> str:
        self.outcome = await self.say(text)
        return texts(self.outcome)

    async def presses(self, title: str) -> str:
        buttons = [each for one in self.outcome.messages for each in one.get("buttons", ())]
        (button,) = [each["id"] for each in buttons if each["title"] == title]
        self.outcome = await self.say(button=button)
        return texts(self.outcome)

    @property
    def customs(self) -> list[dict[str, Any]]:
        return [each.get("custom", {}) for each in self.outcome.messages]


async def patient(door: Door) -> Patient:
    talk = Patient(door)
    await talk.begin()
    return talk


def sent(door: Door) -> list[Request]:
    return Requests(door.storage.engine).listed()


def scene(play: Play) -> Callable[[Callable[[Door, Patient], Any]], None]:
    async def within(acted: Callable[[Door, Patient], Any], door: Door) -> None:
        await acted(door, await patient(door))

    return lambda acted: play(lambda door: within(acted, door))


# ---- the whole way


def test_from_the_offer_to_the_reference(play: Play, dialogue: FakeDialogue) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        assert OFFER in await anna.says("Talk to the clinic")
        asked = await anna.presses("Yes, please")
        assert ASKED in asked
        assert "this conversation with its result" in asked
        shown = await anna.says(NUMBER)
        assert SHOWN in shown
        assert "Anna, 07700 900123" in shown
        assert sent(door) == []
        done = await anna.presses("Send it")
        (request,) = sent(door)
        assert anna.customs == [{"type": "handoff", "reference": request.reference}]
        assert request.reference in done
        assert "Sample Skin Clinic is" in done  # open until, or closed and opens
        assert "call 999 or 112" in done
        assert (request.why, request.disposition) == (Why.ASKED, None)
        assert request.reach.phones == ("+447700900123",)
        assert dialogue.heard == ["Talk to the clinic"]  # the number goes nowhere else

    scene(play)(acts)


def test_it_can_be_typed_from_end_to_end(play: Play, dialogue: FakeDialogue) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("urgent")
        assert ASKED in await anna.says("yes please")
        assert SHOWN in await anna.says("my mail is anna dot b at gmail dot com")
        assert "How can Sample Skin Clinic" in await anna.says("change it")
        assert SHOWN in await anna.says(NUMBER)
        assert SHOWN in await anna.says("no it's 020 7946 0018")
        await anna.says("ok, send it")
        (request,) = sent(door)
        assert (request.why, request.disposition) == (Why.RESULT, "urgent")
        assert request.reach.phones == ("+442079460018",)
        assert dialogue.heard == ["urgent"]

    scene(play)(acts)


def test_it_works_while_the_dialogue_is_down(play: Play, dialogue: FakeDialogue) -> None:
    dialogue.down = True

    async def acts(door: Door, anna: Patient) -> None:
        assert OFFER in await anna.says("Talk to the clinic")
        assert anna.customs[0] == {"type": "notice", "reason": "unavailable"}
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        await anna.presses("Send it")
        assert [each.why for each in sent(door)] == [Why.TRIES]

    scene(play)(acts)


def test_urgent_and_emergency_are_not_to_wait_for_the_call(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        assert "do not wait for that" in await anna.says("urgent")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        assert "You should still be seen today" in await anna.presses("Send it")
        await anna.says("my throat is closing up")
        await anna.says("Talk to the clinic")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        assert "does not replace the call" in await anna.presses("Send it")
        assert [each.disposition for each in sent(door)] == ["emergency", "urgent"]

    scene(play)(acts)


# ---- when it is offered


@pytest.mark.parametrize(
    ("says", "offered"),
    [
        (["urgent"], True),
        (["contact"], True),
        (["check me"], True),
        (["expected"], False),
        (["hello"], False),
        (["qwertz"], False),
        (["qwertz", "who won the cup"], True),
        (["qwertz", "hello", "qwertz"], False),
        (["my throat is closing up"], False),
    ],
)
def test_it_is_offered_after_what_calls_for_it(play: Play, says: list[str], offered: bool) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        for text in says[:-1]:
            assert OFFER not in await anna.says(text)
        assert (OFFER in await anna.says(says[-1])) is offered

    scene(play)(acts)


def test_what_was_declined_is_not_offered_again_in_the_same_check(play: Play) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        assert "I pass nothing on" in await anna.presses("No, thanks")
        assert anna.outcome.messages[0]["calls"]
        assert OFFER not in await anna.says("contact")
        assert OFFER in await anna.says("Talk to the clinic")  # who asks is not refused
        assert "I pass nothing on" in await anna.says("never mind")
        await anna.says("start over")
        assert OFFER in await anna.says("contact")

    scene(play)(acts)


def test_what_was_sent_is_not_offered_again_in_the_same_check(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        await anna.presses("Send it")
        assert OFFER not in await anna.says("contact")
        now = door.storage.now
        monkeypatch.setattr(door.storage, "now", lambda: now() + 73 * 3600)
        assert OFFER in await anna.says("contact")  # that is another matter by now

    scene(play)(acts)


def test_beside_an_open_question_a_yes_answers_the_question(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        assert OFFER in await anna.says("talk in between")
        outcome = await anna.say("yes")
        assert dispositions(outcome)[0] == "emergency"  # to "any of these right now?"

    scene(play)(acts)


# ---- what may come in between


def test_what_cannot_be_a_way_is_asked_once_more_and_then_left(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        assert "0121 234 5678" in await anna.says("12345")
        left = await anna.says("you have it already")
        assert "passed nothing on" in left
        assert "020 7946 0142" in left
        assert "heard 07700 900123" in await anna.says("07700 900123")
        assert sent(door) == []

    scene(play)(acts)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("12345", "too short"),
        ("0123 456 789 012", "digits again"),
        ("anna@gmail", "not quite an e-mail"),
        ("you have it", "no phone number and no e-mail"),
    ],
)
def test_each_mistake_is_told_in_its_own_words(play: Play, text: str, told: str) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        assert told in await anna.says(text)
        assert SHOWN in await anna.says("07700 900123")

    scene(play)(acts)


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ("Yes, that is right", "anna@gmail.com"),
        ("No, as I wrote it", "anna@gmial.com"),
        ("yes", "anna@gmail.com"),
        ("anna@gmial.com", "anna@gmial.com"),
        ("anna@gmx.de", "anna@gmx.de"),
    ],
)
def test_a_misspelt_address_is_asked_about(play: Play, answer: str, address: str) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        assert "Did you mean anna@gmail.com?" in await anna.says("Anna, anna@gmial.com")
        shown = await (anna.presses if answer[-1] in "tgi" and "," in answer else anna.says)(answer)
        assert SHOWN in shown
        assert address in shown
        await anna.presses("Send it")
        assert sent(door)[0].reach.emails == (address,)

    scene(play)(acts)


def test_a_question_goes_to_the_dialogue_and_the_way_may_still_come(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        assert "heard how long" in await anna.says("how long does redness last?")
        assert "heard no" in await anna.says("no")  # whatever the dialogue asked meanwhile
        assert SHOWN in await anna.says(NUMBER)

    scene(play)(acts)


def test_findings_beside_the_number_reach_the_dialogue_and_the_number_is_kept(
    play: Play, dialogue: FakeDialogue
) -> None:
    told = "07700 900123, and my cheeks itch badly since this morning"

    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("Talk to the clinic")
        await anna.presses("Yes, please")
        answered = await anna.says(told)
        assert answered.index(f"heard {told}") < answered.index(SHOWN)
        await anna.says("yes, send it")
        assert len(sent(door)) == 1

    scene(play)(acts)


def test_findings_alone_go_to_the_dialogue(play: Play, dialogue: FakeDialogue) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("Talk to the clinic")
        await anna.presses("Yes, please")
        assert "heard my cheeks itch" in await anna.says("my cheeks itch")

    scene(play)(acts)


def test_an_emergency_comes_first_and_nothing_is_sent_unseen(
    play: Play, dialogue: FakeDialogue
) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("Talk to the clinic")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        shown = anna.outcome
        assert dispositions(await anna.say("07700 900123 my throat is closing"))[0] == "emergency"
        assert "heard yes" in await anna.says("yes")
        anna.outcome = shown
        assert ASKED in await anna.presses("Send it")
        assert sent(door) == []

    scene(play)(acts)


def test_send_pressed_twice_is_one_request(play: Play) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        offer = anna.outcome
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        shown = anna.outcome
        first = await anna.presses("Send it")  # below the answer, a check-in is offered
        anna.outcome = shown
        assert first.startswith(again := await anna.presses("Send it"))
        anna.outcome = offer
        assert await anna.presses("No, thanks") == again  # too late to say that nothing was sent
        assert len(sent(door)) == 1

    scene(play)(acts)


def test_the_same_request_stands_once_and_nobody_floods_the_clinic(play: Play) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        requests = Requests(door.storage.engine)

        async def asks(number: str) -> str:
            await anna.says("Talk to the clinic")
            await anna.presses("Yes, please")
            await anna.says(number)
            return await anna.presses("Send it")

        assert await asks(NUMBER) == await asks(NUMBER)
        assert len(sent(door)) == 1
        requests.set_status(sent(door)[0].id, Status.DONE)
        await asks(NUMBER)  # the clinic has called, and once more is wanted
        assert len(sent(door)) == 2
        for last in range(6):
            await asks(f"020 7946 001{last}")
        assert len(sent(door)) == 5

    scene(play)(acts)


def test_a_draft_outlives_the_process(play: Play) -> None:
    kept: list[Outcome] = []

    async def before(door: Door) -> None:
        anna = await patient(door)
        await anna.says("contact")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        kept.append(anna.outcome)

    async def after(door: Door) -> None:
        anna = await patient(door)
        anna.outcome = kept[0]
        await anna.presses("Send it")
        assert len(sent(door)) == 1

    play(before)
    play(after)


def test_a_late_answer_of_the_dialogue_disturbs_nothing(play: Play, dialogue: FakeDialogue) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        dialogue.down = True
        await anna.says("urgent")
        await anna.presses("Yes, please")
        dialogue.down = False
        await eventually(lambda: not door.lines.busy("web-1"))
        assert SHOWN in await anna.says(NUMBER)
        offers = [each for each in await anna.history() if OFFER in each]
        assert len(offers) == 1

    scene(play)(acts)


def test_forgetting_the_conversation_forgets_the_request(play: Play) -> None:
    async def acts(door: Door, anna: Patient) -> None:
        await anna.says("contact")
        await anna.presses("Yes, please")
        await anna.says(NUMBER)
        await anna.presses("Send it")
        await door.forget(anna.conversation)
        assert sent(door) == []

    scene(play)(acts)


def test_a_country_that_does_not_exist_is_named_at_the_start(
    settings: Settings, places: Places, dialogue: FakeDialogue
) -> None:
    clinic = replace(load_clinic(), country="UK")
    with pytest.raises(DataError, match=r"clinic.yml:\d+: country: 'UK' is no country"):
        make_door(settings, places, dialogue, clinic)


def test_the_examples_hold() -> None:
    assert doctest.testmod(words).failed == 0
