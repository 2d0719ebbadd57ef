"""Who did what in the inbox, and who read which conversation.

It holds no patient's words. When a conversation is deleted its id is blanked here, so that the
row still says that somebody read something, and no longer of whom.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from bot.gateway.staff.tables import access_log
from bot.gateway.tables import conversations, erased, metadata


@dataclass(frozen=True)
class Entry:
    """One thing that was done."""

    id: int
    at: float
    user: str
    address: str
    what: str
    subject: str
    """The conversation's id, or the name of the account that was changed."""


class AccessLog:
    """The table `access_log`, which is only added to."""

    def __init__(
        self, engine: sa.Engine, keep: timedelta, now: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._keep, self._now = engine, keep.total_seconds(), now
        metadata.create_all(engine)

    def note(self, what: str, user: str, address: str = "", subject: str = "") -> None:
        """Write down what somebody did."""
        # Somebody may still have had a page open of a conversation that was just deleted.
        begun_anew = sa.exists().where(conversations.c.id == subject)
        gone = sa.exists().where(erased.c.conversation == subject) & ~begun_anew
        values = {"at": self._now(), "user": user, "address": address, "what": what}
        with self._engine.begin() as db:
            row = access_log.insert().values(**values, subject=sa.case((gone, ""), else_=subject))
            db.execute(row)

    def latest(self, count: int, before: int | None = None) -> list[Entry]:
        """The newest entries, newest first; `before` goes on from an entry's number."""
        query = sa.select(access_log).order_by(access_log.c.id.desc()).limit(count)
        if before is not None:
            query = query.where(access_log.c.id < before)
        with self._engine.begin() as db:
            return [Entry(**row._mapping) for row in db.execute(query)]

    def has_read(self, user: str, conversation: str, since: float) -> bool:
        """Whether somebody has opened a conversation since a moment."""
        same = (access_log.c.user == user) & (access_log.c.subject == conversation)
        query = sa.select(access_log.c.id).where(same & (access_log.c.at >= since))
        with self._engine.begin() as db:
            return db.execute(query.where(access_log.c.what == "read")).first() is not None

    def sweep(self) -> None:
        """Delete the entries whose time is over."""
        with self._engine.begin() as db:
            db.execute(access_log.delete().where(access_log.c.at < self._now() - self._keep))
