"""What happens to a message: read for red flags, stored, put to the dialogue, answered once.

Channels bring messages here and take replies away; they know nothing of the dialogue. Whatever
fails behind this door, the patient gets words within the deadline, and an emergency its advice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from bot.fixed_words import notice
from bot.gateway.answering import Answering, in_thread
from bot.gateway.desk import DESK, Desk
from bot.gateway.erasure import Erasure
from bot.gateway.in_mind import InMind
from bot.gateway.line import Lines, Turn
from bot.gateway.red_flags import FORGET_AFTER, TOLD, RedFlags, Slots, Verdict
from bot.gateway.replies import Message, shown, with_calls
from bot.gateway.settings import Settings
from bot.gateway.storage import SYSTEM, Conversation, State, Storage, Stored, TakenIn

logger = logging.getLogger(__name__)

#: Seconds that storing a reply may take.
STORING = 5.0

#: Seconds that what is known may take to be looked up once storing has failed.
LOOKING_UP = 1.0

#: Seconds that a message of the last process waits for the dialogue before the fixed words.
CATCH_UP = 1.0


@dataclass(frozen=True)
class Incoming:
    """A patient's message as a channel brings it."""

    conversation: str
    client_id: str
    """The channel's own id of the message: the same id is the same message."""
    text: str = ""
    button: str | None = None
    """The opaque id of a button instead of a text."""
    sent_at: float | None = None
    """When it was sent, on channels that keep messages while the gateway is away."""


@dataclass(frozen=True)
class Outcome:
    """What the patient gets for a message."""

    messages: list[Message]
    consent_needed: bool = False
    pending: bool = False
    """The dialogue will still answer; there will be news."""
    with_staff: bool = False
    """Somebody of the staff has taken over: nothing is answered but red flags."""


class UnknownButtonError(Exception):
    """A button that this conversation was never offered."""


