"""A red flag gets the emergency advice in the same turn, whatever the dialogue is doing.

Rasa runs an active form before every rule, and a form needs the action server; so a rule cannot
keep this promise. This policy looks at the slots that the reader has just filled, asks the
protocol's emergency rules (`actions.triage`, in this process), and outranks every other policy.
It needs no action server, no index and no network.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import (
    ACTION_DEACTIVATE_LOOP_NAME,
    ACTION_LISTEN_NAME,
    ACTION_RESTART_NAME,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.triage import case_from_slots, is_emergency
from bot import rasa_internals
from bot.fixed_words import SELF_HARM, advice_for_case

#: Higher than RulePolicy's 6.
PRIORITY = 100

#: The responses to thoughts of self-harm.
_SELF_HARM = ("utter_self_harm", "utter_self_harm_and_emergency")

#: What the patient may still do after the advice; everything else gets the advice again.
ALLOWED_AFTER_ADVICE = {"handoff", "bye"}


def advice_for(slots: dict[str, Any], intent: str | None, now: datetime) -> str | None:
    """The response that a message calls for, or None when it is no emergency.

    `slots` already hold what the message said; `intent` is the reader's. "medical" is the slot
    value after an emergency of E1-E10 or E12, "self_harm" after one of E11.
    """
    if slots.get(SELF_HARM) in ("present", "uncertain"):
        return advice_for_case(case_from_slots(slots, now))
    if intent == "red_flag":
        return "utter_emergency"
    told = slots.get("emergency")
    if told is None:
        return "utter_emergency" if is_emergency(case_from_slots(slots, now)) else None
    if intent in ALLOWED_AFTER_ADVICE:
        return None
    if intent == "start_over":
        return "utter_emergency_before_new_check"
    body = is_emergency(case_from_slots(slots, now))
    return "utter_self_harm" if told == "self_harm" and not body else "utter_emergency_stays"


class EmergencyPolicy(GraphComponent):
    """Predicts the emergency advice, then ends the form and listens."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmergencyPolicy:
        """Make the policy; it has nothing to learn or to configure."""
        rasa_internals.adjust()
        return cls()

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmergencyPolicy:
        """Make the policy; see `create`."""
        return cls.create(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain
    ) -> PolicyPrediction:
        """Name the next step of an emergency turn, or abstain with all zeros."""
        action, events = self._next_step(tracker)
        scores = [0.0] * domain.num_actions
        if action is not None:
            scores[domain.index_for_action(action)] = 1.0
        # "No user prediction" is how an active form outranks all others; so must this.
        return PolicyPrediction(
            scores,
            type(self).__name__,
            PRIORITY,
            events=events,
            is_no_user_prediction=action is not None,
        )

    def _next_step(self, tracker: DialogueStateTracker) -> tuple[str | None, list[Event]]:
        done = _actions_this_turn(tracker)
        if not done:
            if tracker.latest_message is None or not tracker.latest_message.intent:
                return None, []
            advice = advice_for(
                tracker.current_slot_values(),
                tracker.latest_message.intent.get("name"),
                datetime.now(timezone.utc),
            )
            return advice, _remember(advice, tracker)
        if done[0] == "utter_emergency_before_new_check":
            return (ACTION_RESTART_NAME if len(done) == 1 else ACTION_LISTEN_NAME), []
        if done[0] in ("utter_emergency", "utter_emergency_stays", *_SELF_HARM):
            own = tracker.get_slot("emergency") is not None
            if own and tracker.active_loop_name and ACTION_DEACTIVATE_LOOP_NAME not in done:
                return ACTION_DEACTIVATE_LOOP_NAME, []
            return ACTION_LISTEN_NAME, []
        return None, []


def _remember(advice: str | None, tracker: DialogueStateTracker) -> list[Event]:
    """Keep that the patient's own emergency was told; it is never downgraded by the bot."""
    if advice in _SELF_HARM:
        return [SlotSet("emergency", "self_harm")]
    if advice == "utter_emergency" and is_emergency(
        case_from_slots(tracker.current_slot_values(), datetime.now(timezone.utc))
    ):
        return [SlotSet("emergency", "medical")]
    return []


def _actions_this_turn(tracker: DialogueStateTracker) -> list[str]:
    """The actions run since the patient's last message, oldest first."""
    names: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted) and event.action_name:
            names.append(event.action_name)
    return names[::-1]
