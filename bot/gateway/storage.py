"""What is stored of conversations: consent, messages with their state, buttons, what is known.

Plain synchronous calls, each one short transaction; the gateway runs them in worker threads. The
outbox is no table of its own: it is the patients' messages whose state is `pending` or `overdue`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.gateway.prepared import Prepared
from bot.gateway.tables import buttons, conversations, desks, erased, messages, metadata

Body = dict[str, Any]

#: Sender of what is put to the dialogue and was typed by nobody; no patient sees it.
SYSTEM = "system"


class State(str, Enum):
    """Where a patient's message is."""

    PENDING = "pending"
    """The dialogue has not answered it yet."""
    ANSWERED = "answered"
    OVERDUE = "overdue"
    """Too old to be answered; staff see it, the patient is still to be asked again."""
    FOR_STAFF = "for_staff"
    """Staff see it, and the patient was asked again."""
    WITH_STAFF = "with_staff"
    """Somebody of the staff had taken over; the bot does not answer it."""


@dataclass(frozen=True)
class Conversation:
    """What is known of a conversation."""

    id: str
    seen_at: float
    consent_at: float | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    question: Body | None = None
    awaits: Body | None = None
    """Who of the gateway's own clerks awaits the next text, and what for (`desk.py`)."""
    staff: str | None = None
    """Who of the staff has taken over."""
    staff_at: float | None = None


# The statements of every message.
_NAME: sa.BindParameter[str] = sa.bindparam("name")
_WITH_DESK = conversations.outerjoin(desks, desks.c.conversation == conversations.c.id)
_KNOWN = Prepared(
    sa.select(conversations, desks.c.awaits, desks.c.staff, desks.c.staff_at)
    .select_from(_WITH_DESK)
    .where(conversations.c.id == _NAME)
)
_EXISTS = Prepared(sa.select(conversations.c.id).where(conversations.c.id == _NAME))
_STAFF = Prepared(
    sa.select(conversations.c.id, desks.c.staff)
    .select_from(_WITH_DESK)
    .where(conversations.c.id == _NAME)
)
_LEARN = Prepared(conversations.update().where(conversations.c.id == _NAME))
_SAME = Prepared(
    sa.select(messages).where(
        messages.c.conversation == _NAME, messages.c.client_id == sa.bindparam("client")
    )
)
_ADD = Prepared(messages.insert().returning(messages))
_SET_STATE = Prepared(messages.update().where(messages.c.seq == sa.bindparam("number")))
_OFFER = Prepared(buttons.insert())


@dataclass(frozen=True)
class Stored:
    """A message as it is stored; `seq` orders all messages."""

    seq: int
    conversation: str
    sender: str
    at: float
    body: Body
    client_id: str | None
    state: str | None
    answers: int | None
    helpful: bool | None


@dataclass(frozen=True)
class TakenIn:
    """A patient's message as it came in, what was known before it, and whether it is new.

    `payload` is that of a pressed button.
    """

    known: Conversation
    message: Stored
    new: bool
    payload: str | None = None


