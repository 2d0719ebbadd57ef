"""The gateway's own reading for red flags, beside the dialogue and independent of it.

Same readers and same protocol as in the dialogue (`bot.nlu`, `actions.triage`), with what is
already known of the conversation: slots, and the question that is open. Nothing here needs another
process. It mirrors `bot.nlu.rasa_reader` and `bot.policies.emergency`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from actions.triage import Case, case_from_slots, is_emergency, slots_from_reading
from bot.fixed_words import emergency_words, notice
from bot.nlu import read
from bot.nlu.conversation import EARLIER, earlier_findings_answer
from bot.nlu.semantic import semantic_reader

logger = logging.getLogger(__name__)

#: Slot of ours: the emergency advice was given, and is not taken back.
TOLD = "emergency"

#: After this long nothing that was told before is known any more; as in the dialogue
#: (`session_expiration_time` in bot/domain/dialogue.yml).
FORGET_AFTER = timedelta(hours=72)

#: Seconds after which a message counts as unreadable.
PATIENCE = 6.0

#: Characters up to which a message is read at once; longer ones wait for each other alone.
SHORT = 500

Slots = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What the gateway makes of a message by itself."""

    slots: Slots = field(default_factory=dict)
    """What is known of the conversation from now on."""
    advice: dict[str, Any] | None = None
    """The emergency advice (`text`, `custom`), when this message calls for it."""
    fallback: dict[str, Any] = field(default_factory=dict)
    """What to say when the dialogue says nothing: the advice, or the plain apology."""
    told: bool = False
    """The message told something that the triage needs, new or not."""


def judge(
    text: str,
    slots: Mapping[str, Any],
    question: Mapping[str, Any] | None,
    now: datetime,
    time_zone: str,
) -> Verdict:
    """Read a message against what is known. Never raises: without a reading, the apology."""
    try:
        known, case, advised, told = _understand(text, slots, question or {}, now, time_zone)
        advice = emergency_words(case) if advised else None
        told_before = slots.get(TOLD) is not None
        if advice or not told_before:
            fallback = advice or notice("utter_unavailable", "unavailable")
        else:
            fallback = emergency_words(case, told_before=True)
        return Verdict(known, advice, fallback, told)
    except Exception as error:
        logger.error("A message could not be read: %s", type(error).__name__)
        return _unread(slots)


def _unread(slots: Mapping[str, Any]) -> Verdict:
    """The apology, which names the red flags itself."""
    return Verdict(dict(slots), None, notice("utter_unavailable", "unavailable"))


def _understand(
    text: str,
    slots: Mapping[str, Any],
    question: Mapping[str, Any],
    now: datetime,
    time_zone: str,
) -> tuple[Slots, Case, bool, bool]:
    """The slots after the message, the case to speak of, whether advice is due for it, and
    whether it told anything."""
    asks = question.get("asks") or ()
    reading = read(text, now, time_zone, asks, question.get("items") or ()).to_json()
    read_now = slots_from_reading(reading)
    known = {**slots, **read_now}
    if question.get("question") == EARLIER:
        answer = earlier_findings_answer(reading["act"], reading["findings"], slots)
        known.update({name: state for name, state in answer.items() if name != "paused"})
    said, case = Case.from_json(reading), case_from_slots(known, now)
    own = is_emergency(case)
    in_message = is_emergency(said)
    if own:
        known[TOLD] = "self_harm" if "self_harm_thoughts" in case.present() else "medical"
    advised = in_message or (own and slots.get(TOLD) is None)
    return known, (case if own or not in_message else said), advised, bool(read_now)


class RedFlags:
    """Reads messages one at a time in a thread of its own, so that the event loop goes on.

    Long ones have another thread: a flood of them keeps nobody's short one waiting.
    """

    def __init__(self, time_zone: str) -> None:
        self._time_zone = time_zone
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="red-flags")
        self._long = ThreadPoolExecutor(max_workers=1, thread_name_prefix="long-texts")

    async def load(self) -> None:
        """Load what is read with, so that the first patient does not wait.

        Raises `ReaderMissingError` when the semantic reader was not trained: no door opens with
        half its reading.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, semantic_reader)
        await loop.run_in_executor(self._thread, read, "warm up")

    async def read(
        self, text: str, slots: Mapping[str, Any], question: Mapping[str, Any] | None
    ) -> Verdict:
        """The verdict on a message; see `judge`. Without one in time, the apology."""
        now = datetime.now(timezone.utc)
        thread = self._thread if len(text) <= SHORT else self._long
        reading = thread.submit(judge, text, slots, question, now, self._time_zone)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(reading), PATIENCE)
        except asyncio.TimeoutError:  # one that has not begun is not begun any more
            logger.error("A message was not read in time.")
            return _unread(slots)

    def close(self) -> None:
        """End the threads."""
        for thread in (self._thread, self._long):
            thread.shutdown(wait=False, cancel_futures=True)
