"""`action_ask_<question>`: put one question of the triage form, with only what is still open.

One message bundles the open items of a question ("any of these: ..."). A question is asked once
more in other words when the answer left something open; what the patient asked in between does
not count as a try.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.interview import INTERRUPTIONS, open_items, shown, tries_key
from actions.messages import say


class AskQuestion(Action):
    """Asks one question of the form."""

    def __init__(self, question: str) -> None:
        self.question = question

    def name(self) -> str:
        """`action_ask_<question>`, by which Rasa's form finds it."""
        return f"action_ask_{self.question}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Ask; keep what was asked, so that the next message is read against it."""
        slots = tracker.current_slot_values()
        items = open_items(self.question, slots, datetime.now(timezone.utc))
        key = tries_key(self.question, items)
        tries = dict(slots.get("tries") or {})
        if tracker.get_intent_of_latest_message() not in INTERRUPTIONS or key not in tries:
            tries[key] = tries.get(key, 0) + 1
        wording = "question" if tries[key] == 1 else "again"
        asks = [ask for item in items for ask in item.asks]
        say(
            dispatcher,
            tracker,
            f"utter_{wording}_{key}",
            {"type": "question", "asks": asks},
            items=shown(items),
        )
        return [
            SlotSet("asks", asks),
            SlotSet("items", [list(item.asks) for item in items]),
            SlotSet("tries", tries),
        ]
