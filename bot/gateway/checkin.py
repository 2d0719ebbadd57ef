"""Check-ins: the bot comes back at a time that the protocol sets, if the patient wants that.

After a result the clerk offers it; what was agreed to is in a table, so that no restart loses one.
When it is due the dialogue is prompted to ask (`CHECK_IN`), and triages anew with what it hears.
After an emergency there is none: the advice was to call now.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from actions.triage import Disposition, case_from_slots, load_protocol
from bot.fixed_words import emergency_words, notice, rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.desk import DESK, Desk
from bot.gateway.handover import words
from bot.gateway.red_flags import FORGET_AFTER, TOLD
from bot.gateway.replies import Message, is_emergency_reply, open_question
from bot.gateway.storage import SYSTEM, Body, Conversation, Storage
from bot.gateway.tables import messages as said
from bot.gateway.tables import metadata
from bot.nlu.conversation import CHECK_IN, at_check_in

logger = logging.getLogger(__name__)

#: Seconds between two looks for check-ins that are due.
TICK = 15.0

#: Seconds without a word of the patient before the bot begins to speak by itself.
QUIET = 600.0

#: Offers that wait at most, in memory alone.
MOST_HELD = 1000

#: Check-ins are at full quarters of an hour ...
_QUARTER = 900.0
#: ... and one this close to another is the same.
_SAME = 3600.0

check_ins = sa.Table(
    "check_ins",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("due_at", sa.Float, nullable=False, index=True),
    sa.Column("wanted", sa.Boolean, nullable=False),  # or declined, and not to be offered again
)


class CheckIns:
    """The clerk that offers check-ins, and what asks when they are due."""

    name = "check_in"

    def __init__(self, desk: Desk, storage: Storage, time_zone: str, retention: timedelta) -> None:
        self._desk, self._storage = desk, storage
        self._zone = ZoneInfo(time_zone)
        self._retention = retention.total_seconds()
        self._held: dict[str, float] = {}  # offers that wait until nobody else asks something

    # ---- the clerk

    async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
        """A check-in after a result, once nobody else asks something; an emergency cancels it."""
        if is_emergency_reply(messages):
            self._held.pop(conversation, None)
            await in_thread(self._forget, conversation)
            return []
        due = next((self._due(each["custom"]) for each in messages if _is_result(each)), None)
        held = self._held.pop(conversation, None)
        due = due or held
        if due is None or due <= self._storage.now():
            return []
        if await in_thread(self._settled, conversation, due):
            return []
        if await self._somebody_asks(conversation, messages):
            self._held[conversation] = due
            while len(self._held) > MOST_HELD:
                self._held.pop(next(iter(self._held)))
            return []
        await self._desk.awaits(conversation, self.name, {"due": due})
        offer = self._words("utter_check_in_offer", "check_in_offer", due)
        offer["buttons"] = [
            {
                "title": rendered_responses()[f"utter_check_in_{answer}"],
                "payload": f"{DESK}{self.name}:{answer}:{due:.0f}",
            }
            for answer in ("yes", "no")
        ]
        return [offer]

    async def make_way(self, conversation: str, data: Body) -> None:
        """Await no answer to an earlier offer any more."""
        await self._desk.awaits_nothing(conversation)

    async def pressed(self, conversation: str, action: str) -> list[Message]:
        """The patient wants it, or does not."""
        answer, _, due = action.partition(":")
        known = await in_thread(self._storage.conversation, conversation)
        if known is not None and known.awaits and known.awaits["clerk"] == self.name:
            await self._desk.awaits_nothing(conversation)  # a way to be reached may be awaited
        return await self._answered(conversation, answer, float(due))

    async def heard(
        self, conversation: str, text: str, data: Body, learnt: bool
    ) -> list[Message] | None:
        """The same in words; everything else is for the dialogue."""
        answer = None if learnt else words.answer(text)
        if answer not in ("yes", "no"):
            return None
        return await self._answered(conversation, answer, data["due"])

    async def _answered(self, conversation: str, answer: str, due: float) -> list[Message]:
        known = await in_thread(self._storage.conversation, conversation)
        if known is not None and known.slots.get(TOLD) is not None:  # an old button
            now = datetime.fromtimestamp(self._storage.now(), self._zone)
            return [emergency_words(case_from_slots(known.slots, now), told_before=True)]
        if answer == "no":
            await in_thread(self._settle, conversation, due, wanted=False)
            return [notice("utter_check_in_declined", "check_in_declined")]
        if due <= self._storage.now():
            return [notice("utter_check_in_past", "check_in_past")]
        await in_thread(self._settle, conversation, due, wanted=True)
        return [self._words("utter_check_in_planned", "check_in_planned", due)]

    async def _somebody_asks(self, conversation: str, messages: Sequence[Message]) -> bool:
        """Whether a reply asks something already, or another clerk awaits an answer."""
        if open_question(messages) or any(each.get("buttons") for each in messages):
            return True
        known = await in_thread(self._storage.conversation, conversation)
        awaits = known.awaits if known else None
        return awaits is not None and awaits["clerk"] != self.name

    def _due(self, result: Body) -> float | None:
        """When to ask again after a result; None for never."""
        check_in = load_protocol().check_in.get(Disposition(result["disposition"]))
        if check_in is None:
            return None
        hours = result.get("hours_since_treatment")
        late = max(hours) if isinstance(hours, list) else hours
        now = self._storage.now()
        due = math.ceil((now + check_in.hours_from_now(late) * 3600) / _QUARTER) * _QUARTER
        return due if due < now + self._retention else None

    def _words(self, response: str, reason: str, due: float) -> Message:
        now = datetime.fromtimestamp(self._storage.now(), self._zone)
        when = spoken(datetime.fromtimestamp(due, self._zone), now)
        return {
            **notice(response, reason),
            "text": rendered_responses()[response].format(when=when),
        }

    # ---- when it is due

    async def run(self, prompt: Callable[[str, str], Awaitable[None]]) -> None:
        """Ask whenever one is due, until cancelled; `prompt` is the door's."""
        while True:
            try:
                await self.ask_due(prompt)
            except Exception as error:
                logger.error("Check-ins could not be looked up: %s", type(error).__name__)
            await asyncio.sleep(TICK)

    async def ask_due(self, prompt: Callable[[str, str], Awaitable[None]]) -> None:
        """Ask in every conversation where it is time, however late it has become."""
        for conversation, due in await in_thread(self._all_due):
            known = await in_thread(self._storage.conversation, conversation)
            try:
                if known is not None and known.slots.get(TOLD) is None:
                    if self._has_to_wait(known):
                        continue
                    # A process may have died between asking and forgetting.
                    if not await in_thread(self._asked_since, conversation, due):
                        await self._ask(known, prompt)
                await in_thread(self._forget, conversation)
            except Exception as error:
                logger.error("A check-in could not be asked: %s", type(error).__name__)

    def _has_to_wait(self, known: Conversation) -> bool:
        """Whether somebody is talking: staff, or the patient."""
        return known.staff is not None or self._storage.now() - known.seen_at < QUIET

    async def _ask(
        self, known: Conversation, prompt: Callable[[str, str], Awaitable[None]]
    ) -> None:
        """Bring the gateway's own knowledge to where the dialogue's will be, and have it ask."""
        now = self._storage.now()
        fresh = now - known.seen_at < FORGET_AFTER.total_seconds()
        slots = {**known.slots, **at_check_in(known.slots)} if fresh else {}
        kept = {name: value for name, value in slots.items() if value is not None}
        kept.pop("paused", None)  # the dialogue's alone
        await in_thread(self._storage.learn, known.id, slots=kept, seen_at=now)
        await self._desk.awaits_nothing(known.id)
        await prompt(known.id, CHECK_IN)

    # ---- the table

    def _settle(self, conversation: str, due: float, wanted: bool) -> None:
        values: dict[str, Any] = {"due_at": due, "wanted": wanted}
        with self._storage.transaction() as db:
            where = check_ins.c.conversation == conversation
            if not db.execute(check_ins.update().where(where).values(values)).rowcount:
                db.execute(check_ins.insert().values(conversation=conversation, **values))

    def _settled(self, conversation: str, due: float) -> bool:
        where = check_ins.c.conversation == conversation
        with self._storage.transaction() as db:
            before = db.execute(sa.select(check_ins.c.due_at).where(where)).scalar()
        return before is not None and abs(before - due) < _SAME

    def _forget(self, conversation: str) -> None:
        with self._storage.transaction() as db:
            db.execute(check_ins.delete().where(check_ins.c.conversation == conversation))

    def _all_due(self) -> list[tuple[str, float]]:
        due = check_ins.c.wanted & (check_ins.c.due_at <= self._storage.now())
        which = sa.select(check_ins.c.conversation, check_ins.c.due_at).where(due)
        with self._storage.transaction() as db:
            rows = db.execute(which.order_by(check_ins.c.due_at)).all()
        return [(row.conversation, row.due_at) for row in rows]

    def _asked_since(self, conversation: str, due: float) -> bool:
        where = (said.c.conversation == conversation) & (said.c.sender == SYSTEM)
        with self._storage.transaction() as db:
            return (
                db.execute(sa.select(said.c.seq).where(where & (said.c.at >= due))).first()
                is not None
            )


def spoken(moment: datetime, now: datetime) -> str:
    """A moment as one says it."""
    days = (moment.date() - now.date()).days
    day = {0: "today", 1: f"tomorrow, {moment:%A},"}.get(
        days, f"on {moment:%A}, {moment.day} {moment:%B},"
    )
    return f"{day} at {moment:%H:%M}"


def _is_result(message: Message) -> bool:
    custom = message.get("custom")
    return isinstance(custom, dict) and custom.get("type") == "triage"
