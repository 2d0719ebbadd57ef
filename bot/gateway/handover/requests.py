"""Requests to be called or written to, as the staff inbox lists them, and their deliveries."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

from bot.gateway.handover.reach import Reach
from bot.gateway.handover.tables import deliveries, handovers, known
from bot.gateway.tables import conversations, metadata

#: Letters and digits that nobody mistakes for each other, read aloud or written by hand.
_SIGNS = "23456789CDFHJKMNPQRTVWXY"

#: The most urgent first; a request without a result comes last.
_URGENCY = {"emergency": 0, "urgent": 1, "undetermined": 2, "contact": 2}
_OTHERS = 3


class Why(str, Enum):
    """What made the bot offer it."""

    ASKED = "asked"
    """The patient wanted to talk to the clinic."""
    RESULT = "result"
    TRIES = "tries"
    """The bot could not help twice in a row, or was away."""


class Status(str, Enum):
    """Where a request is, as staff set it."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"


class DeliveryState(str, Enum):
    """Where a delivery is."""

    PENDING = "pending"
    DONE = "done"
    """It has arrived, though perhaps not with everybody: see `last_error`."""
    FAILED = "failed"
    """Given up; the request is in the inbox all the same."""


@dataclass(frozen=True)
class Wish:
    """What a patient agreed to send."""

    conversation: str
    draft: str
    """A random name: what is agreed to once is stored once."""
    why: Why
    disposition: str | None
    """Of the result that the patient got, if any."""
    reach: Reach


@dataclass(frozen=True)
class Request:
    """A patient's request to hear from the clinic, as it is stored."""

    id: int
    conversation: str
    reference: str
    """What patient and staff call it."""
    at: float
    why: Why
    disposition: str | None
    reach: Reach
    status: Status


@dataclass(frozen=True)
class Delivery:
    """One place that a request is brought to."""

    id: str
    conversation: str
    handover: int
    to: str
    state: DeliveryState
    attempts: int
    next_at: float
    last_error: str | None
    done_at: float | None

    @property
    def troubled(self) -> bool:
        """Whether it was tried, and did not arrive with everybody."""
        arrived = self.state is DeliveryState.DONE and self.last_error is None
        return self.attempts > 0 and not arrived


_NOT_WITH_ALL = (deliveries.c.state != DeliveryState.DONE.value) | deliveries.c.last_error.is_not(
    None
)


