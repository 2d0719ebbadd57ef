"""Staff's accounts: names, roles, passwords, and the pause after too many wrong ones.

Plain synchronous calls, each one short transaction, as in `storage.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

from bot.gateway.staff import passwords
from bot.gateway.staff.tables import sessions, users
from bot.gateway.tables import metadata

#: So many wrong passwords lock an account, for so many seconds; each time twice as long.
TRIES, FIRST_LOCK, LONGEST_LOCK = 5, 15 * 60, 24 * 60 * 60

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_LONGEST_SHOWN = 64


class Role(str, Enum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"
    """Read."""
    STAFF = "staff"
    """Also take over, reply, and keep status and notes."""
    ADMIN = "admin"
    """Also manage accounts and read the access log."""

    def may(self, needed: Role) -> bool:
        """Whether this role includes `needed`."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class Attempt(str, Enum):
    """What came of an attempt to log in; only the access log tells them apart."""

    RIGHT = "logged_in"
    WRONG = "log_in_failed"
    LOCKS = "locked_out"
    """Wrong, and one too many."""
    LOCKED = "tried_while_locked"
    UNKNOWN = "log_in_unknown_name"


class AccountError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class User:
    """A member of staff."""

    name: str
    shown_as: str
    role: Role
    active: bool
    must_change: bool
    failed: int
    locked_until: float


class Accounts:
    """The table `staff_users`."""

    def __init__(self, engine: sa.Engine, now: Callable[[], float] = time.time) -> None:
        self.engine, self.now = engine, now
        metadata.create_all(engine)

    # ---- reading

    def user(self, name: str) -> User | None:
        """The user of this name."""
        with self.engine.begin() as db:
            row = db.execute(sa.select(users).where(users.c.name == _plain(name))).first()
        return None if row is None else _user(row)

    def everybody(self) -> list[User]:
        """All users by name."""
        with self.engine.begin() as db:
            return [_user(row) for row in db.execute(sa.select(users).order_by(users.c.name))]

    # ---- logging in

    def log_in(self, name: str, password: str) -> Attempt:
        """Check a password.

        The attempt is counted before the password is looked at, in one statement: many at the
        same moment get no more tries than one after the other.
        """
        stored, attempt = self._counted(_plain(name))
        fits = passwords.fits(stored, password)
        if not fits or attempt in (Attempt.LOCKED, Attempt.UNKNOWN):
            return attempt
        self._forgive(_plain(name), password, str(stored))
        return Attempt.RIGHT

    def _counted(self, name: str) -> tuple[str | None, Attempt]:
        now = self.now()
        mine = (users.c.name == name) & users.c.active
        counted = (
            users.update()
            .where(mine & (users.c.locked_until <= now))
            .values(failed=users.c.failed + 1)
            .returning(users.c.password, users.c.failed)
        )
        with self.engine.begin() as db:
            row = db.execute(counted).first()
            if row is None:
                stored = db.execute(sa.select(users.c.password).where(mine)).scalar()
                return stored, Attempt.UNKNOWN if stored is None else Attempt.LOCKED
            if row.failed % TRIES:
                return row.password, Attempt.WRONG
            longer = min(FIRST_LOCK * 2 ** (row.failed // TRIES - 1), LONGEST_LOCK)
            db.execute(users.update().where(mine).values(locked_until=now + longer))
            return row.password, Attempt.LOCKS

    def _forgive(self, name: str, password: str, stored: str) -> None:
        values: dict[str, Any] = {"failed": 0, "locked_until": 0.0}
        if passwords.is_outdated(stored):
            values["password"] = passwords.hashed(password)
        with self.engine.begin() as db:
            db.execute(users.update().where(users.c.name == name).values(values))

    # ---- managing

    def add(
        self, name: str, role: Role, password: str, shown_as: str = "", must_change: bool = False
    ) -> User:
        """A new account; raises `AccountError` or `WeakPasswordError`."""
        name = _plain(name)
        if not _NAME.fullmatch(name):
            raise AccountError(
                "A name has 2 to 32 letters (a-z), digits, dots, dashes; it begins with one of "
                "the first two."
            )
        shown_as = " ".join(shown_as.split()) or name
        if len(shown_as) > _LONGEST_SHOWN:
            raise AccountError(f"What patients see has at most {_LONGEST_SHOWN} characters.")
        passwords.check_strength(password, name, shown_as)
        user = User(name, shown_as, role, True, must_change, 0, 0.0)
        values = {**vars(user), "role": role.value, "password": passwords.hashed(password)}
        try:
            with self.engine.begin() as db:
                db.execute(users.insert().values(values))
        except sa.exc.IntegrityError:
            raise AccountError(f"There is a user {name} already.") from None
        return user

    def set_password(self, name: str, password: str, must_change: bool = False) -> None:
        """A new password; ends the user's sessions, and the pause after wrong ones."""
        user = self._existing(name)
        passwords.check_strength(password, user.name, user.shown_as)
        values = {"password": passwords.hashed(password), "must_change": must_change}
        self._change(user.name, True, failed=0, locked_until=0.0, **values)

    def set_active(self, name: str, active: bool) -> None:
        """Let somebody in, or no longer: that ends the user's sessions at once."""
        self._change(self._existing(name).name, not active, active=active)

    def set_role(self, name: str, role: Role) -> None:
        """Another role, from the next request on."""
        self._change(self._existing(name).name, False, role=role.value)

    def unlock(self, name: str) -> None:
        """End the pause after wrong passwords."""
        self._change(self._existing(name).name, False, failed=0, locked_until=0.0)

    def _existing(self, name: str) -> User:
        user = self.user(name)
        if user is None:
            raise AccountError(f"There is no user {_plain(name)}.")
        return user

    def _change(self, name: str, log_out: bool, **values: Any) -> None:
        with self.engine.begin() as db:
            db.execute(users.update().where(users.c.name == name).values(values))
            if log_out:
                db.execute(sessions.delete().where(sessions.c.user == name))


def _plain(name: str) -> str:
    return name.strip().lower()


def _user(row: Any) -> User:
    values = {each: getattr(row, each) for each in User.__dataclass_fields__}
    return User(**{**values, "role": Role(row.role)})
