"""`Rules` predicts what Rasa's own `RulePolicy` predicts, whatever was said before."""

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.rules import Rules

ACTS = (
    *("greet", "ask", "both", "check_symptoms", "inform", "deny", "unsure", "correct", "affirm"),
    *("stop", "start_over", "bye", "handoff", "minor", "nonsense", "red_flag", "explain"),
)
Policies = tuple[Rules, RulePolicy]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(".build/domain")


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    folder = tmp_path_factory.mktemp("model")
    storage, _ = LocalModelStorage.from_model_archive(folder, Path(".build/models/bot.tar.gz"))
    context = ExecutionContext(None)  # type: ignore[arg-type]
    step = ({**RulePolicy.get_default_config()}, storage, Resource("train_rule_policy"), context)
    return Rules.load(*step), RulePolicy.load(*step)


def said(act: str) -> list[Event]:
    return [UserUttered("words", intent={"name": act, "confidence": 1.0})]


LISTEN: list[Event] = [ActionExecuted("action_listen")]
STEPS = st.one_of(
    st.sampled_from(ACTS).map(said),
    st.just(LISTEN),
    st.sampled_from(["utter_greet", "action_answer", "utter_bye", "utter_chat"]).map(
        lambda name: [ActionExecuted(name), BotUttered("words")]
    ),
    st.just([ActionExecuted("triage_form"), ActiveLoop("triage_form"), BotUttered("which?")]),
    st.just([ActionExecuted("triage_form"), ActiveLoop(None)]),
    st.just([ActionExecutionRejected("triage_form")]),
    st.just([ActionExecuted("action_deactivate_loop"), ActiveLoop(None)]),
    st.just([ActionExecuted("action_restart"), Restarted()]),
    st.just([SlotSet("hives", "present")]),
)
START: list[Event] = [ActionExecuted("action_session_start"), *LISTEN]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, max_size=14), st.sampled_from(ACTS))
def test_predicts_what_rasa_predicts(
    policies: Policies, domain: Domain, steps: list[list[Event]], act: str
) -> None:
    events = [*START, *chain(*steps), *LISTEN, *said(act)]
    for until in (len(events), len(events) - 1):
        conversation = DialogueStateTracker.from_events("x", events[:until], slots=domain.slots)
        ours, theirs = (p.predict_action_probabilities(conversation, domain) for p in policies)
        assert ours.probabilities == theirs.probabilities
        assert ours.events == theirs.events
        assert ours.is_no_user_prediction == theirs.is_no_user_prediction


@pytest.mark.parametrize("act", ACTS)
def test_predicts_the_rest_of_a_turn_in_the_form(
    policies: Policies, domain: Domain, act: str
) -> None:
    form: list[Event] = [ActionExecuted("triage_form"), ActiveLoop("triage_form")]
    events = [*START, *said("inform"), *form, BotUttered("which?"), *LISTEN, *said(act)]
    for _ in range(4):
        conversation = DialogueStateTracker.from_events("x", events, slots=domain.slots)
        ours, theirs = (p.predict_action_probabilities(conversation, domain) for p in policies)
        assert ours.probabilities == theirs.probabilities
        chosen = domain.action_names_or_texts[ours.probabilities.index(ours.max_confidence)]
        events += [*ours.events, ActionExecuted(chosen)]


def test_no_rule_is_told_by_a_text() -> None:
    """What lets `Rules` leave out Rasa's search for them."""
    for path in Path("data").rglob("*.yml"):
        assert "user:" not in path.read_text("utf-8")
