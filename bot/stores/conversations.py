"""Rasa's SQL tracker store, doing per turn only what the turn needs.

Rasa reads a conversation's every event from the database and replays it with each message, then
counts them all once more to find the new ones: together 40 % of a turn (measured, py-spy), more as
the conversation grows. This store keeps the trackers of recent conversations in memory and looks
up one number instead: the id of the last stored event. Another process that wrote to the same
database, or a turn that broke off in the middle, shows in that number or in the length of the
tracker, and then the conversation is read anew. Tables and rows are Rasa's own. What nobody has
spoken in for a while leaves the memory, so that a deleted conversation is soon gone from there too.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import QueuePool

#: Conversations kept in memory; about 0.3 MB each.
KEPT = 100

#: Seconds after its last turn for which a conversation is kept there.
KEPT_FOR = 600.0


@dataclass
class _Kept:
    tracker: DialogueStateTracker
    events: int
    """How many of its events are stored."""
    last_id: int
    end: asyncio.TimerHandle
    """What puts it out of memory."""


class Conversations(SQLTrackerStore):
    """The tracker store of `endpoints.yml`; takes the settings of Rasa's own `SQL` store."""

    engine: Any  # made by the parent

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._table = self.SQLEvent.__table__
        if self.engine.dialect.name == "sqlite":
            self._keep_sqlite_open()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was last saved, or None."""
        with self.engine.connect() as connection:
            last_id = self._last_id(connection, sender_id)
        kept = self._kept.get(sender_id)
        if kept and kept.last_id == last_id and kept.events == len(kept.tracker.events):
            return kept.tracker
        self._drop(sender_id)
        if not last_id:
            return None
        tracker = await super().retrieve(sender_id)
        if tracker is not None:
            with self.engine.connect() as connection:
                self._keep(tracker, self._last_id(connection, sender_id))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the conversation was read."""
        await self.stream_events(tracker)
        kept = self._drop(tracker.sender_id)
        if kept is not None and kept.tracker is tracker:
            new: Iterable[Event] = islice(tracker.events, kept.events, None)
        else:
            with self.session_scope() as session:
                new = list(self._additional_events(session, tracker))
        rows = [self._row(tracker.sender_id, event) for event in new]
        with self.engine.begin() as connection:
            if rows:
                connection.execute(self._table.insert(), rows)
            last_id = self._last_id(connection, tracker.sender_id)
        self._keep(tracker, last_id)

    def _keep(self, tracker: DialogueStateTracker, last_id: int) -> None:
        name = tracker.sender_id
        self._drop(name)
        end = asyncio.get_running_loop().call_later(KEPT_FOR, self._drop, name)
        self._kept[name] = _Kept(tracker, len(tracker.events), last_id, end)
        while len(self._kept) > KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: str) -> _Kept | None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            kept.end.cancel()
        return kept

    def _last_id(self, connection: Any, sender_id: str) -> int:
        columns = self._table.c
        latest = sa.select(sa.func.max(columns.id)).where(columns.sender_id == sender_id)
        return int(connection.execute(latest).scalar() or 0)

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _keep_sqlite_open(self) -> None:
        """One open connection, and a log of changes that is on the disk at each checkpoint.

        What was saved outlives the process; only a power cut can lose the last turns (WAL with
        `synchronous=NORMAL`, https://www.sqlite.org/pragma.html#pragma_synchronous).
        """
        url = self.engine.url
        self.engine.dispose()
        self.engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,  # an error's text, which Rasa logs, never holds a patient's words
        )
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

        @sa.event.listens_for(self.engine, "connect")
        def _set_up(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA busy_timeout=5000")
