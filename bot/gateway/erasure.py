"""Deleting a conversation everywhere: the gateway's tables and the dialogue's tracker store.

The tracker store is reached through its own database, so that deletion needs no running dialogue.
Deleted means gone from the files: SQLite overwrites the rows (`secure_delete`) and the log of
changes is written back and emptied.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.gateway.storage import Storage, sqlite_engine

logger = logging.getLogger(__name__)

#: Rasa's table of events; of its columns only these two matter here.
_events = sa.table("events", sa.column("sender_id", sa.String), sa.column("timestamp", sa.Float))

#: A turn that was under way at the deletion has long ended after this time.
_SETTLED = timedelta(hours=1)


class Erasure:
    """Deletes single conversations, and all whose time is over."""

    def __init__(
        self,
        storage: Storage,
        conversations_db: Path,
        retention: timedelta,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._storage = storage
        self._tracker_file = conversations_db
        self._retention = retention.total_seconds()
        self._now = now

    def erase(self, names: Sequence[str]) -> None:
        """Delete these conversations."""
        self._storage.erase(names)
        _empty_log(self._storage.engine)
        self._erase_trackers(_events.c.sender_id.in_(names))

    def sweep(self) -> None:
        """Delete what is older than the retention, and again what was deleted a short while ago.

        Trackers go by their last event: those of other channels, which have no row in the
        gateway's tables, are kept no longer either.
        """
        too_old = self._now() - self._retention
        overdue = self._storage.last_seen_before(too_old)
        if overdue:
            self.erase(overdue)
        self._storage.forget_erased(too_old)  # their tokens are too old as well
        again = self._storage.erased_since(self._now() - _SETTLED.total_seconds())
        last = sa.select(_events.c.sender_id).group_by(_events.c.sender_id)
        silent = last.having(sa.func.max(_events.c.timestamp) < too_old)
        self._erase_trackers(_events.c.sender_id.in_(again) | _events.c.sender_id.in_(silent))

    def _erase_trackers(self, where: sa.ColumnElement[bool]) -> None:
        if not self._tracker_file.exists():
            return
        engine = sqlite_engine(self._tracker_file)
        try:
            if not sa.inspect(engine).has_table("events"):
                return
            with engine.begin() as db:
                deleted = db.execute(sa.delete(_events).where(where)).rowcount
            if deleted:
                _empty_log(engine)
        finally:
            engine.dispose()


def _empty_log(engine: sa.Engine) -> None:
    """Write the log of changes back and empty it; a reader in the way is waited for."""
    for _ in range(20):
        with engine.connect() as db:
            busy = db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        if not busy:
            return
        time.sleep(0.1)
    logger.error("The log of changes could not be emptied; it is at the next deletion.")
