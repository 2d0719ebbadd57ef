"""A conversation in plain text, for any channel that can push: SMS, WhatsApp, Matrix, Telegram.

A channel calls `Texting.receive` with the sender's address, its own id of the message and the
text, and is given the answer, whenever it comes, as calls of `Send`. Before consent nothing is
stored: who writes, and what, is in memory alone, and is answered right after the consent. A restart
forgets it, and consent is asked for again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from bot.fixed_words import notice, rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.channels.addresses import (
    Addresses,
    Missing,
    Place,
    new_conversation,
    not_arrived,
)
from bot.gateway.channels.courier import Courier, Send
from bot.gateway.channels.plain import (
    ATTACHMENT,
    Option,
    Outgoing,
    bare,
    chosen,
    has_attached,
    is_wordless,
    numbered,
    on_offer,
    options_of,
    parts,
    with_options,
    without_attached,
    words_of,
)
from bot.gateway.door import Door, Incoming, Outcome, UnknownButtonError
from bot.gateway.limits import RateLimits
from bot.gateway.replies import Message, has_notice, is_emergency_reply, open_question
from bot.gateway.storage import Stored
from bot.nlu.answers import is_bare_answer

logger = logging.getLogger(__name__)

#: Writers without consent who are remembered, and how many messages of each.
MOST_STRANGERS = 1000
MOST_HELD = 5

DELETION = "deletion"
_DELETE = frozenset(
    f"{verb} {what}"
    for verb in ("delete", "please delete", "erase", "please erase", "remove")
    for what in ("my conversation", "my data", "my messages", "this conversation", "everything")
)


@dataclass
class _Stranger:
    """Somebody who has not consented."""

    conversation: str
    asked: bool = False
    held: list[Incoming] = field(default_factory=list)
    seen: deque[str] = field(default_factory=lambda: deque(maxlen=100))


@dataclass(frozen=True)
class Means:
    """What a channel can do."""

    channel: str
    """Its name, with which its conversations' ids begin."""
    send: Send
    longest: int
    """Characters of one message."""
    shows_buttons: bool = False
    """Options need not stand in the text; the press of one comes back as `pressed`."""


