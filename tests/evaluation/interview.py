"""Hold the check with a labelled patient: read, judge, ask what is missing, read the reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.interview import MAX_TRIES, Item, all_items
from actions.triage import Case as Known
from actions.triage import assess, merge, next_question
from bot.nlu import read

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

    `after` is None when nothing of the patient's own was found to triage.
    """
    now = datetime.fromisoformat(case.now)
    asks = tuple(case.labels.get("asks", ()))
    readings = [
        reader(text, now, asks if number == 0 else (), ())
        for number, text in enumerate(case.messages)
    ]
    known = merge(*readings, now=now)
    result = assess(known)
    reading = readings[0] if len(readings) == 1 else _merged(readings)
    before = str(result.disposition)
    if not _to_triage(reading, before):
        return Outcome(case, reading, before, None, ())
    asked: list[tuple[str, str]] = []
    tries: dict[str, int] = {}
    for _ in range(MAX_QUESTIONS):
        question = next_question(known, result)
        if question is None or str(result.disposition) == "emergency":
            break
        items = _items(question.id, question.asks)
        asks = tuple(ask for item in items for ask in item.asks)
        key = items[0].asks[0] if items[0].alone else question.id
        reply = case.reply(asks)
        asked.append((key, reply))
        answer = reader(reply, now, asks, [item.asks for item in items])
        tries[key] = tries.get(key, 0) + 1
        known = known.merged(Known.from_json(answer, now))
        if tries[key] >= MAX_TRIES:
            known = known.merged(Known(unanswered=frozenset(asks)))
        result = assess(known)
    return Outcome(case, reading, before, str(result.disposition), tuple(asked))


def _items(question: str, asks: Sequence[str]) -> list[Item]:
    """The lines of a question with only what is open; one that stands alone waits its turn."""
    items = [
        Item(tuple(ask for ask in item.asks if ask in asks), item.says, item.alone)
        for item in all_items()[question]
        if set(item.asks) & set(asks)
    ]
    return [item for item in items if not item.alone] or items[:1]


def _to_triage(reading: dict[str, Any], before: str) -> bool:
    """Whether the bot would open a check: the patient tells of a state, or it is an emergency."""
    if before == "emergency":
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
