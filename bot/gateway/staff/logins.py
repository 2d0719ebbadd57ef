"""Who is logged in: a random token in a cookie, of which only the hash is stored.

A visitor who has not logged in has a token too, which opens nothing: every form carries a key
that belongs to the token of the browser it was made for, the form for logging in as well.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.gateway.staff.tables import sessions
from bot.gateway.tables import metadata

#: Seconds without a request of the user's own, and in all.
IDLE, LONGEST = 30 * 60, 12 * 60 * 60


@dataclass(frozen=True)
class Login:
    """A session that is open."""

    user: str
    created: float


class Logins:
    """The table `staff_sessions`."""

    def __init__(self, engine: sa.Engine, key: str, now: Callable[[], float] = time.time) -> None:
        self._engine, self._key, self._now = engine, key.encode(), now
        metadata.create_all(engine)

    @staticmethod
    def token() -> str:
        """A new token, which opens nothing yet."""
        return secrets.token_urlsafe(32)

    def form_key(self, token: str) -> str:
        """What a form has to bring back from the browser with this token."""
        return hmac.new(self._key, f"staff form {token}".encode(), hashlib.sha256).hexdigest()

    def is_form_key(self, token: str, given: str) -> bool:
        """Whether a form was made for the browser with this token."""
        return hmac.compare_digest(self.form_key(token).encode(), given.encode())

    def open(self, user: str) -> str:
        """Log somebody in; the token is always a new one."""
        token, now = self.token(), self._now()
        values = {"token": _hash(token), "user": user, "created": now, "last_seen": now}
        with self._engine.begin() as db:
            db.execute(sessions.insert().values(values))
        return token

    def find(self, token: str, touch: bool = True) -> Login | None:
        """The session of a token; `touch`: this is use. A page that asks by itself is not."""
        mine, now = sessions.c.token == _hash(token), self._now()
        with self._engine.begin() as db:
            row = db.execute(sa.select(sessions).where(mine)).first()
            if row is None or now - row.last_seen > IDLE or now - row.created > LONGEST:
                return None
            if touch:
                db.execute(sessions.update().where(mine).values(last_seen=now))
        return Login(row.user, row.created)

    def close(self, token: str) -> None:
        """Log out."""
        with self._engine.begin() as db:
            db.execute(sessions.delete().where(sessions.c.token == _hash(token)))

    def sweep(self) -> None:
        """Delete the sessions that are over."""
        now = self._now()
        over = (sessions.c.last_seen < now - IDLE) | (sessions.c.created < now - LONGEST)
        with self._engine.begin() as db:
            db.execute(sessions.delete().where(over))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
