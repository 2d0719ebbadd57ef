"""Links that open a conversation in the web chat once: for channels that carry no health content.

A link is a random key, good for one opening within half an hour; the database holds only its
digest, so that whoever reads it can open nothing. Following a link changes nothing (messengers
fetch every link for a preview): the page has a button, and pressing it opens the chat.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa

from bot.gateway.storage import Storage
from bot.gateway.tables import metadata

#: How long a link can be opened.
LIFE = timedelta(minutes=30)

#: Short, because every character of a text message counts.
PATH = "/l/"

web_links = sa.Table(
    "web_links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("ends_at", sa.Float, nullable=False),
)


class WebLinks:
    """Makes links and opens them."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        metadata.create_all(storage.engine, [web_links])

    def make(self, conversation: str) -> str:
        """The path of a new link; links whose time is over are cleared away."""
        key, now = secrets.token_urlsafe(16), self._storage.now()
        ends_at = now + LIFE.total_seconds()
        with self._storage.transaction() as db:
            db.execute(web_links.delete().where(web_links.c.ends_at < now))
            values = {"digest": _digest(key), "conversation": conversation, "ends_at": ends_at}
            db.execute(web_links.insert().values(values))
        return f"{PATH}{key}"

    def is_open(self, key: str) -> bool:
        """Whether `key` would still open something."""
        with self._storage.transaction() as db:
            return (
                db.execute(sa.select(web_links.c.digest).where(self._valid(key))).first()
                is not None
            )

    def open(self, key: str) -> str | None:
        """The conversation of a link, which is used up by this; None when it opens none."""
        with self._storage.transaction() as db:
            opened = web_links.delete().where(self._valid(key)).returning(web_links.c.conversation)
            return db.execute(opened).scalar()

    def revoke(self, path: str) -> None:
        """Take back a link that was not sent."""
        self.open(path.removeprefix(PATH))

    def waiting(self, conversation: str) -> bool:
        """Whether a conversation has a link that nobody has opened yet."""
        own = (web_links.c.conversation == conversation) & (
            web_links.c.ends_at >= self._storage.now()
        )
        with self._storage.transaction() as db:
            return db.execute(sa.select(web_links.c.digest).where(own)).first() is not None

    def _valid(self, key: str) -> sa.ColumnElement[bool]:
        return (web_links.c.digest == _digest(key)) & (web_links.c.ends_at >= self._storage.now())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
