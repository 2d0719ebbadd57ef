"""The interview: which question is open, as which items it is shown, and when to stop asking.

Plain Python over slot values; the form (`actions.triage_form`) and the questions
(`actions.ask`) are thin skins over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.triage import assess, case_from_slots, findings, questions
from actions.triage.datafile import load

#: The question after a pause: does what was told before it still hold?
EARLIER = "earlier_findings"

#: How often a question is put before its default applies (triage protocol, "Questions").
MAX_TRIES = 2

#: Acts that do not answer the open question; after them it is put again in the same words.
INTERRUPTIONS = frozenset(
    {"ask", "both", "explain", "greet", "thank", "chat", "handoff", "photo", "aftercare"}
    | {"before_treatment", "other_language", "check_in"}
)

_ITEMS_SCHEMA = {
    "type": "object",
    "required": ["items"],
    "additionalProperties": False,
    "properties": {
        "items": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["asks", "says"],
                    "additionalProperties": False,
                    "properties": {
                        "asks": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        "says": {"type": "string"},
                        "alone": {"type": "boolean"},
                    },
                },
            },
        }
    },
}


@dataclass(frozen=True)
class Item:
    """One line of a question: the ask ids that it stands for and how it is said."""

    asks: tuple[str, ...]
    says: str
    alone: bool = False


@lru_cache(maxsize=1)
def all_items() -> dict[str, tuple[Item, ...]]:
    """The lines of every question, from `actions/items.yml`; raises `DataError`."""
    data = load(Path(__file__).with_name("items.yml"), _ITEMS_SCHEMA)
    return {
        question: tuple(
            Item(tuple(row["asks"]), row["says"], row.get("alone", False)) for row in rows
        )
        for question, rows in data["items"].items()
    }


class Interview:
    """What is still to be asked of a patient, of whom `slots` hold all that is known at `now`.

    Judges the case once: make a new one when slots have changed.
    """

    def __init__(self, slots: Mapping[str, Any], now: datetime) -> None:
        self._slots = slots
        given_up = set(slots.get("unanswered") or ())
        missing = assess(case_from_slots(slots, now)).missing
        self._asks = frozenset(ask for ask in missing if ask not in given_up)

    def questions(self) -> list[str]:
        """The question ids still to be asked, in the protocol's order."""
        open_ids = [each.id for each in questions() if self._asks.intersection(each.asks)]
        return [EARLIER, *open_ids] if self._slots.get("paused") is True else open_ids

    def items(self, question: str) -> list[Item]:
        """The lines to show for a question: each with only its open asks.

        An item marked `alone` waits until the others are answered, then comes by itself.
        """
        if question == EARLIER:
            return [Item((EARLIER,), _listed(earlier_labels(self._slots)))]
        items = [
            Item(tuple(ask for ask in item.asks if ask in self._asks), item.says, item.alone)
            for item in all_items()[question]
            if self._asks.intersection(item.asks)
        ]
        together = [item for item in items if not item.alone]
        return together or items[:1]

    def given_up(self, question: str) -> list[str]:
        """The asks that stay open because this question was put often enough, else none."""
        items = self.items(question)
        tries = (self._slots.get("tries") or {}).get(tries_key(question, items), 0)
        return [ask for item in items for ask in item.asks] if tries >= MAX_TRIES else []


def tries_key(question: str, items: Sequence[Item]) -> str:
    """The name that tries are counted under, and that the question's wording goes by."""
    return items[0].asks[0] if items and items[0].alone else question


def earlier_labels(slots: Mapping[str, Any]) -> list[str]:
    """How the findings told so far are called, most alarming first."""
    return [
        finding.label
        for finding in findings().values()
        if slots.get(finding.id) in ("present", "uncertain")
    ]


def shown(items: Sequence[Item]) -> str:
    """The items as a numbered list; a single line goes without a number."""
    if len(items) == 1:
        return items[0].says
    return "\n".join(f"{number}. {item.says}" for number, item in enumerate(items, start=1))


def _listed(labels: Sequence[str]) -> str:
    if len(labels) < 2:
        return "".join(labels)
    return f"{', '.join(labels[:-1])} and {labels[-1]}"
