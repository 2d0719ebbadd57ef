"""Which conversations are for staff, why, how urgent they are, and what was decided of them.

A conversation is for staff once the patient has asked for the clinic, once a message of theirs was
never answered, and while (and after) somebody of the staff has taken over. No other is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

from bot.gateway.handover.requests import Delivery, Request, Requests, Status
from bot.gateway.results import last_result
from bot.gateway.staff.tables import cases, notes
from bot.gateway.storage import State, Storage, Stored
from bot.gateway.tables import conversations, desks, messages

#: What comes first; a result that nobody knows is no reassurance.
_URGENCY = {"emergency": 0, "urgent": 1, "contact": 2, "undetermined": 2}
_UNKNOWN, _LEAST = 2, 3


class Why(str, Enum):
    """What makes a conversation a case."""

    ASKED = "asked"
    """The patient asked for the clinic, or agreed to be called."""
    UNANSWERED = "unanswered"
    """The bot was away too long to answer."""
    WAITING = "waiting"
    """Written to somebody of the staff, who has not replied."""
    TAKEN = "taken"
    """Somebody has taken over now."""


@dataclass(frozen=True)
class Event:
    """Something that wants staff's attention."""

    conversation: str
    at: float
    why: Why
    by: str = ""
    """Who has taken over, by the name that patients see."""


@dataclass(frozen=True)
class Note:
    """What somebody of the staff wrote down; no patient sees it."""

    at: float
    user: str
    text: str


@dataclass(frozen=True)
class Case:
    """A conversation as staff see it in the list."""

    conversation: str
    status: Status
    assigned_to: str
    disposition: str | None
    taken_by: str | None
    since: float
    """Its oldest event."""
    events: tuple[Event, ...]
    requests: tuple[Request, ...] = ()
    """What the patient has asked for, oldest first."""

    @property
    def reasons(self) -> list[tuple[Why, int]]:
        """Why it is here, each with how often."""
        found = [event.why for event in self.events]
        return [(why, found.count(why)) for why in Why if why in found]


def urgency(disposition: str | None) -> int:
    """The rank of a result; smaller is more urgent."""
    return _UNKNOWN if disposition is None else _URGENCY.get(disposition, _LEAST)


class Cases:
    """Tells what makes a case; keeps status, assignment and notes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._requests = Requests(storage.engine, storage.now)

    # ---- reading

    def listed(self) -> list[Case]:
        """All cases: the most urgent first, and of these the oldest."""
        found = self._cases(None)
        return sorted(found, key=lambda case: (urgency(case.disposition), case.since))

    def case(self, conversation: str) -> Case | None:
        """The case of a conversation; None if it is none."""
        return next(iter(self._cases(conversation)), None)

    def notes(self, conversation: str) -> list[Note]:
        """What staff wrote down, oldest first."""
        mine = sa.select(notes).where(notes.c.conversation == conversation).order_by(notes.c.id)
        with self._storage.transaction() as db:
            return [Note(row.at, row.user, row.text) for row in db.execute(mine)]

    def named(self, reference: str) -> str | None:
        """The conversation of the request with this reference."""
        wanted = reference.upper()
        found = (each for each in self._requests.listed() if each.reference == wanted)
        request = next(found, None)
        return None if request is None else request.conversation

    def _cases(self, only: str | None) -> list[Case]:
        asked = self._requests.listed() if only is None else self._requests.of(only)
        requests: dict[str, list[Request]] = {}
        for request in sorted(asked, key=lambda each: each.id):
            requests.setdefault(request.conversation, []).append(request)
        events: dict[str, list[Event]] = {}
        with self._storage.transaction() as db:
            for event in (
                *(Event(each.conversation, each.at, Why.ASKED) for each in asked),
                *_unanswered(db, only),
                *_waiting(db, only),
                *_taken(db, only),
            ):
                events.setdefault(event.conversation, []).append(event)
            decided = {row.conversation: row for row in _all(db, sa.select(cases), cases, only)}
            names = sorted(events.keys() | decided.keys())
            results = _results(db, names)
        return [
            _case(name, events.get(name, ()), requests.get(name, ()), decided.get(name), results)
            for name in names
        ]

    # ---- deliveries

    def troubles(self) -> list[Delivery]:
        """What was not delivered by mail or webhook so far, or not to everybody."""
        return self._requests.troubled()

    def deliveries(self, case: Case) -> list[Delivery]:
        """Where the requests of a case are brought to, and how far that is."""
        return [each for request in case.requests for each in self._requests.deliveries(request.id)]

    def deliver_again(self, case: Case) -> None:
        """Try again what was not delivered, at once."""
        for each in self.deliveries(case):
            self._requests.retry(each.id)

    # ---- deciding

    def set_status(self, conversation: str, status: Status, seen_at: float | None = None) -> None:
        """Decide where a case is, and all that the patient has asked for so far.

        `seen_at`: when whoever decides looked at it; what came since is not decided.
        """
        at = self._storage.now() if seen_at is None else seen_at
        self._set(conversation, status=status.value, status_at=at)
        for request in self._requests.of(conversation):
            if request.at <= at:
                self._requests.set_status(request.id, status)

    def assign(self, conversation: str, user: str) -> None:
        """Make it somebody's, or nobody's ("")."""
        self._set(conversation, assigned_to=user)

    def take_up(self, conversation: str, user: str) -> None:
        """Somebody deals with it now: it is open, and theirs unless it is another's."""
        self.set_status(conversation, Status.OPEN)
        case = self.case(conversation)
        if case is not None and not case.assigned_to:
            self.assign(conversation, user)

    def add_note(self, conversation: str, user: str, text: str) -> None:
        """Write something down."""
        values = {"conversation": conversation, "user": user, "text": text}
        with self._storage.transaction() as db:
            if _exists(db, conversation):
                db.execute(notes.insert().values(**values, at=self._storage.now()))

    def _set(self, conversation: str, **values: Any) -> None:
        """Nothing is kept of a conversation that was deleted meanwhile."""
        mine = cases.c.conversation == conversation
        with self._storage.transaction() as db:
            if not _exists(db, conversation):
                return
            if not db.execute(cases.update().where(mine).values(values)).rowcount:
                first = {"status": Status.NEW.value, "status_at": self._storage.now()}
                first |= {"conversation": conversation, "assigned_to": ""}
                db.execute(cases.insert().values(first | values))


