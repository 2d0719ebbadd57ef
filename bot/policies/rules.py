"""Rasa's rules, looked up without what this bot has no use for.

With every prediction RulePolicy replays the conversation from its beginning, twice: once for rules
that are told by a text, of which there are none here. A rule looks back a few states only, so the
older ones are not even described. Together 12 % of a turn (py-spy), more as a conversation grows.
What is predicted stays the same; `tests/bot/policies/test_rules.py` holds both side by side.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

_NO_RULE: tuple[str | None, str | None, bool] = (None, None, False)


class Rules(RulePolicy):
    """`RulePolicy` for rules without texts; trained as that one is."""

    #: How many states the longest rule holds; None while the rules are still being learnt.
    _reach: int | None = None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Rules:
        """The rules as trained by `RulePolicy`."""
        policy: Rules = super().load(config, model_storage, resource, execution_context, **kwargs)
        keys = (*policy.lookup[RULES], *policy.lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
        policy._reach = max((len(policy._rule_key_to_state(key)) for key in keys), default=1)
        return policy

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if self._reach is not None and use_text_for_last_user_input:
            return _NO_RULE
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The last states, as many as a rule may look at."""
        if self._reach is None:
            all_states: list[State] = super()._prediction_states(
                tracker, domain, use_text_for_last_user_input, rule_only_data
            )
            return all_states
        events = tracker.applied_events()
        actions = [at for at, event in enumerate(events) if isinstance(event, ActionExecuted)]
        described = {*actions[max(0, len(actions) + 1 - self._reach) :], len(events)}
        slots = [slot for slot in tracker.slots.values() if slot.influence_conversation]
        earlier, states = DialogueStateTracker(tracker.sender_id, slots), []
        for at, event in enumerate((*events, None)):
            if at in described:
                states.append(domain._clean_state(domain.get_active_state(earlier)))
            if event and not (isinstance(event, SlotSet) and event.key not in earlier.slots):
                earlier.update(event)
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def format_tracker_states(self, states: list[State]) -> None:
        """What Rasa would log of the states: nothing, so that nothing is copied for it."""
