"""The tracker store: what Rasa's own would return, whoever wrote it, without reading it anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.stores import conversations
from bot.stores.conversations import Conversations


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(".build/domain")


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "conversations.db")


def turn(store: SQLTrackerStore, domain: Domain, *events: Event) -> DialogueStateTracker:
    """Read a conversation, add to it, save it."""

    async def take() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
        tracker.update_with_events(list(events), domain)
        await store.save(tracker)
        return tracker

    return asyncio.run(take())


def read(store: SQLTrackerStore) -> list[dict[str, Any]]:
    tracker = asyncio.run(store.retrieve("someone"))
    return [event.as_dict() for event in tracker.events] if tracker else []


def said(text: str) -> UserUttered:
    return UserUttered(text, intent={"name": "inform"})


def test_it_stores_what_rasas_own_store_reads(domain: Domain, database: str) -> None:
    ours = Conversations(domain, db=database)
    turn(ours, domain, said("red"), SlotSet("redness", "present"))
    turn(ours, domain, said("itchy"), SlotSet("itching", "present"), ActionExecuted("utter_okay"))
    assert read(ours) == read(SQLTrackerStore(domain, db=database))
    assert len(read(ours)) == 5


def test_a_conversation_in_memory_is_not_read_again(domain: Domain, database: str) -> None:
    store = Conversations(domain, db=database)
    first = turn(store, domain, said("red"))
    assert turn(store, domain, said("itchy")) is first


def test_what_another_process_wrote_is_seen(domain: Domain, database: str) -> None:
    one, other = Conversations(domain, db=database), Conversations(domain, db=database)
    turn(one, domain, said("red"))
    turn(other, domain, said("my lips are swollen"), SlotSet("lip_swelling", "present"))
    assert asyncio.run(one.retrieve("someone")).get_slot("lip_swelling") == "present"
    turn(one, domain, said("help"))
    assert len(read(other)) == 4


def test_a_turn_that_broke_off_leaves_nothing(domain: Domain, database: str) -> None:
    store = Conversations(domain, db=database)
    tracker = turn(store, domain, said("red"))
    tracker.update(SlotSet("redness", "present"), domain)  # never saved
    assert asyncio.run(store.retrieve("someone")).get_slot("redness") is None


def test_memory_forgets_what_nobody_speaks_in(
    domain: Domain, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "KEPT_FOR", 0.05)
    store = Conversations(domain, db=database)

    async def scene() -> None:
        tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
        for word in ("red", "itchy"):
            tracker.update(said(word), domain)
            await store.save(tracker)
            assert await store.retrieve("someone") is tracker
        await asyncio.sleep(0.2)
        assert not store._kept
        assert len((await store.retrieve("someone")).events) == 2

    asyncio.run(scene())


def test_memory_holds_a_bounded_number(
    domain: Domain, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "KEPT", 2)
    store = Conversations(domain, db=database)
    for name in ("a", "b", "c"):
        asyncio.run(store.save(DialogueStateTracker.from_events(name, [said(name)], domain.slots)))
    assert list(store._kept) == ["b", "c"]
    assert asyncio.run(store.retrieve("a")).latest_message.text == "a"


def test_it_outlives_the_process(domain: Domain, database: str) -> None:
    turn(Conversations(domain, db=database), domain, said("red"), SlotSet("redness", "present"))
    assert read(Conversations(domain, db=database))[1]["value"] == "present"
