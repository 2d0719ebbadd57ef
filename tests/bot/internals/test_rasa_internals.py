"""Each change to Rasa's own code does what the code that it replaces did."""

import asyncio
import copy
from concurrent.futures import Future
from typing import Any

import dask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.actions import action, forms
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_internals

IN_FORM = forms.FormAction._temporary_tracker
EXTRACT = action.ActionExtractSlots.run  # Rasa's own, before they are changed
APPLIED = DialogueStateTracker.applied_events


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(".build/domain")


def tracker(domain: Domain, *events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", list(events), slots=domain.slots)


def said(text: str, **values: Any) -> UserUttered:
    entities = [{"entity": name, "value": value} for name, value in values.items()]
    return UserUttered(text, intent={"name": "inform"}, entities=entities)


def test_every_slot_is_filled_from_the_entity_of_its_name_or_by_an_action(domain: Domain) -> None:
    for slot in domain.slots:
        for mapping in slot.mappings:
            own = {"type": "from_entity", "entity": slot.name}
            assert mapping == own or str(mapping["type"]) in ("custom", "SlotMappingType.CUSTOM")


def test_slots_are_filled_as_by_rasa_except_what_is_known(domain: Domain) -> None:
    events = (said("red", redness="present"), SlotSet("redness", "present"))
    now = tracker(domain, *events, said("still", redness="present", hives="absent"))
    run = (None, None, now, domain)
    theirs = asyncio.run(EXTRACT(action.ActionExtractSlots(None), *run))
    ours = asyncio.run(rasa_internals._extract_slots(action.ActionExtractSlots(None), *run))
    assert {e.key: e.value for e in theirs} == {"redness": "present", "hives": "absent"}
    assert {e.key: e.value for e in ours} == {"hives": "absent"}


def test_a_call_tells_the_slots_and_the_last_turns(domain: Domain) -> None:
    turns = [
        event for n in range(9) for event in (said(f"no {n}", redness="present"), BotUttered())
    ]
    everything = tracker(domain, SlotSet("hives", "present"), *turns)
    sent = rasa_internals._call(action.RemoteAction("act", EndpointConfig()), everything, domain)
    whole = everything.current_state()
    assert sent["tracker"]["slots"] == whole["slots"]
    texts = [event.get("text") for event in sent["tracker"]["events"] if event["event"] == "user"]
    assert texts == [f"no {n}" for n in range(3, 9)]


@pytest.mark.parametrize("reply", [None, [], "x", {"events": "x"}, {"responses": ["x"]}])
def test_a_reply_that_is_none_is_refused(reply: Any) -> None:
    with pytest.raises(RasaException):
        rasa_internals._is_valid(action.RemoteAction("act", None), reply)


@pytest.mark.parametrize("reply", [{}, {"events": [{"event": "slot"}], "responses": [{}]}])
def test_a_reply_is_taken(reply: Any) -> None:
    assert rasa_internals._is_valid(action.RemoteAction("act", None), reply)


def test_a_copied_slot_is_one_of_its_own(domain: Domain) -> None:
    slot = domain.slots[0]
    twin = rasa_internals._copied(slot)
    assert vars(twin) == vars(copy.copy(slot))
    twin.value = "changed"
    assert slot.value != "changed"


def test_a_graph_is_run_as_by_dask() -> None:
    def node(name: str) -> Any:
        return lambda *needed: (name, sum(value for _, value in needed))

    graph = {"in": ("in", 1), "a": (node("a"), "in"), "b": (node("b"), "in", "a")}
    targets = ["b", "a"]
    assert rasa_internals._run_graph(graph, targets) == list(dask.get(graph, targets))


def test_a_copied_conversation_is_one_of_its_own(domain: Domain) -> None:
    before = tracker(domain, said("red", redness="present"), SlotSet("redness", "present"))
    replayed = before.travel_back_in_time(float("inf"))
    twin = rasa_internals._copied_tracker(before)
    assert twin == replayed
    assert twin.current_state() == replayed.current_state()
    assert twin.latest_message is replayed.latest_message
    twin.update(SlotSet("redness", "absent"))
    assert before.get_slot("redness") == "present"
    assert len(before.events) == 2


def test_a_form_sees_the_conversation_as_in_rasa(domain: Domain) -> None:
    asked = (ActionExecuted("triage_form"), ActiveLoop("triage_form"), BotUttered("which?"))
    now = tracker(domain, said("red"), *asked, ActionExecuted("action_listen"), said("no"))
    form = forms.FormAction("triage_form", None)
    new = [SlotSet("redness", "present")]
    ours = rasa_internals._in_form(form, now, list(new), domain)
    theirs = IN_FORM(form, now, list(new), domain)
    assert [e.as_dict() | {"timestamp": 0} for e in ours.events] == [
        e.as_dict() | {"timestamp": 0} for e in theirs.events
    ]
    assert ours.current_slot_values() == theirs.current_slot_values()
    assert ours.active_loop == theirs.active_loop
    assert len(now.events) == 6


FORM = "triage_form"
EVENTS = st.sampled_from(
    [
        lambda: ActionExecuted("action_listen"),
        lambda: UserUttered("words", intent={"name": "deny"}),
        lambda: ActionExecuted(FORM),
        lambda: ActiveLoop(FORM),
        lambda: ActiveLoop(None),
        lambda: ActionExecutionRejected(FORM),
        lambda: ActionExecuted("action_answer"),
        lambda: BotUttered("words"),
        lambda: SlotSet("hives", "present"),
        Restarted,
        ActionReverted,
        UserUtteranceReverted,
    ]
)


@given(st.lists(st.lists(EVENTS, max_size=6), max_size=8))
def test_the_same_events_count_as_in_rasa(batches: list[list[Any]]) -> None:
    conversation = DialogueStateTracker("someone", [])
    for batch in batches:
        for event in batch:
            made: Event = event()
            conversation.events.append(made)
        assert rasa_internals._applied_events(conversation) == APPLIED(conversation)
        twin = rasa_internals._copied_tracker(conversation)
        twin.events.append(ActionExecuted(FORM))
        assert rasa_internals._applied_events(twin) == APPLIED(twin)
        assert rasa_internals._applied_events(conversation) == APPLIED(conversation)


def test_the_call_of_the_answer_alone_brings_the_vector_of_its_message_once(domain: Domain) -> None:
    endpoint = EndpointConfig("http://127.0.0.1:1")
    answer, form = (
        action.RemoteAction(name, endpoint) for name in ("action_answer", "validate_triage_form")
    )
    asked, other = (tracker(domain, said(text)) for text in ("can I swim", "can I run"))
    vector = {"text": "can i swim"}
    made: Future[dict[str, str]] = Future()
    made.set_result(vector)
    rasa_internals.send_with_answer("can I swim", made)
    assert "encoded" not in rasa_internals._call(form, asked, domain)
    assert rasa_internals._call(answer, other, domain)["encoded"] is None
    assert rasa_internals._call(answer, asked, domain)["encoded"] == vector
    assert rasa_internals._call(answer, asked, domain)["encoded"] is None
    rasa_internals.send_with_answer("can I swim", made)
    for number in range(rasa_internals.VECTORS):
        rasa_internals.send_with_answer(str(number), made)
    assert rasa_internals._call(answer, asked, domain)["encoded"] is None


def test_a_vector_that_fails_or_does_not_come_keeps_no_answer(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_internals, "VECTOR_WAIT", 0.01)
    answer = action.RemoteAction("action_answer", EndpointConfig("http://127.0.0.1:1"))
    asked = tracker(domain, said("can I swim"))
    failed: Future[dict[str, str]] = Future()
    failed.set_exception(RuntimeError("no memory"))
    for made in (failed, Future()):
        rasa_internals.send_with_answer("can I swim", made)
        assert rasa_internals._call(answer, asked, domain)["encoded"] is None
