"""Put one question of the triage form, with only what is still open.

One message bundles the open items of a question ("any of these: ..."). A question is asked once
more in other words when the answer left something open; what the patient asked in between does
not count as a try.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.interview import INTERRUPTIONS, Interview, Item, shown, tries_key
from actions.messages import say
from actions.triage import questions


def ask(
    question: str,
    interview: Interview,
    slots: Mapping[str, Any],
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
) -> list[dict[str, Any]]:
    """Ask; the slots returned keep what was asked, so that the next message is read against it."""
    items = interview.items(question)
    key = tries_key(question, items)
    tries = dict(slots.get("tries") or {})
    if tracker.get_intent_of_latest_message() not in INTERRUPTIONS or key not in tries:
        tries[key] = tries.get(key, 0) + 1
    wording = "question" if tries[key] == 1 else "again"
    asks = [each for item in items for each in item.asks]
    say(
        dispatcher,
        tracker,
        f"utter_{wording}_{key}",
        _question_message(question, items),
        items=shown(items),
    )
    return [
        SlotSet("requested_slot", question),
        SlotSet("asks", asks),
        SlotSet("items", [list(item.asks) for item in items]),
        SlotSet("tries", tries),
    ]


def _question_message(question: str, items: list[Item]) -> dict[str, Any]:
    """The `question` message for programs (message contract).

    `items` are the lines it is shown as, each with its asks, for who reads the answer beside the
    dialogue; `step` of `steps` is how far the patient is, and missing for a question outside the
    protocol's order.
    """
    order = [each.id for each in questions()]
    message: dict[str, Any] = {
        "type": "question",
        "question": question,
        "asks": [ask for item in items for ask in item.asks],
        "items": [list(item.asks) for item in items],
    }
    if question in order:
        message.update(step=order.index(question) + 1, steps=len(order))
    return message
