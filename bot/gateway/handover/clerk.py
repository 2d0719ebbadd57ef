"""Offers that the clinic gets in touch, asks for a way to be reached, and passes the request on.

    offer -> ask (twice at most) -> confirm -> sent

Where a conversation is in this is kept by the desk (`Desk.awaits`), with the draft of what would be
sent. A text that is meant for the dialogue goes there at any time; the draft waits (`aside`), and
from then on only a way to be reached is taken for an answer to us, since "no" may answer a question
of the dialogue's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

import phonenumbers

from actions.triage.datafile import problem
from bot.clinic import CLINIC_FILE, open_now
from bot.fixed_words import rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.desk import Desk
from bot.gateway.handover import words
from bot.gateway.handover.deliver import Outbox
from bot.gateway.handover.reach import Doubt, Reach, Trouble, read_reach
from bot.gateway.handover.requests import Request, Status, Why, Wish
from bot.gateway.replies import Message, has_notice, is_emergency_reply, open_question
from bot.gateway.results import FRESH, last_result
from bot.gateway.storage import Body, Stored

#: Results after which it is offered.
_OFFERED_WITH = ("urgent", "contact", "undetermined")

#: Requests of one conversation in a day; the clinic is not to be flooded.
_MOST_A_DAY, _DAY = 5, 24 * 3600.0

#: How often a way to be reached is asked for.
_TRIES = 2


@dataclass(frozen=True)
class Talk:
    """Where a conversation is, as the desk keeps it."""

    stage: str
    """`offer`, `ask` or `confirm`."""
    why: Why
    tries: int = 0
    draft: str = ""
    """Its random name, once there is something to send."""
    reach: Reach = field(default_factory=Reach)
    written: Reach | None = None
    """While `reach` corrects a misspelt address: what was written."""
    aside: bool = False
    """The dialogue was spoken to meanwhile."""
    show: bool = False
    """What would be sent is to be shown below the dialogue's next reply."""

    def to_json(self) -> Body:
        """As JSON, for the desk."""
        return {**asdict(self), "why": self.why.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Talk:
        """What `to_json` made."""
        written = data["written"]
        known = {
            "why": Why(data["why"]),
            "reach": _reach(data["reach"]),
            "written": _reach(written) if written else None,
        }
        return cls(**{**data, **known})


def _reach(data: Mapping[str, Any]) -> Reach:
    return Reach(tuple(data["phones"]), tuple(data["emails"]), data["name"])


class HandoverClerk:
    """The clerk for requests to hear from the clinic."""

    name = "handover"

    def __init__(self, desk: Desk, outbox: Outbox) -> None:
        self._desk, self._outbox = desk, outbox
        self._storage, self._requests = outbox.storage, outbox.requests
        self._clinic = outbox.clinic
        self._to_show: set[str] = set()  # conversations with `Talk.show`, to spare a look at each
        if self._clinic.country not in phonenumbers.SUPPORTED_REGIONS:
            told = f"{self._clinic.country!r} is no country (ISO 3166); write it as in GB or DE"
            raise problem(CLINIC_FILE, ("country",), told)

    # ---- what the desk calls

    async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
        """The offer, where it is due; or what waits to be sent, after the dialogue has answered."""
        if is_emergency_reply(messages):
            await self._drop(conversation)
            return []
        why = _why(messages)
        if why is None and conversation not in self._to_show:
            return []
        talk = await self._talk(conversation)
        if talk and talk.show:
            self._to_show.discard(conversation)
            aside = open_question(messages) is not None  # which a "no" would answer
            return await self._confirm(conversation, replace(talk, show=False, aside=aside))
        if why is None or (talk and talk.stage != "offer" and not talk.aside):
            return []
        history = await in_thread(self._storage.history, conversation)
        settled = _settled(history, self._storage.now() - FRESH.total_seconds())
        if why is not Why.ASKED and (settled or not _due(messages, history)):
            return []
        if open_question(messages) is None:  # a "yes" would answer that question
            await self._set(conversation, Talk("offer", why))
        return [self._offer(messages)]

    async def make_way(self, conversation: str, data: Body) -> None:
        """A short answer is for the dialogue now, however long we waited."""
        talk = Talk.from_json(data)
        if talk.show:
            return
        if talk.stage == "offer":
            await self._drop(conversation)
        elif not talk.aside:
            await self._set(conversation, replace(talk, aside=True))

    async def pressed(self, conversation: str, action: str) -> list[Message]:
        """The answer to one of our buttons."""
        talk = await self._talk(conversation) or Talk("offer", await self._why_of(conversation))
        if action == "no":
            return await self._decline(conversation, talk)
        if action == "send":
            return await self._send(conversation, talk)
        if action in ("meant", "written") and talk.draft:
            reach = talk.written if action == "written" and talk.written else talk.reach
            return await self._confirm(conversation, replace(talk, reach=reach, written=None))
        return await self._ask(conversation, talk, change=action == "change")

    async def heard(
        self, conversation: str, text: str, data: Body, learnt: bool
    ) -> list[Message] | None:
        """The answer to a text, unless it is for the dialogue."""
        talk = Talk.from_json(data)
        read = read_reach(text, self._clinic.country)
        if isinstance(read, Reach):
            talk = _with_reach(talk, read)
            # Nothing that was told or asked gets lost: the dialogue first, then we.
            if learnt or words.is_for_dialogue(text):
                await self._leave_aside(conversation, replace(talk, show=True))
                return None
            return await self._confirm(conversation, talk)
        if talk.aside or learnt:
            await self._leave_aside(conversation, talk)
            return None
        if read.meant is not None:
            return await self._doubt(conversation, talk, read)
        return await self._answered(conversation, talk, text, read.trouble)

    async def _answered(
        self, conversation: str, talk: Talk, text: str, trouble: Trouble
    ) -> list[Message] | None:
        """The answer to a text without a way to be reached."""
        answer = words.answer(text)
        if talk.written and answer == "no":  # nor did they mean the address that we guessed
            return await self._ask(conversation, talk, change=True)
        if answer == "no":
            return await self._decline(conversation, talk)
        if talk.stage == "ask":
            return await self._not_understood(conversation, talk, text, trouble)
        if talk.stage == "offer" and (answer == "yes" or words.wants_the_clinic(text)):
            return await self._ask(conversation, talk)
        if talk.stage == "confirm" and answer == "yes":
            return await self._send(conversation, talk)
        if talk.stage == "confirm" and answer == "change":
            return await self._ask(conversation, talk, change=True)
        await self._leave_aside(conversation, talk)
        return None

    # ---- steps

    def _offer(self, messages: Sequence[Message]) -> Message:
        urgent = _disposition(messages) == "urgent"
        response = "utter_handover_offer_urgent" if urgent else "utter_handover_offer"
        return words.say(response, "handover_offer")

    async def _ask(self, conversation: str, talk: Talk, change: bool = False) -> list[Message]:
        await self._set(conversation, Talk("ask", talk.why))
        response = "utter_handover_change" if change else "utter_handover_ask"
        return [self._say(response, "handover_ask")]

    async def _not_understood(
        self, conversation: str, talk: Talk, text: str, trouble: Trouble
    ) -> list[Message] | None:
        """Ask once more in other words, then leave it; what is no answer at all goes on."""
        if trouble is Trouble.NOTHING and words.is_for_dialogue(text):
            await self._leave_aside(conversation, talk)
            return None
        if talk.tries + 1 >= _TRIES:
            return [words.say("utter_handover_left", "handover_left")]
        await self._set(conversation, replace(talk, tries=talk.tries + 1))
        return [self._say(f"utter_handover_{trouble.value}", "handover_ask")]

    async def _doubt(self, conversation: str, talk: Talk, doubt: Doubt) -> list[Message]:
        assert doubt.meant is not None
        if doubt.written and talk.written and doubt.written.emails == talk.written.emails:
            # They insist.
            return await self._confirm(conversation, _with_reach(talk, doubt.written))
        draft = replace(_with_reach(talk, doubt.meant), written=doubt.written)
        await self._set(conversation, draft)
        domain = " or ".join(doubt.meant.emails)
        return [self._say("utter_handover_misspelt", "handover_ask", reach=domain)]

    async def _confirm(self, conversation: str, talk: Talk) -> list[Message]:
        await self._set(conversation, talk)
        reach = talk.reach.shown(self._clinic.country)
        return [self._say("utter_handover_confirm", "handover_confirm", reach=reach)]

    async def _send(self, conversation: str, talk: Talk) -> list[Message]:
        if not talk.draft:  # sent before, or an emergency came in between
            return await self._sent_before(conversation) or await self._ask(conversation, talk)
        if talk.written is not None:  # what would be sent was not shown yet
            return await self._confirm(conversation, replace(talk, written=None))
        history = await in_thread(self._storage.history, conversation)
        result = last_result(history, self._storage.now()) or {}
        disposition = result.get("disposition")
        wish = Wish(conversation, talk.draft, talk.why, disposition, talk.reach)
        before = await in_thread(self._requests.of, conversation)
        request = _stands_already(wish, before, self._storage.now()) or await in_thread(
            self._requests.add, wish, self._outbox.settings.places
        )
        if request is None:  # the conversation was deleted meanwhile
            return []
        await self._drop(conversation)
        self._outbox.wake()
        return [self._sent(request)]

    async def _sent_before(self, conversation: str) -> list[Message]:
        """What was said when the last request was sent, if there is one."""
        sent = await in_thread(self._requests.of, conversation)
        return [self._sent(sent[-1])] if sent else []

    def _sent(self, request: Request) -> Message:
        pressing = request.disposition in ("emergency", "urgent")
        response = f"utter_handover_sent{f'_{request.disposition}' * pressing}"
        text = rendered_responses()[response].format(
            reference=request.reference,
            reach=request.reach.shown(self._clinic.country),
            open_now=open_now(self._clinic, datetime.now(timezone.utc)).sentence,
        )
        return {"text": text, "custom": {"type": "handoff", "reference": request.reference}}

    async def _decline(self, conversation: str, talk: Talk) -> list[Message]:
        await self._drop(conversation)
        sent = await self._sent_before(conversation) if talk.stage == "offer" else []
        return sent or [words.say("utter_handover_declined", "handover_declined")]

    # ---- what is known

    def _say(self, response: str, reason: str, **values: str) -> Message:
        return words.say(response, reason, example=words.example(self._clinic.country), **values)

    async def _talk(self, conversation: str) -> Talk | None:
        known = await in_thread(self._storage.conversation, conversation)
        awaits = known.awaits if known else None
        mine = awaits is not None and awaits["clerk"] == self.name
        return Talk.from_json(awaits["data"]) if awaits and mine else None

    async def _set(self, conversation: str, talk: Talk) -> None:
        await self._desk.awaits(conversation, self.name, talk.to_json())

    async def _drop(self, conversation: str) -> None:
        """Await nothing more, and forget what was to be sent."""
        self._to_show.discard(conversation)
        if await self._talk(conversation) is not None:
            await self._desk.awaits_nothing(conversation)

    async def _leave_aside(self, conversation: str, talk: Talk) -> None:
        """Wait with the draft while the dialogue is spoken to; an offer alone is not kept."""
        if talk.show:
            self._to_show.add(conversation)
        if talk.stage != "offer":
            await self._set(conversation, replace(talk, aside=True))

    async def _why_of(self, conversation: str) -> Why:
        """Why a button is there that was offered beside a question."""
        for message in reversed(await in_thread(self._storage.history, conversation)):
            why = _why([message.body])
            if why is not None:
                return why
        return Why.ASKED


def _stands_already(wish: Wish, before: Sequence[Request], now: float) -> Request | None:
    """The open request that asks for just this, or the last one of too many in a day."""
    today = [each for each in before if each.at > now - _DAY]
    for each in today:
        same = (each.reach, each.disposition) == (wish.reach, wish.disposition)
        if same and each.status is not Status.DONE:
            return each
    return today[-1] if len(today) >= _MOST_A_DAY else None


def _with_reach(talk: Talk, reach: Reach) -> Talk:
    """The talk with something to send; a name that was told before stays."""
    named = replace(reach, name=reach.name or talk.reach.name)
    return Talk("confirm", talk.why, draft=secrets.token_hex(8), reach=named)


def _why(messages: Sequence[Message]) -> Why | None:
    """What in a reply makes an offer due."""
    if has_notice(messages, "contact"):
        return Why.ASKED
    if _disposition(messages) in _OFFERED_WITH:
        return Why.RESULT
    return Why.TRIES if _failed(messages) or has_notice(messages, "unavailable") else None


def _due(messages: Sequence[Message], history: Sequence[Stored]) -> bool:
    """Whether one failure is enough, or this is the second in a row."""
    if _why(messages) is not Why.TRIES or has_notice(messages, "unavailable"):
        return True
    last = next((each.answers for each in reversed(history) if each.answers is not None), None)
    return _failed([each.body for each in history if last is not None and each.answers == last])


def _failed(messages: Sequence[Message]) -> bool:
    not_in_guide = any(_custom(each).get("status") == "not_in_guide" for each in messages)
    return not_in_guide or has_notice(messages, "not_understood")


def _disposition(messages: Sequence[Message]) -> str | None:
    found = (_custom(each).get("disposition") for each in reversed(messages))
    return next((str(each) for each in found if each is not None), None)


def _settled(history: Sequence[Stored], since: float) -> bool:
    """Whether it was declined or done since the check began."""
    for message in reversed(history):
        if message.at < since or has_notice([message.body], "restarted"):
            return False
        if has_notice([message.body], "handover_declined"):
            return True
        if _custom(message.body).get("type") == "handoff":
            return True
    return False


def _custom(message: Message) -> Mapping[str, Any]:
    custom = message.get("custom")
    return custom if isinstance(custom, dict) else {}
