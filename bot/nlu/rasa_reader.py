"""The reader as a Rasa component: a message and its conversation in, intent and entities out.

One entity per slot that the message fills (`hives: present`, `itching_severity: mild`), so that
Rasa's own `from_entity` mappings fill the slots and no action server is needed. The intent is the
reader's act, overridden by `red_flag` when the message itself holds an emergency.

Commands that start with "/" exist only as payloads of buttons that this conversation was offered,
and as the prompts of the gateway; typed by hand they are text like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions.triage import Case, is_emergency
from bot.clinic import load_clinic
from bot.nlu import arbiter, read
from bot.nlu.asking import asks_guide
from bot.nlu.claimed import claimed
from bot.nlu.conversation import (
    ANSWERING_ACTS,
    CHECK_IN,
    EARLIER,
    PROMPT,
    at_check_in,
    earlier_findings_answer,
    is_pause,
    slots_in_conversation,
)
from bot.nlu.matching import spelt
from bot.nlu.semantic import semantic_reader
from bot.nlu.sentences import words_of
from bot.rasa_internals import send_with_answer
from knowledge.encoded import Encoded

logger = logging.getLogger(__name__)

FORM = "triage_form"
ANSWER_PREFIX = "/answer/"

#: What is longer than so many characters is not encoded in one piece.
_SHORT = 300

#: A text as it is encoded, and what that will give.
Begun = tuple[str, Future[dict[str, str]]]

#: Words for the person of whom was spoken.
_OTHERS = frozenset(["she", "her", "he", "him", "his", "shes", "hes", "they", "them"])

#: Acts that are heard after the emergency advice for somebody else.
_LEAVING = frozenset(["handoff", "bye", "start_over"])

#: Acts that are answered from the guide.
QUESTIONS = frozenset(["ask", "both"])


class MessageReader(GraphComponent):
    """Reads each message once, with what the conversation asked last."""

    def __init__(self, time_zone: str) -> None:
        self._time_zone = time_zone
        # What the guide is searched with is made while Rasa goes on: it waits for no processor.
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        """Make the reader and load what it reads with, so that the first patient does not wait.

        Raises `ReaderMissingError` when the semantic reader was not trained: no bot starts with
        half its reading; and `DataError` when the limits of the arbiter are broken.
        """
        reader = cls(load_clinic().time_zone)
        semantic_reader()
        arbiter.least()
        read("warm up")
        return reader

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageReader:
        """Make the reader; see `create`."""
        return cls.create(config, model_storage, resource, execution_context)

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Set intent and entities of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            try:
                if text == CHECK_IN and (message.get("metadata") or {}).get(PROMPT) is True:
                    slots = tracker.current_slot_values()
                    intent, values = CHECK_IN.removeprefix("/"), at_check_in(slots)
                else:
                    intent, values = self._read(text, tracker)
            except Exception as error:  # an unreadable message still gets words
                logger.error("A message could not be read: %s", type(error).__name__)
                intent, values = "unreadable", {}
            message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)
            message.set(
                ENTITIES,
                [
                    {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "reader"}
                    for name, value in values.items()
                ],
                add_to_output=True,
            )
        return messages

    def _read(self, text: str, tracker: DialogueStateTracker) -> tuple[str, dict[str, Any]]:
        slots = tracker.current_slot_values()
        pressed = _pressed_button(text, tracker, slots.get("requested_slot"))
        if pressed is not None:
            payload, text = pressed
            if not payload.startswith(ANSWER_PREFIX):
                return payload.removeprefix("/"), {}
        asking = tracker.active_loop_name == FORM
        asks = tuple(slots.get("asks") or ()) if asking else ()
        items = tuple(tuple(item) for item in slots.get("items") or ()) if asking else ()
        now = datetime.now(timezone.utc)
        begun = self._begin(text)
        read_as = read(text, now=now, timezone=self._time_zone, asks=asks, items=items)
        reading = read_as.to_json()
        for name, said in claimed(text, _read_out(tracker, asking)).items():
            reading["findings"].setdefault(name, said.to_json())
        emergency = is_emergency(Case.from_json(reading))
        if pressed is None and text.lstrip().startswith("/"):
            # Typed by hand: read for red flags like any other text, but it sets nothing.
            act = "nonsense" if reading["act"] in ANSWERING_ACTS else reading["act"]
            return ("red_flag" if emergency else act), {}
        values = slots_in_conversation(reading, slots)
        question = slots.get("requested_slot")
        if asking and question == EARLIER:
            values.update(earlier_findings_answer(reading["act"], reading["findings"], slots))
        elif is_pause(_last_heard(tracker), now, slots):
            values["paused"] = True
        if asking and question and reading["act"] in ANSWERING_ACTS:
            values[question] = "heard"
        goes_on = slots.get("emergency") is None and _goes_on_about(text, tracker)
        if emergency or (goes_on and reading["act"] not in _LEAVING):
            return "red_flag", values
        if read_as.act in QUESTIONS and read_as.plain:
            self._send_encoded(text, read_as.plain, begun)
        return ("too_long" if reading["truncated"] else reading["act"]), values

    def _begin(self, text: str) -> Begun | None:
        """Begin to make what the guide is searched with, beside the reading of what looks like a
        question: both take a processor for milliseconds."""
        try:
            if len(text) > _SHORT or not asks_guide(words_of(text)):
                return None
            plain = " ".join(token.norm for token in spelt(text).tokens)
            return plain, self._beside.submit(_encoded, plain)
        except Exception as error:
            logger.error("A question was not encoded: %s", type(error).__name__)
            return None

    def _send_encoded(self, text: str, plain: str, begun: Begun | None) -> None:
        """Have it sent with the call of the action; without it, the actions make it."""
        try:
            if begun is None or begun[0] != plain:
                begun = plain, self._beside.submit(_encoded, plain)
            send_with_answer(text, begun[1])
        except Exception as error:
            logger.error("A question was not encoded: %s", type(error).__name__)


def _encoded(plain: str) -> dict[str, str]:
    """The vector of a question, for the action that answers it."""
    encoder = semantic_reader().encoder
    return Encoded(plain, encoder.encode([plain])[0], encoder.fingerprint).to_json()


def _pressed_button(
    text: str, tracker: DialogueStateTracker, question: str | None
) -> tuple[str, str] | None:
    """Payload and title of the button that `text` is, if this conversation was offered it.

    An answer's button counts only while its question is open: an old "none of these" must not
    clear a newer question.
    """
    text = text.strip()
    if not text.startswith("/"):
        return None
    if text.startswith(ANSWER_PREFIX) and text.split("/")[2:3] != [question]:
        return None
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            for button in event.data.get("buttons") or ():
                if button.get("payload") == text:
                    return text, str(button.get("title", ""))
    return None


def _goes_on_about(text: str, tracker: DialogueStateTracker) -> bool:
    """Whether somebody speaks on of the other person for whom the emergency advice was given: "can
    I give her water?". What others have fills no slot."""
    if _OTHERS.isdisjoint(words_of(text).text.split()):
        return False
    return any(
        said.metadata.get("utter_action") == "utter_emergency" for said in _just_said(tracker)
    )


def _read_out(tracker: DialogueStateTracker, asking: bool) -> str:
    """What the patient has just read and may claim: answers from the guide, and while something is
    asked its question ("that's me" after the list of red flags)."""
    return "\n".join(
        said.text or ""
        for said in _just_said(tracker)
        if asking or said.metadata.get("utter_action") == "utter_answer"
    )


def _just_said(tracker: DialogueStateTracker) -> Iterator[BotUttered]:
    """What the bot has said since the patient's last message, the latest first."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return
        if isinstance(event, BotUttered):
            yield event


def _last_heard(tracker: DialogueStateTracker) -> datetime | None:
    """When the patient wrote last, before this message."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered) and event.timestamp:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=event.timestamp)
    return None