def sqlite_engine(path: Path) -> sa.Engine:
    """An engine over one SQLite file: durable, shared between threads, deleting for good."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error's text never holds a patient's words
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA secure_delete=ON")  # deleted rows are overwritten

    return engine


class Storage:
    """The gateway's database."""

    def __init__(self, engine: sa.Engine, now: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.now = now
        metadata.create_all(engine)
        self._erased = self._read_erased()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One short transaction, also for modules that keep tables of their own."""
        with self.engine.begin() as connection:
            yield connection

    # ---- conversations

    def conversation(self, name: str) -> Conversation | None:
        """A conversation that was consented to, or None."""
        with self.transaction() as db:
            row = _KNOWN.run(db, name=name)
        return None if row is None else Conversation(**row)

    def consent(self, name: str) -> None:
        """Note that the patient consents; from here on things are stored."""
        with self.transaction() as db:
            if _EXISTS.run(db, name=name) is None:
                now = self.now()
                values = {"id": name, "seen_at": now, "consent_at": now, "slots": {}}
                db.execute(conversations.insert().values(values))

    def learn(self, name: str, **values: Any) -> None:
        """Keep what is known of a conversation: `slots`, `question`."""
        with self.transaction() as db:
            self._learn(db, name, values)

    @staticmethod
    def _learn(db: sa.Connection, name: str, values: Body) -> None:
        _LEARN.run(db, **values, name=name)

    # ---- messages

    def take_in(self, name: str, client_id: str, text: str, pressed: str | None) -> TakenIn | None:
        """Store a patient's message unless it is there already; None without consent.

        `pressed`: the id of a button instead of a text. Raises `LookupError` for one that this
        conversation was never offered.
        """
        with self.transaction() as db:
            row = _KNOWN.run(db, name=name)
            if row is None:
                return None
            known = Conversation(**row)
            earlier = _SAME.run(db, name=name, client=client_id)
            if earlier is not None:
                return TakenIn(known, Stored(**earlier), False)
            payload, body = None, {"text": text}
            if pressed is not None:
                title, payload = self._button(db, name, pressed)
                body = {"text": title, "button": pressed}
            return TakenIn(known, self._accept(db, name, client_id, body), True, payload)

    def lacks(self, name: str, client_id: str) -> bool:
        """Whether a message has not come in, of a conversation that was consented to."""
        with self.transaction() as db:
            consented = _EXISTS.run(db, name=name) is not None
            return consented and _SAME.run(db, name=name, client=client_id) is None

    def accept(
        self, name: str, client_id: str | None, body: Body, sender: str = "patient"
    ) -> Stored:
        """Store a message, the patient's or a prompt of ours, to be answered."""
        with self.transaction() as db:
            return self._accept(db, name, client_id, body, sender)

    def _accept(
        self,
        db: sa.Connection,
        name: str,
        client_id: str | None,
        body: Body,
        sender: str = "patient",
    ) -> Stored:
        now = self.now()
        values = {"conversation": name, "sender": sender, "at": now, "body": body}
        values |= {"client_id": client_id, "state": State.PENDING.value}
        stored = _stored(db, values)
        if sender != SYSTEM:
            self._learn(db, name, {"seen_at": now})
        return stored

    def reply(
        self,
        answers: Stored,
        bodies: Sequence[Body],
        state: State | None = None,
        with_staff: Sequence[Body] | None = None,
        **learnt: Any,
    ) -> list[Stored]:
        """Store what the bot says to a message, with an opaque id for each button, the message's
        new state, and what is known by now. Nothing is stored of a conversation that was deleted
        meanwhile.

        `with_staff`: what of it is said where staff have taken over; no question is opened there.
        """
        name = answers.conversation
        with self.transaction() as db:
            there = _STAFF.run(db, name=name)
            if there is None:
                return []
            if with_staff is not None and there["staff"] is not None:
                bodies, learnt = with_staff, {}
                state = state if bodies else State.WITH_STAFF
            stored = [self._say(db, name, body, answers.seq) for body in bodies]
            if state is not None:
                self._set_state(db, answers.seq, state)
            if learnt:
                self._learn(db, name, learnt)
        return stored

    def say(self, name: str, body: Body, sender: str = "bot") -> Stored | None:
        """Store words that answer no message; None when the conversation was deleted meanwhile."""
        with self.transaction() as db:
            there = _EXISTS.run(db, name=name)
            return self._say(db, name, body, None, sender) if there else None

    def _say(
        self, db: sa.Connection, name: str, body: Body, answers: int | None, sender: str = "bot"
    ) -> Stored:
        offered = [{**button, "id": secrets.token_urlsafe(9)} for button in body.get("buttons", ())]
        rows = [{**button, "conversation": name} for button in offered]
        if rows:
            _OFFER.run_for_each(db, rows)
            shown = [{"id": each["id"], "title": each["title"]} for each in offered]
            body = {**body, "buttons": shown}
        values = {"conversation": name, "sender": sender, "at": self.now(), "body": body}
        return _stored(db, {**values, "answers": answers})

    def set_state(self, seq: int, state: State) -> None:
        """Note where a patient's message is."""
        with self.transaction() as db:
            self._set_state(db, seq, state)

    @staticmethod
    def _set_state(db: sa.Connection, seq: int, state: State) -> None:
        _SET_STATE.run(db, state=state.value, number=seq)

    def history(self, name: str, after: int = 0) -> list[Stored]:
        """What was said in a conversation behind `after`, in order."""
        where = (messages.c.conversation == name) & (messages.c.seq > after)
        return self._select(where & (messages.c.sender != SYSTEM))

    def replies_to(self, seq: int) -> list[Stored]:
        """What was said to a patient's message."""
        return self._select(messages.c.answers == seq)

    def waiting(self) -> list[Stored]:
        """The outbox: every message that the dialogue has not answered, oldest first."""
        open_states = (State.PENDING.value, State.OVERDUE.value)
        return self._select(messages.c.state.in_(open_states))

    def for_staff(self) -> list[Stored]:
        """The messages that were never answered and that staff should look at."""
        return self._select(messages.c.state.in_((State.OVERDUE.value, State.FOR_STAFF.value)))

    def _select(self, where: sa.ColumnElement[bool]) -> list[Stored]:
        with self.transaction() as db:
            rows = db.execute(sa.select(messages).where(where).order_by(messages.c.seq)).all()
        return [Stored(**row._mapping) for row in rows]

    def helpful(self, name: str, seq: int, answer: bool) -> bool:
        """Store "helpful?" for one of the bot's messages; whether there is such a message."""
        own = (messages.c.conversation == name) & (messages.c.sender == "bot")
        with self.transaction() as db:
            changed = db.execute(
                messages.update().where(own & (messages.c.seq == seq)).values(helpful=answer)
            )
        return bool(changed.rowcount)

    def button(self, name: str, button_id: str) -> tuple[str, str]:
        """Title and payload of a button; raises `LookupError` unless it was offered here."""
        with self.transaction() as db:
            return self._button(db, name, button_id)

    @staticmethod
    def _button(db: sa.Connection, name: str, button_id: str) -> tuple[str, str]:
        own = (buttons.c.id == button_id) & (buttons.c.conversation == name)
        row = db.execute(sa.select(buttons.c.title, buttons.c.payload).where(own)).first()
        if row is None:
            raise LookupError(button_id)
        return row.title, row.payload

    # ---- deletion

    def erase(self, names: Sequence[str]) -> None:
        """Delete everything of these conversations but their ids (`erased`).

        A table that outlives conversations names them in `subject`, which is blanked.
        """
        now = self.now()
        with self.transaction() as db:
            for table in metadata.sorted_tables:
                column = table.c.get("conversation")
                if column is not None:
                    db.execute(table.delete().where(column.in_(names)))
                subject = table.c.get("subject")
                if subject is not None:
                    db.execute(table.update().where(subject.in_(names)).values(subject=""))
            db.execute(conversations.delete().where(conversations.c.id.in_(names)))
            if names:
                db.execute(erased.insert(), [{"conversation": name, "at": now} for name in names])
        self._erased.update(dict.fromkeys(names, now))

    def was_erased(self, name: str, since: float) -> bool:
        """Whether a conversation was deleted at a moment or after it. Asked with every request, and
        of use while the disk fails: it is answered from memory."""
        return self._erased.get(name, float("-inf")) >= since

    def erased_since(self, moment: float) -> list[str]:
        """Ids of the conversations deleted since a moment; what was begun anew under the same id is
        not to be deleted again."""
        anew = sa.exists().where(conversations.c.id == erased.c.conversation)
        with self.transaction() as db:
            where = (erased.c.at >= moment) & ~anew
            return list(db.execute(sa.select(erased.c.conversation).where(where)).scalars())

    def forget_erased(self, before: float) -> None:
        """Forget the ids of the conversations that were deleted before a moment."""
        with self.transaction() as db:
            db.execute(erased.delete().where(erased.c.at < before))
        for name in [name for name, at in list(self._erased.items()) if at < before]:
            self._erased.pop(name, None)

    def _read_erased(self) -> dict[str, float]:
        with self.transaction() as db:
            return {row.conversation: row.at for row in db.execute(sa.select(erased))}

    def last_seen_before(self, moment: float) -> list[str]:
        """Ids of conversations in which nothing was said since a moment."""
        with self.transaction() as db:
            where = conversations.c.seen_at < moment
            return list(db.execute(sa.select(conversations.c.id).where(where)).scalars())


def _stored(db: sa.Connection, values: Body) -> Stored:
    """Store a message."""
    row = _ADD.run(db, **values)
    assert row is not None
    return Stored(**row)
