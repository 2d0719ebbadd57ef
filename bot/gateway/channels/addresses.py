"""Where patients who write over a messaging channel are reached, and how far they were told.

A row is made at consent and goes with the conversation. The conversation's id is random: whoever
writes again after deletion begins another one, which has nothing to do with the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import sqlalchemy as sa

from bot.gateway.storage import SYSTEM, Storage
from bot.gateway.tables import messages, metadata

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(255), nullable=False),  # a room's id, a phone number
    sa.Column("sent", sa.Integer, nullable=False),  # `seq` of the last message that arrived
    sa.Column("asks", sa.String(16)),  # what the channel itself has asked and awaits an answer to
    sa.UniqueConstraint("channel", "address"),
)

# What was said and has not arrived.
undelivered = sa.Table(
    "undelivered",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("why", sa.String(16), nullable=False),  # `Missing`
)

# Messages that the channel settled without the door, by the channel's own ids.
settled = sa.Table(
    "settled",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("client_id", sa.String(64), primary_key=True),
)


class Missing(str, Enum):
    """Why something has not arrived."""

    DELAYED = "delayed"
    """It failed, and is tried again by itself."""
    UNREACHABLE = "unreachable"
    """Nobody is reached; it waits until the patient writes."""
    UNWANTED = "unwanted"
    """The patient wants no messages; it is not sent any more."""


@dataclass(frozen=True)
class Place:
    """Where a conversation is held."""

    conversation: str
    channel: str
    address: str
    sent: int
    asks: str | None


def new_conversation(channel: str) -> str:
    """An id that nobody can guess; all of a channel's begin with its name."""
    return f"{channel}-{secrets.token_hex(20)}"


class Addresses:
    """The places of one channel's conversations. Synchronous, as `Storage` is."""

    def __init__(self, storage: Storage, channel: str) -> None:
        self._storage, self._channel = storage, channel
        metadata.create_all(storage.engine, tables=[addresses, settled, undelivered])

    def add(self, conversation: str, address: str) -> None:
        """Note where a new conversation is held."""
        values = {"conversation": conversation, "channel": self._channel, "address": address}
        with self._storage.transaction() as db:
            db.execute(addresses.insert().values(**values, sent=0))

    def at(self, address: str) -> Place | None:
        """The conversation that is held at an address."""
        return self._one(addresses.c.address == address)

    def of(self, conversation: str) -> Place | None:
        """The place of a conversation."""
        return self._one(addresses.c.conversation == conversation)

    def undelivered(self) -> list[str]:
        """The ids of this channel's conversations in which something has not arrived yet."""
        fresh = (messages.c.conversation == addresses.c.conversation) & (
            messages.c.seq > addresses.c.sent
        )
        said = fresh & messages.c.sender.not_in(("patient", SYSTEM))
        waiting = (addresses.c.channel == self._channel) & sa.exists().where(said)
        with self._storage.transaction() as db:
            return list(db.execute(sa.select(addresses.c.conversation).where(waiting)).scalars())

    def delivered(self, conversation: str, seq: int) -> None:
        """Everything up to message number `seq` has arrived, or was dropped."""
        arrived = (undelivered.c.conversation == conversation) & (undelivered.c.seq <= seq)
        with self._storage.transaction() as db:
            db.execute(addresses.update().where(_at(conversation)).values(sent=seq))
            kept = undelivered.c.why == Missing.UNWANTED.value
            db.execute(undelivered.delete().where(arrived & ~kept))

    def missing(self, conversation: str, seqs: Sequence[int], why: Missing) -> None:
        """These messages have not arrived; of deleted conversations nothing is noted."""
        with self._storage.transaction() as db:
            if seqs and db.execute(sa.select(addresses).where(_at(conversation))).first():
                rows = [
                    {"conversation": conversation, "seq": seq, "why": why.value} for seq in seqs
                ]
                db.execute(undelivered.insert().prefix_with("OR REPLACE"), rows)

    def asks(self, conversation: str, what: str | None) -> None:
        """The channel has asked something; None: it awaits no answer any more."""
        self._set(conversation, asks=what)

    def settle(self, conversation: str, client_id: str) -> None:
        """Note that a message was settled without the door; deleted conversations note nothing."""
        known = addresses.c.conversation == conversation
        row = sa.select(addresses.c.conversation, sa.literal(client_id)).where(known)
        with self._storage.transaction() as db:
            db.execute(settled.insert().prefix_with("OR IGNORE").from_select(settled.c.keys(), row))

    def was_taken_in(self, conversation: str, client_id: str) -> bool:
        """Whether a message came before, to the door or to the channel itself."""
        with self._storage.transaction() as db:
            return any(
                db.execute(
                    sa.select(table.c.conversation)
                    .where(table.c.conversation == conversation)
                    .where(table.c.client_id == client_id)
                ).first()
                for table in (settled, messages)
            )

    def _one(self, where: sa.ColumnElement[bool]) -> Place | None:
        own = addresses.c.channel == self._channel
        with self._storage.transaction() as db:
            row = db.execute(sa.select(addresses).where(own & where)).first()
        return None if row is None else Place(**row._mapping)

    def _set(self, conversation: str, **values: object) -> None:
        with self._storage.transaction() as db:
            db.execute(addresses.update().where(_at(conversation)).values(values))


def not_arrived(storage: Storage, conversation: str) -> dict[int, Missing]:
    """The numbers of the messages that have not arrived, and why."""
    where = undelivered.c.conversation == conversation
    with storage.transaction() as db:
        rows = db.execute(sa.select(undelivered.c.seq, undelivered.c.why).where(where)).all()
    return {row.seq: Missing(row.why) for row in rows}


def _at(conversation: str) -> sa.ColumnElement[bool]:
    return addresses.c.conversation == conversation
