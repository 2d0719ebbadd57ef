"""Messaging without health content: whatever the bot has to say is read in the web chat.

Carriers and messengers read along and keep what they carry, and a phone shows it to whoever looks
at it. So a message is answered with a link that opens the conversation in the browser once. Only
the emergency number is said at once: that is safety, and repeats nothing of what was told.
Consent, too, is asked for in the web chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.fixed_words import rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.channels.addresses import Place
from bot.gateway.channels.plain import Option, Outgoing
from bot.gateway.channels.texting import Means, Texting
from bot.gateway.door import Door, Incoming, Outcome
from bot.gateway.limits import RateLimits
from bot.gateway.replies import Message, is_emergency_reply
from bot.gateway.storage import Stored
from bot.gateway.web_links import WebLinks

#: Where the link stands in the words; it is made when they are sent.
LINK = "{link}"

#: Seconds within which an open web chat has asked for news (web/panel.js, LATER).
LOOK = 40.0

#: How the ids begin of messages that came over this channel, and not by the web chat.
TEXTED = "text-"

#: Notices of the gateway's own that tell nothing about anybody.
_PLAIN = ("too_fast", "too_large", "unavailable", "private_only")


class Linked(Texting):
    """All conversations of one channel."""

    def __init__(
        self, door: Door, limits: RateLimits, means: Means, links: WebLinks, public_url: str
    ) -> None:
        self._links, self._public_url = links, public_url
        self._send = means.send
        self._joining: set[asyncio.Task[None]] = set()
        super().__init__(door, limits, replace(means, send=self._send_with_link))
        self._asks = False

    # ---- what comes in

    async def _hear(self, address: str, message: Incoming) -> list[Incoming]:
        return await super()._hear(address, replace(message, client_id=TEXTED + message.client_id))

    async def _hear_patient(self, place: Place, message: Incoming) -> list[Incoming]:
        """As `Texting`, but for options: nobody saw any here, so "2" is an answer."""
        turns = await super()._hear_patient(place, message)
        return [replace(turn, button=message.button) for turn in turns]

    async def _settle(
        self, place: Place, message: Incoming, response: str, options: Sequence[Option] = ()
    ) -> list[Incoming]:
        linked = response.replace("utter_texting_help", "utter_linked_help")
        return await super()._settle(place, message, linked, options)

    def news(self, conversation: str) -> None:
        """Something new, or the patient's consent. Who is looking at the web chat is given the
        time to see it there."""
        address = self._writes_from(conversation)
        if address is not None:
            task = asyncio.create_task(self._join(address))
            self._joining.add(task)
            task.add_done_callback(self._joining.discard)
        now = self._door.storage.now()
        if self._door.answering.feed.watched_since(conversation, now - LOOK):
            asyncio.get_running_loop().call_later(LOOK, self.courier.wake, conversation)
        else:
            self.courier.wake(conversation)

    def _writes_from(self, conversation: str) -> str | None:
        """The address of somebody who was a stranger until now."""
        strangers = self._strangers.items()
        return next((at for at, each in strangers if each.conversation == conversation), None)

    async def _join(self, address: str) -> None:
        """The patient has consented, in the web chat: what was texted before is answered there."""
        async with self._ears.setdefault(address, asyncio.Lock()):
            stranger = self._strangers.pop(address, None)
            if stranger is None:
                return
            conversation = stranger.conversation
            await in_thread(self.addresses.add, conversation, address)
        for message in stranger.held:
            await in_thread(self.addresses.settle, conversation, message.client_id)
            await self._door.receive(
                replace(message, client_id=message.client_id.removeprefix(TEXTED))
            )

    # ---- what is said

    def _ask_consent(self, address: str, conversation: str, outcome: Outcome) -> None:
        for message in outcome.messages:
            self._say(conversation, address, message)

    def _say(
        self, conversation: str, address: str, message: Message, options: Sequence[Option] = ()
    ) -> None:
        words = {**message, "text": _without_content(message)}
        super()._say(conversation, address, words, options)

    def _to_all(self, message: Message) -> str:
        """Without a link: it would open one patient's conversation to everybody."""
        return _without_content(message).replace(LINK, self._public_url)

    def render(self, stored: Stored, history: Sequence[Stored]) -> list[Outgoing]:
        """That there is something to read, unless the patient knows; an emergency always."""
        emergency = is_emergency_reply([stored.body])
        if not self._is_due(stored, history, emergency):
            return []
        words = _emergency(stored.body) if emergency else _words(_which(stored, history))
        return self._in_parts(str(stored.seq), words, (), emergency)

    def _is_due(self, stored: Stored, history: Sequence[Stored], emergency: bool) -> bool:
        answered = _answered(stored, history)
        if answered is not None:
            before = (each for each in history if each.seq < stored.seq)
            first = all(each.answers != stored.answers for each in before)
            return _was_texted(answered) and (first or emergency)
        conversation = stored.conversation
        if self._door.answering.feed.watched_since(conversation, stored.at):
            return False
        return emergency or not self._links.waiting(conversation)

    async def _send_with_link(self, address: str, outgoing: Outgoing) -> None:
        """Send with a link of now: it is good for half an hour, however long the way took."""
        if LINK not in outgoing.text:
            await self._send(address, outgoing)
            return
        path = ""  # the web chat's own address
        try:
            place = await in_thread(self.addresses.at, address)
            conversation = place.conversation if place else self._stranger(address).conversation
            path = await in_thread(self._links.make, conversation)
        except Exception:
            if not outgoing.urgent:  # that waits for no disk
                raise
        text = outgoing.text.replace(LINK, f"{self._public_url}{path}")
        try:
            await self._send(address, replace(outgoing, text=text))
        except Exception:
            if path:
                await in_thread(self._links.revoke, path)
            raise


def _answered(stored: Stored, history: Sequence[Stored]) -> Stored | None:
    """The patient's message that this answers at once; None for late replies, words of staff,
    check-ins."""
    if stored.answers is None or stored.body.get("late"):
        return None
    return next((each for each in history if each.seq == stored.answers), None)


def _was_texted(message: Stored) -> bool:
    return (message.client_id or "").startswith(TEXTED)


def _which(stored: Stored, history: Sequence[Stored]) -> str:
    return "utter_linked_news" if _answered(stored, history) is None else "utter_linked_answer"


def _without_content(message: Message) -> str:
    """What may be said of a message that is not stored."""
    custom = message.get("custom", {})
    if is_emergency_reply([message]):
        return _emergency(message)
    if custom.get("reason") == "consent":
        return _words("utter_linked_start")
    if custom and custom.get("reason") not in _PLAIN:
        return _words("utter_linked_answer")
    return str(message["text"])


def _emergency(message: Message) -> str:
    self_harm = message["custom"].get("advice") == "self_harm_help"
    return _words("utter_linked_help_now" if self_harm else "utter_linked_emergency")


def _words(response: str) -> str:
    return rendered_responses()[response]


def texting(content: str, door: Door, limits: RateLimits, means: Means, public_url: str) -> Texting:
    """Conversations over a channel: `content` is "link", or "full" for everything in words."""
    if content == "full":
        return Texting(door, limits, means)
    return Linked(door, limits, means, WebLinks(door.storage), public_url)