class Texting:
    """All conversations of one channel."""

    def __init__(self, door: Door, limits: RateLimits, means: Means) -> None:
        self._door, self._limits, self._means = door, limits, means
        self.addresses = Addresses(door.storage, means.channel)
        self.courier = Courier(door.storage, self.addresses, means.send, self.render)
        self._strangers: OrderedDict[str, _Stranger] = OrderedDict()
        self._ears: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._warned: set[str] = set()
        self._asks = True  # for consent, here
        door.answering.feed.subscribe(f"{means.channel}-", self.news)

    async def receive(
        self,
        address: str,
        client_id: str,
        text: str = "",
        pressed: str | None = None,
        sent_at: float | None = None,
    ) -> None:
        """Take in one message and leave its answer to the courier.

        `client_id`: the channel's own id; the same message is taken in once. An edited message is
        a new one. `text`: with what came beside it (`with_attached`). `pressed`: the id of an
        option, on channels with buttons. `sent_at`: when, on channels that keep what was sent while
        the gateway was away.
        """
        try:
            ear = self._ears.setdefault(address, asyncio.Lock())
            async with ear:  # what a number stands for goes by the order of the messages
                message = Incoming("", client_id, text, pressed, sent_at)
                turns = await self._hear(address, message)
            outcomes = await asyncio.gather(*(self._put(address, turn) for turn in turns))
            if has_attached(text) and any(map(_owes_what_was_read, outcomes)):
                self._say(turns[0].conversation, address, _fixed("utter_texting_words_alone"))
        except Exception as error:  # the disk is full, say: still words, and still the advice
            logger.error("A message could not be taken in: %s", type(error).__name__)
            words = notice("utter_unavailable", "unavailable")
            conversation = await self._conversation(address)
            said = await self._door.turn_away(conversation, text, words)
            self._say(address, address, said)

    async def before_others(self, texts: Sequence[str]) -> list[str]:
        """What to say where others read along: that this is no place for health, and before it the
        advice for a red flag in what was written there."""
        refusal = notice("utter_texting_private_only", "private_only")
        for text in texts:
            said = await self._door.turn_away("", text, refusal)  # nobody's: a group's
            if is_emergency_reply([said]):
                return [self._to_all(said), self._to_all(refusal)]
        return [self._to_all(refusal)]

    def _to_all(self, message: Message) -> str:
        """The words of a message for whoever reads along."""
        return str(message["text"])

    def news(self, conversation: str) -> None:
        """Something new stands in a conversation."""
        self.courier.wake(conversation)

    def forget_stranger(self, address: str) -> None:
        """Put aside what somebody wrote who has not consented."""
        stranger = self._strangers.pop(address, None)
        if stranger is not None:
            self._door.forget_stranger(stranger.conversation)

    # ---- what a message is

    async def _conversation(self, address: str) -> str:
        """The conversation of an address, as far as that can still be read."""
        stranger = self._strangers.get(address)
        if stranger is not None:
            return stranger.conversation
        try:
            place = await in_thread(self.addresses.at, address)
        except Exception as error:
            logger.error("Nothing is known of an address: %s", type(error).__name__)
            return ""
        return place.conversation if place else ""

    async def _hear(self, address: str, message: Incoming) -> list[Incoming]:
        """Settle what the channel itself can settle; what is left is for the door."""
        place = await in_thread(self.addresses.at, address)
        if place is None:
            stranger = self._stranger(address)
            message = replace(message, conversation=stranger.conversation)
            if message.client_id in stranger.seen:
                return []
            stranger.seen.append(message.client_id)
            may = await self._may(address, message)
            return await self._hear_stranger(address, stranger, message) if may else []
        message = replace(message, conversation=place.conversation)
        if await in_thread(self.addresses.was_taken_in, place.conversation, message.client_id):
            self.courier.wake(place.conversation)
            return []
        may = await self._may(address, message)
        return await self._hear_patient(place, message) if may else []

    async def _may(self, address: str, message: Incoming) -> bool:
        """Whether a message is neither too long nor one too many; if it is, that is said, once
        until one is taken again. Red flags in it are read all the same, as often as others."""
        conversation, text = message.conversation, message.text
        if not self._limits.allow("messages_per_session", conversation):
            words = notice("utter_too_fast", "too_fast")
        elif len(text) > self._door.settings.limits.text_characters:
            words = notice("utter_too_large", "too_large")
        else:
            self._warned.discard(conversation)
            return True
        if self._limits.allow("messages_per_session", f"turned away {conversation}"):
            said = await self._door.turn_away(conversation, text, words)
            repeated = said["text"] == words["text"] and conversation in self._warned
            if not repeated:
                self._say(conversation, address, said)
            self._warned.add(conversation)
        return False

    async def _hear_patient(self, place: Place, message: Incoming) -> list[Incoming]:
        conversation, address = place.conversation, place.address
        words = without_attached(message.text)
        if is_bare_answer(words):  # "no" is one, whatever came beside it
            message = replace(message, text=words)
            if message.button is None and await in_thread(self._unseen_question, conversation):
                await in_thread(self.addresses.settle, conversation, message.client_id)
                self.courier.wake(conversation)
                return []
        command = bare(words)
        wordless = _is_wordless(message)
        if (wordless or command == "help") and await self._has_staff(conversation):
            return [replace(message, text=message.text.strip() or ATTACHMENT)]
        if wordless:
            return await self._settle(place, message, "utter_texting_wordless")
        if place.asks == DELETION:
            choice = _choice(message, _deletion())
            await in_thread(self.addresses.asks, conversation, None)
            if choice == "delete":
                await self._door.forget(conversation)
                self._say(conversation, address, _fixed("utter_texting_deleted"))
                return []
            if choice == "keep":
                return await self._settle(place, message, "utter_texting_kept")
        if command in _DELETE:
            await in_thread(self.addresses.asks, conversation, DELETION)
            return await self._settle(place, message, "utter_texting_delete", _deletion())
        if command == "help":
            return await self._settle(place, message, "utter_texting_help")
        if message.button is None:
            history = await in_thread(self._door.storage.history, conversation)
            option = chosen(words, on_offer(history, place.sent))
            return [replace(message, button=option.id if option else None)]
        return [message]

    def _unseen_question(self, conversation: str) -> bool:
        """Whether a question waits that the patient has not seen: a bare answer is not to it."""
        missing = not_arrived(self._door.storage, conversation)
        waits = {seq for seq, why in missing.items() if why is not Missing.UNWANTED}
        history = self._door.storage.history(conversation, min(waits) - 1) if waits else []
        return any(each.seq in waits and open_question([each.body]) for each in history)

    async def _has_staff(self, conversation: str) -> bool:
        """Whether somebody of the staff answers here; then the channel says nothing by itself."""
        known = await in_thread(self._door.storage.conversation, conversation)
        return known is not None and await self._door.desk.has_staff(known)

    async def _hear_stranger(
        self, address: str, stranger: _Stranger, message: Incoming
    ) -> list[Incoming]:
        conversation = stranger.conversation
        if _is_wordless(message):
            self._say(conversation, address, _fixed("utter_texting_wordless"))
            return []
        choice = _choice(message, _consent())
        if choice and self._asks and not stranger.asked:  # by the last process: asked again
            return [message]
        if choice == "agree":
            return await self._consent(address, stranger, message)
        if choice == "decline" or bare(without_attached(message.text)) in _DELETE:
            said = "declined" if choice == "decline" else "deleted"
            self.forget_stranger(address)
            self._say(conversation, address, _fixed(f"utter_texting_{said}"))
            return []
        if message.text:
            stranger.held = [*stranger.held, replace(message, button=None)][-MOST_HELD:]
        return [message]

    async def _consent(
        self, address: str, stranger: _Stranger, message: Incoming
    ) -> list[Incoming]:
        """From here on things are stored; what was written before is answered now."""
        conversation = stranger.conversation
        await self._door.consent(conversation)
        await in_thread(self.addresses.add, conversation, address)
        await in_thread(self.addresses.settle, conversation, message.client_id)
        del self._strangers[address]
        if not stranger.held:
            self._say(conversation, address, _fixed("utter_texting_agreed"))
        return stranger.held

    async def _settle(
        self, place: Place, message: Incoming, response: str, options: Sequence[Option] = ()
    ) -> list[Incoming]:
        """Say something that is not part of the conversation."""
        await in_thread(self.addresses.settle, place.conversation, message.client_id)
        self._say(place.conversation, place.address, _fixed(response), options)
        return []

    async def greet(self, address: str) -> None:
        """Ask for consent before anything was written."""
        if await in_thread(self.addresses.at, address) is None:
            stranger = self._stranger(address)
            stranger.asked = True
            words = notice("utter_consent", "consent")
            self._say(stranger.conversation, address, words, _consent())

    def _stranger(self, address: str) -> _Stranger:
        stranger = self._strangers.setdefault(
            address, _Stranger(new_conversation(self._means.channel))
        )
        self._strangers.move_to_end(address)
        while len(self._strangers) > MOST_STRANGERS:
            self._strangers.popitem(last=False)
        return stranger

    # ---- what is said

    async def _put(self, address: str, turn: Incoming) -> Outcome:
        """Put a message to the door; what it says is stored and goes by the courier, but for what
        it says without storing."""
        try:
            outcome = await self._door.receive(turn)
        except UnknownButtonError:  # of a conversation that was deleted, say
            self._say(turn.conversation, address, _fixed("utter_texting_help"))
            return Outcome([])
        if outcome.consent_needed:
            self._ask_consent(address, turn.conversation, outcome)
            return outcome
        for message in outcome.messages:
            if "seq" not in message:
                self._say(turn.conversation, address, message)
        self.courier.wake(turn.conversation)
        return outcome

    def _ask_consent(self, address: str, conversation: str, outcome: Outcome) -> None:
        asked = has_notice(outcome.messages, "consent")
        if asked:
            self._stranger(address).asked = True
        for message in outcome.messages:
            self._say(conversation, address, message, _consent() if asked else ())

    def _say(
        self, conversation: str, address: str, message: Message, options: Sequence[Option] = ()
    ) -> None:
        key = secrets.token_hex(8)
        urgent = is_emergency_reply([message])
        said = self._in_parts(key, str(message["text"]), options, urgent)
        self.courier.say(conversation, address, said)

    def render(self, stored: Stored, history: Sequence[Stored]) -> list[Outgoing]:
        """A stored message as this channel's messages."""
        options = options_of(history).get(stored.seq, ())
        urgent = is_emergency_reply([stored.body])
        return self._in_parts(str(stored.seq), words_of(stored), options, urgent)

    def _in_parts(
        self, key: str, text: str, options: Sequence[Option], urgent: bool
    ) -> list[Outgoing]:
        """The options belong to the last part."""
        whole = text if self._means.shows_buttons else with_options(text, options)
        said = [
            Outgoing(f"{key}-{number}", part, urgent=urgent)
            for number, part in enumerate(parts(whole, self._means.longest))
        ]
        return [*said[:-1], replace(said[-1], options=tuple(options))]


