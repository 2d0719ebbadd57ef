"""Hold the check with a labelled patient: read, judge, ask what is missing, read the reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.interview import MAX_TRIES, Interview, tries_key
from actions.triage import Case as Known
from actions.triage import Result, assess, case_from_slots, is_emergency
from bot.nlu import read
from bot.nlu.conversation import slots_in_conversation

from .cases import Case

Reader = Callable[[str, datetime, Sequence[str], Sequence[Sequence[str]]], dict[str, Any]]

#: More questions than the protocol has, each put twice.
MAX_QUESTIONS = 24


@dataclass(frozen=True)
class Outcome:
    """What was read of a case, and the dispositions before and after the replies."""

    case: Case
    reading: dict[str, Any]
    before: str
    after: str | None
    asked: tuple[tuple[str, str], ...]


def ours(
    text: str, now: datetime, asks: Sequence[str], items: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The product's own reader."""
    return read(text, now, "UTC", asks, items).to_json()


def interview(case: Case, reader: Reader = ours) -> Outcome:
    """Read the messages of a case and answer the bot's questions as its replies say.

    Goes the way of the dialogue: readings fill slots, slots decide what is asked. `after` is None
    when nothing of the patient's own was found to triage.
    """
    now = datetime.fromisoformat(case.now)
    slots: dict[str, Any] = {}
    readings = []
    for number, text in enumerate(case.messages):
        asks = tuple(case.labels.get("asks", ())) if number == 0 else ()
        readings.append(reader(text, now, asks, ()))
        slots.update(slots_in_conversation(readings[-1], slots))
    reading = readings[0] if len(readings) == 1 else _merged(readings)
    if any(is_emergency(Known.from_json(each, now)) for each in readings):
        return Outcome(case, reading, "emergency", "emergency", ())
    before = str(_judged(slots, now).disposition)
    if not _to_triage(case, reading, before):
        return Outcome(case, reading, before, None, ())
    asked: list[tuple[str, str]] = []
    for _ in range(MAX_QUESTIONS):
        questions = Interview(slots, now).questions()
        if not questions:
            break
        asked.append(_ask(questions[0], slots, case, now, reader))
    return Outcome(case, reading, before, str(_judged(slots, now).disposition), tuple(asked))


def _ask(
    question: str, slots: dict[str, Any], case: Case, now: datetime, reader: Reader
) -> tuple[str, str]:
    """Put one question and take the reply into the slots; what stays open twice is given up."""
    items = Interview(slots, now).items(question)
    asks = tuple(ask for item in items for ask in item.asks)
    key = tries_key(question, items)
    tries = slots.setdefault("tries", {})
    tries[key] = tries.get(key, 0) + 1
    reply = case.reply(asks)
    reading = reader(reply, now, asks, [item.asks for item in items])
    slots.update(slots_in_conversation(reading, slots))
    lost = Interview(slots, now).given_up(question) if tries[key] >= MAX_TRIES else []
    slots["unanswered"] = [*slots.get("unanswered", ()), *lost]
    return key, reply


def _judged(slots: Mapping[str, Any], now: datetime) -> Result:
    return assess(case_from_slots(slots, now))


def _to_triage(case: Case, reading: dict[str, Any], before: str) -> bool:
    """Whether the bot holds a check: it has asked something already, the patient tells of a state,
    or it is an emergency.

    An answer that is taken for chat ends no check: the form puts its question again.
    """
    if before == "emergency" or case.labels.get("asks"):
        return True
    return reading["intent"] in ("check_symptoms", "both", "answer", "correct")


def _merged(readings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several readings as one, for scoring: the later word on each thing stands."""
    together = dict(readings[-1])
    together["findings"] = {
        name: said for reading in readings for name, said in reading["findings"].items()
    }
    for key in ("hours_since_treatment", "trend", "temperature_c", "duration_hours", "recurred"):
        told = [reading[key] for reading in readings if reading[key] is not None]
        together[key] = told[-1] if told else None
    intents = [reading["intent"] for reading in readings]
    together["intent"] = next(
        (intent for intent in intents if intent in ("check_symptoms", "both")), intents[-1]
    )
    return together
