"""Each change to Rasa's own code does what the code that it replaces did."""

import asyncio
import copy
from typing import Any

import dask
import pytest
from rasa.core.actions import action
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_internals

EXTRACT = action.ActionExtractSlots.run  # Rasa's own, before it is changed


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