@dataclass
class Door:
    """The way in for all channels."""

    settings: Settings
    storage: Storage
    erasure: Erasure
    red_flags: RedFlags
    lines: Lines
    answering: Answering
    desk: Desk
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    """What goes on while the gateway is up, until cancelled."""

    def __post_init__(self) -> None:
        self._catching_up: asyncio.Task[None] | None = None
        self._ears: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._in_mind = InMind(self.storage.now)

    # ---- what channels call

    async def receive(self, incoming: Incoming) -> Outcome:
        """Answer a message, within the deadline and only once.

        Raises `UnknownButtonError`.
        """
        try:
            return await self._receive(incoming)
        except UnknownButtonError:
            raise
        except Exception as error:  # the disk is full, say: still words, and still the advice
            logger.error("A message could not be taken in: %s", type(error).__name__)
            slots, question = await self._told_before(incoming.conversation)
            verdict = await self.red_flags.read(as_text(incoming.text), slots, question)
            self._in_mind.keep(incoming.conversation, verdict.slots)
            return Outcome([self._unstored(verdict.fallback)])

    async def _told_before(self, conversation: str) -> tuple[Slots, Message | None]:
        """What is known of a conversation, as far as that can be read soon."""
        in_mind = self._in_mind.recall(conversation)
        try:
            looked_up = in_thread(self.storage.conversation, conversation)
            known = await asyncio.wait_for(looked_up, LOOKING_UP)
        except Exception as error:
            logger.error("Nothing is known of a conversation: %s", type(error).__name__)
            known = None
        if known is None:
            return in_mind, None
        return {**_known_at(self.storage.now(), known), **in_mind}, known.question

    async def _receive(self, incoming: Incoming) -> Outcome:
        started = asyncio.get_running_loop().time()
        ear = self._ears.setdefault(incoming.conversation, asyncio.Lock())
        async with ear:  # what is known grows in the order in which messages came in
            taken = await self._take_in(incoming)
            if taken is None:
                return await self._before_consent(incoming)
            turn = self.lines.turn(taken.message.seq, incoming.conversation)
            if turn is None and not taken.new:  # it may have been answered since it was looked up
                taken = await self._take_in(incoming) or taken
            message, known = taken.message, taken.known
            if turn is None and message.state != State.PENDING.value:  # answered before
                return self._outcome(await in_thread(self.storage.replies_to, message.seq))
            if turn is None:  # it is new, or got stuck on its way
                turn = self._turn(message, taken.payload or await self._words(message))
                aside = await self._aside(turn, known)
                if aside is not None:
                    return aside
                turn.overdue = taken.new and self._came_late(incoming)
                if turn.overdue:
                    await self._leave_to_staff(turn, known)
            verdict = await self._hear(turn, known)
        if turn.overdue and turn.fallback is not None and not _has_failed(turn.fallback):
            return self._outcome(await turn.fallback, pending=True)
        reply = await self._reply(turn, verdict, started)
        return self._outcome(reply, pending=not turn.done.is_set())

    async def _take_in(self, incoming: Incoming) -> TakenIn | None:
        try:
            taken: TakenIn | None = await in_thread(
                self.storage.take_in,
                *(incoming.conversation, incoming.client_id, incoming.text, incoming.button),
            )
            return taken
        except LookupError:
            raise UnknownButtonError from None

    async def _leave_to_staff(self, turn: Turn, known: Conversation) -> None:
        """Note that a message is too old to be answered; a red flag in it gets its advice before
        the patient is asked again."""
        try:
            await self.answering.overdue(turn)
            verdict = await self._read(turn, known)
            if verdict.advice:
                turn.fallback = asyncio.create_task(self.answering.fall_back(turn, verdict))
                await asyncio.shield(turn.fallback)
        except Exception as error:  # in its line it is asked again all the same
            logger.error("A late message was not settled: %s", type(error).__name__)

    async def turn_away(self, conversation: str, text: str, words: Message) -> Message:
        """What to say to a message that is not taken: the advice for a red flag, that it stays the
        same after one, or `words`."""
        slots, question = await self._told_before(conversation)
        verdict = await self.red_flags.read(as_text(text), slots, question)
        said = verdict.fallback if verdict.advice or slots.get(TOLD) else words
        return with_calls(said, self.answering.clinic)

    def forget_stranger(self, conversation: str) -> None:
        """Put aside what somebody told who has not consented."""
        self._in_mind.forget(conversation)

    async def consent(self, conversation: str) -> None:
        """Note the patient's consent."""
        await in_thread(self.storage.consent, conversation)
        slots = self._in_mind.recall(conversation)
        if slots:
            await in_thread(self.storage.learn, conversation, slots=slots)
        self._in_mind.forget(conversation)
        self.answering.feed.tell(conversation)

    async def news(self, conversation: str, after: int) -> Outcome:
        """Everything said since message number `after`."""
        known = await in_thread(self.storage.conversation, conversation)
        stored = await in_thread(self.storage.history, conversation, after)
        return Outcome(
            [shown(each) for each in stored],
            consent_needed=known is None,
            pending=self.lines.busy(conversation),
            with_staff=known is not None and known.staff is not None,
        )

    async def prompt(self, conversation: str, payload: str) -> None:
        """Put a payload to the dialogue that nobody typed; the patient sees the reply alone."""
        known = await in_thread(self.storage.conversation, conversation)
        if known is not None:
            body = {"text": payload}
            message = await in_thread(self.storage.accept, conversation, None, body, SYSTEM)
            await self._hear(self._turn(message, payload), known)

    async def helpful(self, conversation: str, seq: int, answer: bool) -> bool:
        """Store the patient's "helpful?"; whether there is such a message of the bot."""
        return bool(await in_thread(self.storage.helpful, conversation, seq, answer))

    async def forget(self, conversation: str) -> None:
        """Delete everything of a conversation."""
        self.lines.drop(conversation)
        await in_thread(self.erasure.erase, [conversation])
        self._in_mind.forget(conversation)  # also what came in meanwhile

    # ---- start and end

    async def open(self) -> None:
        """Take up the outbox where the last process left it."""
        heard = []
        for message in await in_thread(self.storage.waiting):
            try:
                known = await in_thread(self.storage.conversation, message.conversation)
                turn = self._turn(message, await self._words(message))
            except Exception as error:  # the door opens all the same
                logger.error("A message stays in the outbox: %s", type(error).__name__)
                continue
            turn.failed.set()  # nobody waits for it any more
            turn.overdue = message.state == State.OVERDUE.value
            # What a clerk awaits by now, it did not yet when this was written.
            if known is None or await self._aside(turn, replace(known, awaits=None)) is not None:
                continue
            heard.append((turn, known))
        for turn, _ in heard:  # all at once: a patient is asked again once for all that is too old
            self.lines.join(turn)
        self._catching_up = asyncio.create_task(self._catch_up(heard))

    async def _catch_up(self, heard: Sequence[tuple[Turn, Conversation]]) -> None:
        """Read what was in the outbox, and say to each what nobody has said yet: the advice, or
        that the dialogue is away."""
        for turn, known in heard:
            try:
                said = await in_thread(self.storage.replies_to, turn.message.seq)
                if said:
                    turn.fallback = asyncio.get_running_loop().create_future()
                    turn.fallback.set_result(said)
                if turn.overdue:
                    turn.verdict.set_result(Verdict(dict(known.slots)))
                    continue
                verdict = await self._read(turn, known)
                if not said and turn.message.sender != SYSTEM:
                    await self._reply(turn, verdict, asyncio.get_running_loop().time(), CATCH_UP)
            except Exception as error:
                logger.error("A message was not caught up with: %s", type(error).__name__)
                if not turn.verdict.done():
                    turn.verdict.set_result(Verdict(dict(known.slots)))

    def close(self) -> None:
        """Stop; what is in line stays in the outbox."""
        if self._catching_up is not None:
            self._catching_up.cancel()
        self.lines.close()

    # ---- one message

    async def _before_consent(self, incoming: Incoming) -> Outcome:
        """Without consent nothing is stored, but red flags are read all the same."""
        slots = self._in_mind.recall(incoming.conversation)
        verdict = await self.red_flags.read(as_text(incoming.text), slots, None)
        self._in_mind.keep(incoming.conversation, verdict.slots)
        said = verdict.advice or notice("utter_consent", "consent")
        return Outcome([self._unstored(said)], consent_needed=True)

    def _unstored(self, message: Message) -> Message:
        return {"from": "bot", **with_calls(message, self.answering.clinic)}

    async def _words(self, message: Stored) -> str:
        """What the dialogue is sent for a stored message: a button's payload, or text."""
        pressed = message.body.get("button")
        if pressed is not None:
            try:
                _, payload = await in_thread(self.storage.button, message.conversation, pressed)
            except LookupError:
                return str(message.body["text"])
            return str(payload)
        text = str(message.body["text"])
        return text if message.sender == SYSTEM else as_text(text)

    def _came_late(self, incoming: Incoming) -> bool:
        """Whether a message is too old to be answered: staff see it, the patient is asked again."""
        late_after = self.settings.late_after.total_seconds()
        return incoming.sent_at is not None and self.storage.now() - incoming.sent_at > late_after

    def _turn(self, message: Stored, words: str) -> Turn:
        return Turn(message, words, asyncio.get_running_loop().create_future())

    async def _aside(self, turn: Turn, known: Conversation) -> Outcome | None:
        """What is settled without the dialogue: by a clerk, or by staff who have taken over.

        None for everything else, for every message with a red flag, and for a text with which this
        fails. A clerk's button is never the dialogue's: when it fails, that is said.
        """
        pressed = turn.text.startswith(DESK) and "button" in turn.message.body
        if turn.message.sender == SYSTEM or not (pressed or known.awaits or known.staff):
            return None
        try:
            return await self._settle(turn, known, pressed)
        except Exception as error:
            logger.error("A message was not settled aside: %s", type(error).__name__)
            apology = self._unstored(notice("utter_unavailable", "unavailable"))
            return Outcome([apology]) if pressed else None

    async def _settle(self, turn: Turn, known: Conversation, pressed: bool) -> Outcome | None:
        message = turn.message
        if pressed:  # its title is our words: "Yes, please" answers no question of the triage
            turn.verdict.set_result(Verdict(dict(known.slots)))
            if await self.desk.has_staff(known):
                await in_thread(self.storage.set_state, message.seq, State.WITH_STAFF)
                return Outcome([], with_staff=True)
            answer = await self.desk.pressed(known.id, turn.text)
            return self._outcome(await self.answering.settled(turn, answer))
        verdict = await self._read(turn, known)
        if verdict.advice:
            await self.desk.awaits_nothing(known.id)
            return None
        if await self.desk.has_staff(known):
            await in_thread(self.storage.set_state, message.seq, State.WITH_STAFF)
            return Outcome([], with_staff=True)
        said = await self.desk.heard(known, str(message.body["text"]), verdict.told)
        if said is None:
            return None
        return self._outcome(await self.answering.settled(turn, said))

    async def _hear(self, turn: Turn, known: Conversation) -> Verdict:
        """Put a turn in line and read it meanwhile."""
        if not self.lines.turn(turn.message.seq, turn.message.conversation):
            self.lines.join(turn)
        return await self._read(turn, known)

    async def _read(self, turn: Turn, known: Conversation) -> Verdict:
        """Read a turn for red flags, once, and keep what is learnt."""
        if turn.verdict.done():
            return turn.verdict.result()
        if turn.message.sender == SYSTEM:
            turn.verdict.set_result(Verdict(dict(known.slots)))
            return turn.verdict.result()
        text, slots = as_text(turn.message.body["text"]), _known_at(turn.message.at, known)
        slots |= self._in_mind.recall(known.id)
        verdict = await self.red_flags.read(text, slots, known.question)
        try:
            if verdict.slots != known.slots:
                await in_thread(self.storage.learn, known.id, slots=verdict.slots)
            self._in_mind.forget(known.id)
        except Exception:
            self._in_mind.keep(known.id, verdict.slots)
            raise
        finally:  # whoever answers waits for this, and may put aside what was just learnt
            turn.verdict.set_result(verdict)
        return verdict

    async def _reply(
        self, turn: Turn, verdict: Verdict, started: float, patience: float = 0.0
    ) -> list[Stored]:
        """The dialogue's reply, or the fixed words once it has failed or taken too long.

        `patience`: seconds to wait for it although it has failed.
        """
        settings = self.settings
        deadline = settings.emergency_deadline if verdict.advice else settings.dialogue_deadline
        left = started + deadline - asyncio.get_running_loop().time()
        if patience:
            await _first(turn.done, turn.done, patience)
        else:
            await _first(turn.done, turn.failed, max(left, 0.0))
        if turn.answering:
            await asyncio.wait_for(turn.done.wait(), STORING)
        if turn.done.is_set():
            return turn.reply
        if turn.fallback is None or _has_failed(turn.fallback):
            turn.fallback = asyncio.create_task(self.answering.fall_back(turn, verdict))
        return await asyncio.shield(turn.fallback)

    def _outcome(self, stored: list[Stored], pending: bool = False) -> Outcome:
        return Outcome([shown(each) for each in stored], pending=pending)


def as_text(text: str) -> str:
    """What a patient typed, never a command: only a button can be one.

    The dialogue reads what begins with "/" for red flags and lets it set nothing; the space keeps
    it from being the payload of a button.
    """
    typed = text.lstrip()
    return f"/ {typed.lstrip('/ ')}" if typed.startswith("/") else text


def _known_at(moment: float, known: Conversation) -> Slots:
    """What was told before that still counts at a moment."""
    fresh = moment - known.seen_at < FORGET_AFTER.total_seconds()
    return dict(known.slots) if fresh else {}


def _has_failed(task: asyncio.Future[list[Stored]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _first(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Wait until one of two events is set, at most so long."""
    waiting = [asyncio.ensure_future(each.wait()) for each in (one, other)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