def _case(
    name: str,
    events: Sequence[Event],
    requests: Sequence[Request],
    decided: Any,
    results: Mapping[str, str],
) -> Case:
    status = Status(decided.status) if decided else Status.NEW
    news = [event for event in events if decided is None or event.at > decided.status_at]
    if status is Status.DONE and any(event.why is not Why.TAKEN for event in news):
        status = Status.NEW
    since = min((event.at for event in events), default=decided.status_at if decided else 0.0)
    assigned = decided.assigned_to if decided else ""
    told = [results.get(name), *(each.disposition for each in requests)]
    taken_by = next((event.by for event in events if event.why is Why.TAKEN), None)
    return Case(
        conversation=name,
        status=status,
        assigned_to=assigned,
        disposition=min(filter(None, told), key=urgency, default=None),
        taken_by=taken_by,
        since=since,
        events=tuple(events),
        requests=tuple(requests),
    )


def _exists(db: sa.Connection, conversation: str) -> bool:
    where = conversations.c.id == conversation
    return db.execute(sa.select(conversations.c.id).where(where)).first() is not None


def _all(db: sa.Connection, query: Any, table: sa.Table, only: str | None) -> Iterable[Any]:
    return db.execute(query if only is None else query.where(table.c.conversation == only)).all()


def _unanswered(db: sa.Connection, only: str | None) -> list[Event]:
    states = (State.OVERDUE.value, State.FOR_STAFF.value)
    query = sa.select(messages.c.conversation, messages.c.at).where(messages.c.state.in_(states))
    found = _all(db, query, messages, only)
    return [Event(row.conversation, row.at, Why.UNANSWERED) for row in found]


def _waiting(db: sa.Connection, only: str | None) -> list[Event]:
    """What was written to staff since they last wrote."""
    theirs = messages.alias()
    replied = (
        sa.select(theirs.c.seq)
        .where(theirs.c.conversation == messages.c.conversation)
        .where((theirs.c.sender == "staff") & (theirs.c.seq > messages.c.seq))
        .exists()
    )
    query = sa.select(messages.c.conversation, messages.c.at)
    query = query.where((messages.c.state == State.WITH_STAFF.value) & ~replied)
    found = _all(db, query, messages, only)
    return [Event(row.conversation, row.at, Why.WAITING) for row in found]


def _taken(db: sa.Connection, only: str | None) -> list[Event]:
    query = sa.select(desks).where(desks.c.staff.is_not(None))
    found = _all(db, query, desks, only)
    return [Event(row.conversation, row.staff_at, Why.TAKEN, row.staff) for row in found]


def _results(db: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """The disposition of each conversation's result that stood when something was last said."""
    query = sa.select(messages).where(messages.c.conversation.in_(names)).order_by(messages.c.seq)
    said: dict[str, list[Stored]] = {}
    for row in db.execute(query):
        said.setdefault(row.conversation, []).append(Stored(**row._mapping))
    results = {name: last_result(history) for name, history in said.items()}
    return {name: str(each["disposition"]) for name, each in results.items() if each}
