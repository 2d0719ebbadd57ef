"""What is said to a turn, and stored: the dialogue's reply, or the fixed words in its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.clinic import Clinic
from bot.fixed_words import notice
from bot.gateway.feed import Feed
from bot.gateway.line import Turn
from bot.gateway.red_flags import Verdict
from bot.gateway.replies import (
    Message,
    has_notice,
    is_emergency_reply,
    open_question,
    with_calls,
)
from bot.gateway.storage import State, Storage, Stored

logger = logging.getLogger(__name__)


async def in_thread(function: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """Run a call that waits for the disk, while the event loop goes on."""
    return await asyncio.to_thread(function, *args, **values)


class Offers(Protocol):
    """What is added to replies (`desk.Desk`)."""

    async def offers(self, conversation: str, messages: Sequence[Message]) -> list[Message]:
        """The messages to add to these."""


@dataclass
class Answering:
    """Completes replies with what the gateway knows, and stores them."""

    storage: Storage
    clinic: Clinic
    feed: Feed
    desk: Offers

    async def answered(self, turn: Turn, messages: list[Message]) -> None:
        """Store the dialogue's reply, with the emergency advice first where it lacks it.

        A reply that comes after the fixed words is marked as late; advice is not given twice.
        """
        verdict = await turn.verdict
        if await _was_said(turn):
            told_already = bool(verdict.advice) and is_emergency_reply(messages)
            messages = [] if told_already else [{**each, "late": True} for each in messages]
        else:
            turn.answering = True
            if verdict.advice and not is_emergency_reply(messages):
                messages = [verdict.advice, *messages]
        messages = [*messages, *await self.desk.offers(turn.message.conversation, messages)]
        learnt: dict[str, Any] = {"question": open_question(messages)}
        if has_notice(messages, "restarted"):
            learnt["slots"] = {}
        turn.reply = await self._store(turn, messages, State.ANSWERED, **learnt)

    async def fall_back(self, turn: Turn, verdict: Verdict) -> list[Stored]:
        """Say the fixed words; the message stays in the outbox."""
        said = [verdict.fallback]
        said += await self.desk.offers(turn.message.conversation, said)
        return await self._store(turn, said, None)

    async def settled(self, turn: Turn, messages: list[Message]) -> list[Stored]:
        """Store what was said to a message without the dialogue."""
        return await self._store(turn, messages, State.ANSWERED)

    async def overdue(self, turn: Turn) -> None:
        """Leave a message to staff; the patient is still to be asked again."""
        await in_thread(self.storage.set_state, turn.message.seq, State.OVERDUE)

    async def ask_again(self, turns: list[Turn]) -> None:
        """Ask the patient once for all of these messages, which are not answered any more."""
        words = [notice("utter_ask_again", "ask_again")]
        turns[-1].reply = await self._store(turns[-1], words, State.FOR_STAFF)
        for turn in turns[:-1]:
            await in_thread(self.storage.set_state, turn.message.seq, State.FOR_STAFF)

    async def _store(
        self, turn: Turn, messages: list[Message], state: State | None, **learnt: Any
    ) -> list[Stored]:
        complete = [with_calls(each, self.clinic) for each in messages]
        # Whoever of the staff has taken over is not talked over, but for red flags.
        urgent = [each for each in complete if is_emergency_reply([each])]
        stored: list[Stored] = await in_thread(
            self.storage.reply, turn.message, complete, state, urgent, **learnt
        )
        if stored:
            self.feed.tell(turn.message.conversation)
        return stored


async def _was_said(turn: Turn) -> bool:
    """Whether the patient has the fixed words already; storing them may have failed."""
    if turn.fallback is None:
        return False
    try:
        await turn.fallback
    except Exception as error:
        logger.error("Fixed words were not stored: %s", type(error).__name__)
        turn.fallback = None
        return False
    return True