def _is_wordless(message: Incoming) -> bool:
    return message.button is None and is_wordless(message.text)


def _owes_what_was_read(outcome: Outcome) -> bool:
    """Whether it is still to be said that words alone were read; advice is not talked over."""
    said = outcome.messages
    silent = outcome.with_staff or is_emergency_reply(said)
    return not silent and not has_notice(said, "photo")


def _choice(message: Incoming, options: Sequence[Option]) -> str | None:
    """The id of the option that was pressed or named."""
    if message.button is not None:
        return message.button if message.button in {each.id for each in options} else None
    option = chosen(without_attached(message.text), options)
    return option.id if option else None


def _consent() -> list[Option]:
    words = rendered_responses()
    agree = Option("agree", words["utter_texting_agree"], also=("agree", "yes"))
    decline = Option("decline", words["utter_texting_decline"], also=("no", "no thanks"))
    return numbered([agree, decline])


def _deletion() -> list[Option]:
    words = rendered_responses()
    delete = Option("delete", words["utter_texting_delete_yes"], also=("yes", "delete"))
    keep = Option("keep", words["utter_texting_delete_no"], also=("no", "keep"))
    return numbered([delete, keep])


def _fixed(response: str) -> dict[str, Any]:
    return {"text": rendered_responses()[response]}
