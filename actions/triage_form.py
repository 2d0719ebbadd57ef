"""`validate_triage_form`: after each message, decide what the form asks next, or that it is done.

The reader has filled the findings' slots already. Here a question that was answered in part is
opened again, one that was put twice is given up (its default then applies, see the protocol), and
the form ends as soon as nothing that is still unknown could raise the urgency.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.interview import EARLIER, INTERRUPTIONS, given_up, open_questions


class ValidateTriageForm(Action):
    """Runs whenever the triage form does."""

    def name(self) -> str:
        """The name by which Rasa's form finds it."""
        return "validate_triage_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the slots to set; nothing at all lets Rasa answer an interruption first."""
        slots = tracker.current_slot_values()
        question = slots.get("requested_slot")
        answered = question is not None and slots.get(question) is not None
        if question and not answered and not _bot_spoke(tracker):
            return []
        now = datetime.now(timezone.utc)
        events = [SlotSet(question, None)] if question else []
        still_open = open_questions(slots, now)
        interrupted = tracker.get_intent_of_latest_message() in INTERRUPTIONS
        if question in still_open and not interrupted:
            lost = given_up(question, slots, now)
            if lost:
                slots["unanswered"] = [*(slots.get("unanswered") or ()), *lost]
                slots["paused"] = slots.get("paused") is True and EARLIER not in lost
                events += [SlotSet(name, slots[name]) for name in ("unanswered", "paused")]
                still_open = open_questions(slots, now)
        events.append(SlotSet("requested_slot", still_open[0] if still_open else None))
        return events


def _bot_spoke(tracker: Tracker) -> bool:
    """Whether the bot has said something since the patient's message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "bot":
            return True
    return False
