"""Each conversation's line to the dialogue: one message at a time, in order, none lost or doubled.

A message stays at the head of its line until the dialogue has answered it. If that fails it is
tried again, with the same id, while the patient has long been told what to do meanwhile
(`Turn.failed`). What is older than `late_after` is not answered any more: staff see it, and once
the dialogue is back the patient is asked again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.gateway.dialogue import DialogueError, Message
from bot.gateway.red_flags import Verdict
from bot.gateway.storage import SYSTEM, Stored

logger = logging.getLogger(__name__)

#: Seconds between attempts: the first few are quick, a restart of the dialogue takes twenty.
PAUSES = (0.5, 1, 2, 4, 8, 15)


class Speaks(Protocol):
    """What a line needs of the dialogue."""

    async def say(
        self, conversation: str, text: str, message_id: str, prompt: bool = False
    ) -> list[Message]:
        """The reply; raises `DialogueError`. `prompt`: no patient's text, but the gateway's own."""

    async def is_up(self) -> bool:
        """Whether messages are taken now."""


@dataclass(eq=False)
class Turn:
    """A stored message on its way through the dialogue."""

    message: Stored
    text: str
    """What the dialogue is sent: words, or a button's payload."""
    verdict: asyncio.Future[Verdict]
    """The gateway's own reading, under way beside the dialogue."""
    overdue: bool = False
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the dialogue cannot answer now."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the turn has left the line."""
    reply: list[Stored] = field(default_factory=list)
    """What the patient is told, once done."""
    answering: bool = False
    """The dialogue's reply is being stored."""
    fallback: asyncio.Future[list[Stored]] | None = None
    """The fixed words, when the patient was told those instead."""


class Answers(Protocol):
    """What a line does with a turn."""

    async def answered(self, turn: Turn, messages: list[Message]) -> None:
        """Store the dialogue's reply."""

    async def overdue(self, turn: Turn) -> None:
        """Note that a turn is too old to be answered."""

    async def ask_again(self, turns: list[Turn]) -> None:
        """Ask the patient anew, once for all of these."""


@dataclass
class _Line:
    turns: deque[Turn] = field(default_factory=deque)
    failing: bool = False
    worker: asyncio.Task[None] | None = None


class Lines:
    """All conversations' lines."""

    def __init__(
        self,
        dialogue: Speaks,
        answers: Answers,
        late_after: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._dialogue, self._answers, self._late_after = dialogue, answers, late_after
        self._now = now
        self._lines: dict[str, _Line] = {}

    def join(self, turn: Turn) -> None:
        """Put a turn at the end of its conversation's line."""
        name = turn.message.conversation
        line = self._lines.setdefault(name, _Line())
        line.turns.append(turn)
        if line.failing:
            turn.failed.set()
        if line.worker is None:
            line.worker = asyncio.create_task(self._work(name, line))

    def turn(self, seq: int, conversation: str) -> Turn | None:
        """The turn of a stored message, while it is in line."""
        line = self._lines.get(conversation)
        found = (turn for turn in line.turns if turn.message.seq == seq) if line else iter(())
        return next(found, None)

    def busy(self, conversation: str) -> bool:
        """Whether something in this conversation is still to be answered."""
        return conversation in self._lines

    def drop(self, conversation: str) -> None:
        """Forget a conversation's line: the conversation is being deleted."""
        line = self._lines.pop(conversation, None)
        if line is not None:
            _end(line)

    def close(self) -> None:
        """Stop all work; what is in line is in the outbox and is taken up at the next start."""
        for line in self._lines.values():
            _end(line)
        self._lines.clear()

    async def _work(self, name: str, line: _Line) -> None:
        failures = 0
        while line.turns:
            turn = line.turns[0]
            try:
                if any(each.overdue or self._is_late(each) for each in line.turns):
                    await self._put_off(line)
                else:
                    await self._say(turn)
                    line.turns.popleft()
                    turn.done.set()
                line.failing, failures = False, 0
            except DialogueError as error:
                logger.warning("The dialogue did not answer: %s", error)
                line.failing = True
                for waiting in line.turns:
                    waiting.failed.set()
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
            except Exception as error:  # a disk that is full, say: keep the turn, go on trying
                logger.error("A turn could not be finished: %s", type(error).__name__)
                turn.failed.set()
                await asyncio.sleep(PAUSES[-1])
        self._lines.pop(name, None)

    async def _say(self, turn: Turn) -> None:
        message = turn.message
        message_id = message.client_id or f"prompt {message.seq}"
        prompt = message.sender == SYSTEM
        await self._answers.answered(
            turn, await self._dialogue.say(message.conversation, turn.text, message_id, prompt)
        )

    async def _put_off(self, line: _Line) -> None:
        """Hand the turns that are too old to staff; ask the patient again when that is possible."""
        old = [turn for turn in line.turns if turn.overdue or self._is_late(turn)]
        for turn in old:
            if not turn.overdue:
                await self._answers.overdue(turn)
                turn.overdue = True
        if not await self._dialogue.is_up():
            raise DialogueError("still away")
        await self._answers.ask_again(old)
        for turn in old:
            line.turns.remove(turn)
            turn.done.set()

    def _is_late(self, turn: Turn) -> bool:
        """Only a turn that has failed can be late: a long queue alone is no reason."""
        return (
            turn.message.sender != SYSTEM
            and turn.failed.is_set()
            and self._now() - turn.message.at > self._late_after
        )


def _end(line: _Line) -> None:
    if line.worker is not None:
        line.worker.cancel()
    for turn in line.turns:
        turn.done.set()
