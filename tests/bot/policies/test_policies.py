from datetime import datetime, timezone

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.emergency import EmergencyPolicy, advice_for
from bot.policies.never_silent import APOLOGY, NeverSilentEnsemble

NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(".build/domain")


def conversation(domain: Domain, *events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", list(events), slots=domain.slots)


def said(text: str, intent: str) -> UserUttered:
    return UserUttered(text, intent={"name": intent, "confidence": 1.0})


def predicted(tracker: DialogueStateTracker, domain: Domain) -> str | None:
    prediction = EmergencyPolicy().predict_action_probabilities(tracker, domain)
    if prediction.max_confidence == 0:
        return None
    return domain.action_names_or_texts[prediction.probabilities.index(1.0)]


class TestAdvice:
    @pytest.mark.parametrize(
        ("slots", "intent", "advice"),
        [
            ({"lip_swelling": "present"}, "inform", "utter_emergency"),
            ({"lip_swelling": "uncertain"}, "inform", "utter_emergency"),
            ({"lip_swelling": "absent"}, "inform", None),
            ({"hives": "present", "vomiting": "present"}, "thank", "utter_emergency"),
            ({"hives": "present"}, "inform", None),
            ({}, "red_flag", "utter_emergency"),
            ({"self_harm_thoughts": "present"}, "red_flag", "utter_self_harm"),
            (
                {"self_harm_thoughts": "present", "lip_swelling": "present"},
                "red_flag",
                "utter_self_harm_and_emergency",
            ),
            ({"emergency": "medical"}, "ask", "utter_emergency_stays"),
            (
                {"emergency": "medical", "lip_swelling": "absent"},
                "correct",
                "utter_emergency_stays",
            ),
            ({"emergency": "self_harm"}, "ask", "utter_self_harm"),
            ({"emergency": "medical"}, "start_over", "utter_emergency_before_new_check"),
            ({"emergency": "medical"}, "handoff", None),
            ({}, "start_over", None),
        ],
    )
    def test_by_slots_and_intent(self, slots: dict, intent: str, advice: str | None) -> None:
        assert advice_for(slots, intent, NOW) == advice


class TestEmergencyPolicy:
    def test_outranks_an_active_form(self, domain: Domain) -> None:
        tracker = conversation(
            domain,
            said("check", "check_symptoms"),
            ActionExecuted("triage_form"),
            ActiveLoop("triage_form"),
            ActionExecuted(ACTION_LISTEN_NAME),
            said("my lips", "inform"),
            SlotSet("lip_swelling", "present"),
        )
        prediction = EmergencyPolicy().predict_action_probabilities(tracker, domain)
        assert prediction.is_no_user_prediction
        assert prediction.policy_priority > 6
        assert prediction.events == [SlotSet("emergency", "medical")]
        assert predicted(tracker, domain) == "utter_emergency"
        tracker.update(SlotSet("emergency", "medical"))
        tracker.update(ActionExecuted("utter_emergency"))
        assert predicted(tracker, domain) == "action_deactivate_loop"
        tracker.update(ActionExecuted("action_deactivate_loop"))
        tracker.update(ActiveLoop(None))
        assert predicted(tracker, domain) == ACTION_LISTEN_NAME

    def test_another_persons_emergency_keeps_nothing(self, domain: Domain) -> None:
        tracker = conversation(domain, said("she cannot breathe", "red_flag"))
        prediction = EmergencyPolicy().predict_action_probabilities(tracker, domain)
        assert predicted(tracker, domain) == "utter_emergency"
        assert prediction.events == []

    def test_abstains_otherwise(self, domain: Domain) -> None:
        assert predicted(conversation(domain, said("hi", "greet")), domain) is None


class TestNeverSilent:
    def choose(self, domain: Domain, chosen: str, *events: Event) -> str:
        scores = [0.0] * domain.num_actions
        scores[domain.index_for_action(chosen)] = 1.0
        best = NeverSilentEnsemble().combine_predictions(
            [PolicyPrediction(scores, "rules", 6)], conversation(domain, *events), domain
        )
        return domain.action_names_or_texts[best.probabilities.index(1.0)]

    def test_listening_without_a_word_becomes_the_apology(self, domain: Domain) -> None:
        assert self.choose(domain, ACTION_LISTEN_NAME, said("?", "ask")) == APOLOGY

    def test_a_failed_action_becomes_the_apology(self, domain: Domain) -> None:
        events = (said("?", "ask"), ActionExecuted("action_answer"))
        assert self.choose(domain, "triage_form", *events) == APOLOGY

    @pytest.mark.parametrize("left", [(), (ActiveLoop(None),)])
    def test_a_form_that_said_nothing_failed(self, domain: Domain, left: tuple[Event]) -> None:
        events = (said("no", "deny"), ActionExecuted("triage_form"), *left)
        assert self.choose(domain, "triage_form", *events) == APOLOGY

    def test_a_form_that_told_the_result_did_not_fail(self, domain: Domain) -> None:
        told = (BotUttered("this is mild"), ActiveLoop(None))
        events = (said("no", "deny"), ActionExecuted("triage_form"), *told)
        assert self.choose(domain, ACTION_LISTEN_NAME, *events) == ACTION_LISTEN_NAME

    def test_listens_after_the_apology_even_in_a_form(self, domain: Domain) -> None:
        events = (
            ActiveLoop("triage_form"),
            said("no", "deny"),
            ActionExecuted(APOLOGY),
            BotUttered("sorry"),
        )
        assert self.choose(domain, "triage_form", *events) == ACTION_LISTEN_NAME

    def test_leaves_everything_else_alone(self, domain: Domain) -> None:
        events = (said("hi", "greet"), ActionExecuted("utter_greet"), BotUttered("hello"))
        assert self.choose(domain, ACTION_LISTEN_NAME, *events) == ACTION_LISTEN_NAME
        assert self.choose(domain, "utter_greet", said("hi", "greet")) == "utter_greet"
