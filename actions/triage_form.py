"""`validate_triage_form`: after each message, ask what is still missing, or tell the result.

The reader has filled the findings' slots already. Here a question that was answered in part is
opened again, one that was put twice is given up (its default then applies, see the protocol), and
the form ends with the result as soon as nothing that is still unknown could raise the urgency.

Asking and telling happen in this one action, not in `action_ask_...` of their own (Rasa allows
it): a turn then calls the action server once, and there is one thing that can fail.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.ask import ask
from actions.interview import EARLIER, INTERRUPTIONS, Interview
from actions.result import tell


class ValidateTriageForm(Action):
    """Runs whenever the triage form does."""

    def name(self) -> str:
        """The name by which Rasa's form finds it."""
        return "validate_triage_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Ask or tell; saying and setting nothing lets Rasa answer an interruption first."""
        slots = tracker.current_slot_values()
        question = slots.get("requested_slot")
        answered = question is not None and slots.get(question) is not None
        if question and not answered and not _bot_spoke(tracker):
            return []
        now = datetime.now(timezone.utc)
        events = [SlotSet(question, None)] if question else []
        interview = Interview(slots, now)
        interrupted = tracker.get_intent_of_latest_message() in INTERRUPTIONS
        if question in interview.questions() and not interrupted:
            lost = interview.given_up(question)
            if lost:
                slots["unanswered"] = [*(slots.get("unanswered") or ()), *lost]
                slots["paused"] = slots.get("paused") is True and EARLIER not in lost
                events += [SlotSet(name, slots[name]) for name in ("unanswered", "paused")]
                interview = Interview(slots, now)
        still_open = interview.questions()
        if still_open:
            return events + ask(still_open[0], interview, slots, dispatcher, tracker)
        return events + tell(slots, now, dispatcher, tracker)


def _bot_spoke(tracker: Tracker) -> bool:
    """Whether the bot has said something since the patient's message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "bot":
            return True
    return False