class Requests:
    """The requests in the gateway's database."""

    def __init__(self, engine: sa.Engine, now: Callable[[], float] = time.time) -> None:
        self._engine, self._now = engine, now
        metadata.create_all(engine)

    # ---- requests

    def add(self, wish: Wish, to: Sequence[str] = ()) -> Request | None:
        """Store a wish with what is to be delivered, all or nothing, and once.

        None if the conversation was deleted meanwhile.
        """
        now = self._now()
        with self._engine.begin() as db:
            own = conversations.c.id == wish.conversation
            conversation = db.execute(sa.select(conversations.c.slots).where(own)).first()
            if conversation is None:
                return None
            same = handovers.c.draft == wish.draft
            row = db.execute(sa.select(handovers).where(same)).first()
            if row is None:
                values = {**_columns(wish), "reference": _unused_reference(db), "at": now}
                row = db.execute(handovers.insert().values(values).returning(handovers)).one()
                then = {"handover": row.id, "conversation": row.conversation}
                db.execute(known.insert().values(then | {"slots": conversation.slots}))
                for place in to:
                    db.execute(deliveries.insert().values(_delivery(row, place, now)))
        return _request(row)

    def listed(self, *statuses: Status) -> list[Request]:
        """The requests with one of these statuses, or all; the most urgent first, then by age."""
        rank = sa.case(_URGENCY, value=handovers.c.disposition, else_=_OTHERS)
        query = sa.select(handovers).order_by(rank, handovers.c.at, handovers.c.id)
        if statuses:
            query = query.where(handovers.c.status.in_([each.value for each in statuses]))
        return self._requests(query)

    def of(self, conversation: str) -> list[Request]:
        """The requests of a conversation, oldest first."""
        own = handovers.c.conversation == conversation
        return self._requests(sa.select(handovers).where(own).order_by(handovers.c.id))

    def get(self, number: int) -> Request | None:
        """A request by its `id`."""
        found = self._requests(sa.select(handovers).where(handovers.c.id == number))
        return found[0] if found else None

    def known(self, number: int) -> dict[str, Any] | None:
        """The slots that the gateway knew of the conversation when the patient agreed.

        None for a request of an older version, which did not keep them.
        """
        query = sa.select(known.c.slots).where(known.c.handover == number)
        with self._engine.begin() as db:
            slots: dict[str, Any] | None = db.scalar(query)
        return slots

    def set_status(self, number: int, status: Status) -> None:
        """Note where a request is."""
        with self._engine.begin() as db:
            where = handovers.c.id == number
            db.execute(handovers.update().where(where).values(status=status.value))

    def _requests(self, query: sa.Select[Any]) -> list[Request]:
        with self._engine.begin() as db:
            return [_request(row) for row in db.execute(query).all()]

    # ---- deliveries

    def deliveries(self, number: int) -> list[Delivery]:
        """Where a request is brought to, and how far that is."""
        own = deliveries.c.handover == number
        return self._deliveries(own)

    def due(self, to: str) -> list[Delivery]:
        """The deliveries to a place that are to be tried now, new ones first."""
        now = self._deliveries(self._pending(to) & (deliveries.c.next_at <= self._now()))
        return sorted(now, key=lambda delivery: delivery.attempts)

    def next_at(self, to: str) -> float | None:
        """When the next delivery to a place is to be tried."""
        query = sa.select(sa.func.min(deliveries.c.next_at)).where(self._pending(to))
        with self._engine.begin() as db:
            found: float | None = db.scalar(query)
        return found

    def troubled(self) -> list[Delivery]:
        """The deliveries that did not arrive so far, or not with everybody, given up or not."""
        return self._deliveries((deliveries.c.attempts > 0) & _NOT_WITH_ALL)

    def delivered(self, delivery: Delivery, but: str | None = None) -> None:
        """Note that it arrived; `but`: with whom it did not."""
        done = {"state": DeliveryState.DONE.value, "done_at": self._now(), "last_error": but}
        self._tried(delivery, done)

    def not_delivered(self, delivery: Delivery, kind: str, pause: float | None) -> None:
        """Note what went wrong, and that it is tried again after `pause`, or not any more."""
        values: dict[str, Any] = {"last_error": kind[:64]}
        if pause is None:
            values["state"] = DeliveryState.FAILED.value
        else:
            values["next_at"] = self._now() + pause
        self._tried(delivery, values)

    def retry(self, delivery_id: str) -> None:
        """Try a delivery again that was given up or did not arrive with everybody, or at once what
        waits for its time."""
        values = {"state": DeliveryState.PENDING.value, "next_at": self._now()}
        with self._engine.begin() as db:
            own = deliveries.c.id == delivery_id
            db.execute(deliveries.update().where(own & _NOT_WITH_ALL).values(values))

    def _tried(self, delivery: Delivery, values: dict[str, Any]) -> None:
        values["attempts"] = delivery.attempts + 1
        with self._engine.begin() as db:
            db.execute(deliveries.update().where(deliveries.c.id == delivery.id).values(values))

    @staticmethod
    def _pending(to: str) -> sa.ColumnElement[bool]:
        return (deliveries.c.to == to) & (deliveries.c.state == DeliveryState.PENDING.value)

    def _deliveries(self, where: sa.ColumnElement[bool]) -> list[Delivery]:
        query = sa.select(deliveries).where(where).order_by(deliveries.c.handover, deliveries.c.to)
        with self._engine.begin() as db:
            rows = db.execute(query).all()
        return [Delivery(**{**row._mapping, "state": DeliveryState(row.state)}) for row in rows]


def _columns(wish: Wish) -> dict[str, Any]:
    return {
        "conversation": wish.conversation,
        "draft": wish.draft,
        "why": wish.why.value,
        "disposition": wish.disposition,
        "phones": wish.reach.phones,
        "emails": wish.reach.emails,
        "name": wish.reach.name,
        "status": Status.NEW.value,
    }


def _delivery(row: Any, place: str, now: float) -> dict[str, Any]:
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "conversation": row.conversation,
        "handover": row.id,
        "to": place,
        "state": DeliveryState.PENDING.value,
        "next_at": now,
    }


def _request(row: Any) -> Request:
    return Request(
        id=row.id,
        conversation=row.conversation,
        reference=row.reference,
        at=row.at,
        why=Why(row.why),
        disposition=row.disposition,
        reach=Reach(tuple(row.phones), tuple(row.emails), row.name),
        status=Status(row.status),
    )


def _unused_reference(db: sa.Connection) -> str:
    """A reference that can be read out over the telephone, as in `K7M-4QX`."""
    while True:
        signs = [secrets.choice(_SIGNS) for _ in range(6)]
        reference = f"{''.join(signs[:3])}-{''.join(signs[3:])}"
        taken = sa.select(handovers.c.id).where(handovers.c.reference == reference)
        if db.scalar(taken) is None:
            return reference
