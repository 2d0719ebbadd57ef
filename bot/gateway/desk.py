"""What the gateway settles with a patient by itself, and conversations that staff have taken over.

A clerk speaks about one matter (a hand-over, a check-in): it may add an offer to a reply, is told
when one of its buttons is pressed, and may await the patient's next text. None of it needs the
dialogue. A text with a red flag never reaches a clerk or waits for staff: it gets the advice first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from bot.fixed_words import notice, rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.feed import Feed
from bot.gateway.replies import Message, open_question
from bot.gateway.storage import Body, Conversation, Storage
from bot.gateway.tables import conversations, desks

logger = logging.getLogger(__name__)

#: Payloads of clerks' buttons: `desk:<clerk>:<action>`. Patients see opaque ids alone.
DESK = "desk:"


class Clerk(Protocol):
    """Speaks about one matter."""

    name: str

    async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
        """What to add to a reply; clerks before may have added to it already."""

    async def make_way(self, conversation: str, data: Body) -> None:
        """The dialogue asks something now, while this clerk awaits a text: what is short, a "yes",
        answers that question."""

    async def pressed(self, conversation: str, action: str) -> list[Message]:
        """The answer to one of its buttons."""

    async def heard(
        self, conversation: str, text: str, data: Body, learnt: bool
    ) -> list[Message] | None:
        """The answer to a text that it awaited; None leaves the text to the dialogue.

        `learnt`: the text told something that the triage needs.
        """


class Desk:
    """All clerks, and who has taken over where."""

    def __init__(self, storage: Storage, feed: Feed, idle: float) -> None:
        self._storage, self._feed = storage, feed
        self._idle = idle
        self._clerks: dict[str, Clerk] = {}
        # Conversations in which a clerk has awaited a text: a reply that asks something need not
        # look it up for all others.
        self._awaiting = self._read_awaiting()

    def register(self, clerk: Clerk) -> None:
        """Give a clerk its place; offers come in the order of registration."""
        self._clerks[clerk.name] = clerk

    # ---- clerks

    async def offers(
        self, conversation: str, messages: Sequence[Message], but: str = ""
    ) -> list[Message]:
        """What the clerks add to a reply, each knowing what the ones before it added.

        A clerk that fails adds nothing; `but` names the one who has spoken already.
        """
        added: list[Message] = []
        try:
            if open_question(messages) is not None:
                await self._make_way(conversation, but)
        except Exception as error:  # the reply matters more than what stands below it
            logger.error("No clerk made way: %s", type(error).__name__)
        for clerk in self._clerks.values():
            if clerk.name == but:
                continue
            try:
                added += await clerk.offers(conversation, [*messages, *added])
            except Exception as error:
                logger.error("No offer of %s: %s", clerk.name, type(error).__name__)
        return added

    async def _make_way(self, conversation: str, but: str) -> None:
        if conversation not in self._awaiting:
            return
        known = await in_thread(self._storage.conversation, conversation)
        awaits = known.awaits if known else None
        if awaits and awaits["clerk"] != but and awaits["clerk"] in self._clerks:
            await self._clerks[awaits["clerk"]].make_way(conversation, awaits["data"])

    async def pressed(self, conversation: str, payload: str) -> list[Message]:
        """The answer to a clerk's button, and what the others add to it."""
        _, name, action = payload.split(":", 2)
        answer = await self._clerks[name].pressed(conversation, action)
        return [*answer, *await self.offers(conversation, answer, but=name)]

    async def heard(self, known: Conversation, text: str, learnt: bool) -> list[Message] | None:
        """The answer of the clerk who awaits this text, if one does; it awaits nothing more,
        unless it says so again."""
        awaits = known.awaits
        if not awaits or awaits["clerk"] not in self._clerks:
            return None
        await self.awaits_nothing(known.id)
        name = awaits["clerk"]
        answer = await self._clerks[name].heard(known.id, text, awaits["data"], learnt)
        if answer is None:
            return None
        return [*answer, *await self.offers(known.id, answer, but=name)]

    async def awaits(self, conversation: str, clerk: str, data: Body) -> None:
        """The patient's next text is for this clerk."""
        await in_thread(self._set, conversation, awaits={"clerk": clerk, "data": data})

    async def awaits_nothing(self, conversation: str) -> None:
        """The patient's next text is for the dialogue."""
        await in_thread(self._set, conversation, awaits=None)

    # ---- staff

    async def take(self, conversation: str, name: str) -> None:
        """Somebody of the staff takes over; the bot keeps silent, but for red flags."""
        known = await in_thread(self._storage.conversation, conversation)
        if known is None:
            return
        now = self._storage.now()
        if known.staff == name:
            await in_thread(self._set, conversation, staff_at=now)
            return
        await in_thread(self._set, conversation, staff=name, staff_at=now, awaits=None)
        await self.tell(conversation, _words("utter_staff_here", "staff_here", name))

    async def say(self, conversation: str, name: str, text: str) -> None:
        """Somebody of the staff writes to the patient, and takes over unless they have."""
        await self.take(conversation, name)
        await in_thread(self._set, conversation, staff_at=self._storage.now())
        await self.tell(conversation, {"text": text, "name": name}, "staff")

    async def release(self, conversation: str, idle: bool = False) -> None:
        """The bot speaks again, and says so; `idle`: since staff have not written for so long."""
        known = await in_thread(self._storage.conversation, conversation)
        if known is None or known.staff is None or (idle and self._are_there(known)):
            return
        await in_thread(self._set, conversation, staff=None, staff_at=None)
        which = "staff_idle" if idle else "staff_gone"
        await self.tell(conversation, _words(f"utter_{which}", which, known.staff))

    async def has_staff(self, known: Conversation) -> bool:
        """Whether staff are there; if they have been silent for too long, the bot takes over."""
        if known.staff is None or self._are_there(known):
            return known.staff is not None
        await self.release(known.id, idle=True)
        return False

    def _are_there(self, known: Conversation) -> bool:
        """Whether whoever took over has written not long ago."""
        return self._storage.now() - (known.staff_at or 0) < self._idle

    async def sweep(self) -> None:
        """Take over wherever staff have been silent for too long."""
        for conversation in await in_thread(self._idle_ones):
            await self.release(conversation, idle=True)

    async def tell(self, conversation: str, body: Body, sender: str = "bot") -> None:
        """Say something that answers no message."""
        if await in_thread(self._storage.say, conversation, body, sender):
            self._feed.tell(conversation)

    # ---- the table

    def _set(self, conversation: str, **values: Any) -> None:
        """Nothing is kept of a conversation that was deleted meanwhile."""
        if values.get("awaits"):
            self._awaiting.add(conversation)
        with self._storage.transaction() as db:
            where = desks.c.conversation == conversation
            if db.execute(desks.update().where(where).values(values)).rowcount:
                return
            there = sa.select(conversations.c.id).where(conversations.c.id == conversation)
            if db.scalar(there) is not None:
                db.execute(desks.insert().values(conversation=conversation, **values))

    def _read_awaiting(self) -> set[str]:
        with self._storage.transaction() as db:
            rows = db.execute(sa.select(desks.c.conversation, desks.c.awaits)).all()
        return {row.conversation for row in rows if row.awaits}

    def _idle_ones(self) -> list[str]:
        silent = desks.c.staff_at < self._storage.now() - self._idle
        with self._storage.transaction() as db:
            return list(db.execute(sa.select(desks.c.conversation).where(silent)).scalars())


def _words(response: str, reason: str, name: str) -> Message:
    return {**notice(response, reason), "text": rendered_responses()[response].format(name=name)}
