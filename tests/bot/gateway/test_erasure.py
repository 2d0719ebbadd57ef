"""Deletion reaches everything stored, down to the bytes of the files; old things go too."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gateway.erasure import Erasure
from bot.gateway.storage import State, Storage, sqlite_engine

MARKER = "zq7marker"
DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage(tmp_path: Path, clock: Clock) -> Storage:
    return Storage(sqlite_engine(tmp_path / "gateway.db"), clock)


@pytest.fixture
def trackers(tmp_path: Path) -> Iterator[sa.Connection]:
    """The dialogue's connection, which stays open as Rasa's does; its table is Rasa's."""
    engine = sqlite_engine(tmp_path / "conversations.db")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR, timestamp FLOAT, data)"
        )
        connection.commit()
        yield connection


def remember(trackers: sa.Connection, conversation: str, at: float) -> None:
    insert = "INSERT INTO events (sender_id, timestamp, data) VALUES (?, ?, ?)"
    trackers.exec_driver_sql(insert, (conversation, at, f"{MARKER} {conversation}"))
    trackers.commit()


def talk(storage: Storage, conversation: str) -> None:
    storage.consent(conversation)
    message = storage.accept(conversation, "1", {"text": f"{MARKER} {conversation}"})
    button = {"title": f"{MARKER} {conversation}", "payload": f"/{MARKER}"}
    known = {"slots": {MARKER: conversation}, "question": {MARKER: conversation}}
    storage.reply(message, [{"text": MARKER, "buttons": [button]}], State.PENDING, **known)


@pytest.fixture
def erasure(storage: Storage, tmp_path: Path, clock: Clock) -> Erasure:
    return Erasure(storage, tmp_path / "conversations.db", timedelta(days=30), clock)


def left(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.iterdir() if text.encode() in path.read_bytes()]


def test_nothing_of_a_deleted_conversation_is_left_in_any_file(
    tmp_path: Path, storage: Storage, erasure: Erasure, trackers: sa.Connection, clock: Clock
) -> None:
    for conversation in ("web-gone", "web-kept"):
        talk(storage, conversation)
        remember(trackers, conversation, clock.now)
    assert left(tmp_path, f"{MARKER} web-gone")
    erasure.erase(["web-gone"])
    assert left(tmp_path, f"{MARKER} web-gone") == []
    assert storage.conversation("web-gone") is None
    assert storage.history("web-kept")
    assert len(trackers.exec_driver_sql("SELECT * FROM events").all()) == 1


def test_a_turn_that_ends_after_the_deletion_is_deleted_too(
    storage: Storage, erasure: Erasure, trackers: sa.Connection, clock: Clock, tmp_path: Path
) -> None:
    talk(storage, "web-gone")
    message = storage.history("web-gone")[0]
    erasure.erase(["web-gone"])
    assert storage.reply(message, [{"text": MARKER}]) == []
    remember(trackers, "web-gone", clock.now)
    erasure.sweep()
    assert left(tmp_path, MARKER) == []


def test_what_was_deleted_is_known_for_as_long_as_its_tokens_live(
    storage: Storage, erasure: Erasure, clock: Clock
) -> None:
    began = clock.now
    talk(storage, "web-gone")
    erasure.erase(["web-gone"])
    erasure.erase(["web-gone"])
    clock.now += 30 * DAY - 1
    erasure.sweep()
    assert storage.was_erased("web-gone", began)
    assert not storage.was_erased("web-gone", began + 1)
    assert not storage.was_erased("web-kept", began)
    clock.now += 2
    erasure.sweep()
    assert not storage.was_erased("web-gone", began)


def test_what_was_begun_anew_after_the_deletion_is_not_deleted_again(
    storage: Storage, erasure: Erasure, trackers: sa.Connection, clock: Clock
) -> None:
    talk(storage, "twilio-1")
    erasure.erase(["twilio-1"])
    talk(storage, "twilio-1")
    remember(trackers, "twilio-1", clock.now)
    erasure.sweep()
    assert len(trackers.exec_driver_sql("SELECT * FROM events").all()) == 1
    assert storage.was_erased("twilio-1", clock.now)


def test_what_is_older_than_the_retention_goes(
    storage: Storage, erasure: Erasure, trackers: sa.Connection, clock: Clock, tmp_path: Path
) -> None:
    talk(storage, "web-old")
    for conversation in ("web-old", "another-channel-old"):
        remember(trackers, conversation, clock.now)
    clock.now += 29 * DAY
    erasure.sweep()
    assert storage.history("web-old")
    talk(storage, "web-new")
    remember(trackers, "web-new", clock.now)
    clock.now += 2 * DAY
    erasure.sweep()
    assert left(tmp_path, f"{MARKER} web-old") == []
    assert left(tmp_path, f"{MARKER} another-channel-old") == []
    assert storage.history("web-new")
    assert len(trackers.exec_driver_sql("SELECT * FROM events").all()) == 1


def test_without_a_tracker_store_deletion_works_all_the_same(
    storage: Storage, erasure: Erasure
) -> None:
    talk(storage, "web-gone")
    erasure.erase(["web-gone"])
    erasure.sweep()
    assert storage.history("web-gone") == []
