"""WhatsApp's day: words of one's own are taken only for 24 hours after the patient's last message.

What the bot has to say later waits until the patient writes. A template that WhatsApp has approved
for the clinic may be sent at any time: it knocks, once, saying that something waits and not what.
"""

from __future__ import annotations

from collections import OrderedDict

import sqlalchemy as sa

from bot.gateway.storage import Storage
from bot.gateway.tables import conversations, messages, metadata

#: Seconds after the patient's last message in which words are sent. An hour short of the day: where
#: consent is given in the web chat, it is later than the message that it came of.
DAY = 23 * 3600.0

#: Conversations of which it is kept in memory too.
MOST_LATEST = 10_000

days = sa.Table(
    "whatsapp_days",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("wrote_at", sa.Float, nullable=False),  # the patient, the last time
    sa.Column("knocked", sa.Boolean, nullable=False),  # since then
)


class Days:
    """When patients last wrote over WhatsApp."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # First in memory: a disk that fails neither holds back advice nor knocks twice.
        self._latest: OrderedDict[str, tuple[float, bool]] = OrderedDict()
        metadata.create_all(storage.engine, [days])

    def wrote(self, conversation: str) -> None:
        """The patient has written now."""
        self._keep(conversation, self._storage.now(), knocked=False)

    def is_over(self, conversation: str) -> bool:
        """Whether the patient has not written for too long for words of one's own."""
        return self._storage.now() - self._wrote_at(conversation) > DAY

    def has_knocked(self, conversation: str) -> bool:
        """Whether the template was sent since the patient has written."""
        if conversation in self._latest:
            return self._latest[conversation][1]
        with self._storage.transaction() as db:
            mine = days.c.conversation == conversation
            return bool(db.execute(sa.select(days.c.knocked).where(mine)).scalar())

    def knocked(self, conversation: str) -> None:
        """The template was sent now."""
        self._keep(conversation, self._wrote_at(conversation), knocked=True)

    def _wrote_at(self, conversation: str) -> float:
        """With the last message, or at the consent."""
        if conversation in self._latest:
            return self._latest[conversation][0]
        own = (messages.c.conversation == conversation) & (messages.c.sender == "patient")
        lookups = (
            sa.select(days.c.wrote_at).where(days.c.conversation == conversation),
            sa.select(sa.func.max(messages.c.at)).where(own),  # before this table was there
            sa.select(conversations.c.consent_at).where(conversations.c.id == conversation),
        )
        with self._storage.transaction() as db:
            found = (db.execute(lookup).scalar() for lookup in lookups)
            return float(next(filter(None, found), 0.0))

    def _keep(self, conversation: str, wrote_at: float, knocked: bool) -> None:
        """Nothing is stored of a conversation that was deleted meanwhile."""
        self._latest[conversation] = (wrote_at, knocked)
        self._latest.move_to_end(conversation)
        while len(self._latest) > MOST_LATEST:
            self._latest.popitem(last=False)
        kept = conversations.c.id == conversation
        row = sa.select(conversations.c.id, sa.literal(wrote_at), sa.literal(knocked)).where(kept)
        with self._storage.transaction() as db:
            db.execute(days.insert().prefix_with("OR REPLACE").from_select(days.c.keys(), row))
