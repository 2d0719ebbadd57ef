"""No message of a patient is met with silence.

Rasa goes on quietly when an action fails: its events are lost and the rules decide to listen.
Here the last word on every prediction is this ensemble's: a turn in which an action left no words
says so, names the clinic and when not to wait, and only then listens.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.constants import ACTION_LISTEN_NAME, DEFAULT_ACTION_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

APOLOGY = "utter_unavailable"


class NeverSilentEnsemble(DefaultPolicyPredictionEnsemble):
    """Rasa's own choice between policies, except where it would mean silence."""

    def combine_predictions(
        self,
        predictions: list[PolicyPrediction],
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> PolicyPrediction:
        """Combine as Rasa does; then turn silence into the fixed apology."""
        best = super().combine_predictions(predictions, tracker, domain)
        chosen = domain.action_names_or_texts[best.probabilities.index(best.max_confidence)]
        correction = _correction(tracker, chosen, best.max_confidence)
        if correction is None:
            return best
        return PolicyPrediction.for_action_name(domain, correction, type(self).__name__)

    def combine_predictions_from_kwargs(
        self, tracker: DialogueStateTracker, domain: Domain, **kwargs: Any
    ) -> PolicyPrediction:
        """Combine the predictions among `kwargs` (spelled out: Rasa wants it annotated)."""
        return super().combine_predictions_from_kwargs(tracker, domain, **kwargs)


def _correction(tracker: DialogueStateTracker, chosen: str, confidence: float) -> str | None:
    """The action to take instead of `chosen`, or None when `chosen` is right."""
    turn = _this_turn(tracker)
    if turn is None:
        return None
    ran = next((event for event in turn if isinstance(event, ActionExecuted)), None)
    if ran is not None:
        if ran.action_name == APOLOGY:
            return ACTION_LISTEN_NAME
        if _failed(ran, turn):
            return APOLOGY
    decided_nothing = confidence == 0.0
    if decided_nothing or chosen == ACTION_LISTEN_NAME:
        return ACTION_LISTEN_NAME if _spoke(turn) else APOLOGY
    return None


def _this_turn(tracker: DialogueStateTracker) -> list[Event] | None:
    """The events since the patient's last message, newest first; None before the first one."""
    turn: list[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return turn
        turn.append(event)
    return None


def _failed(ran: ActionExecuted, turn: list[Event]) -> bool:
    """Whether the last action of the turn left no words; every action of ours speaks."""
    name = ran.action_name or ""
    if name in DEFAULT_ACTION_NAMES or not name:
        return False
    return not _spoke(turn[: turn.index(ran)])


def _spoke(events: list[Event]) -> bool:
    return any(isinstance(event, BotUttered) for event in events)
