"""The gateway's tables. A table that holds anything of a conversation names it in `conversation`.

Deletion goes by that column (`Storage.erase`), in tables of other modules as well; a column named
`subject` is blanked instead, where the row has to outlive the conversation. Tables are made
at the start where they are missing and never altered.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("seen_at", sa.Float, nullable=False, index=True),
    sa.Column("consent_at", sa.Float),
    # What the gateway's own reading knows: slots as the dialogue's, and the open question.
    sa.Column("slots", sa.JSON, nullable=False, default=dict),
    sa.Column("question", sa.JSON),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("sender", sa.String(16), nullable=False),  # patient, bot
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    # Of a patient's message: the client's id, and `State`.
    sa.Column("client_id", sa.String(64)),
    sa.Column("state", sa.String(16)),
    # Of a bot's message: which one it answers, and the patient's "helpful?".
    sa.Column("answers", sa.Integer, index=True),
    sa.Column("helpful", sa.Boolean),
    sa.UniqueConstraint("conversation", "client_id"),
    sqlite_autoincrement=True,  # a number is never given twice, even after deletion
)

buttons = sa.Table(
    "buttons",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)

# What the gateway itself is about to hear in a conversation, and who of the staff has taken over.
desks = sa.Table(
    "desks",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    # {"clerk", "data"}: who the next text is for (`desk.py`).
    sa.Column("awaits", sa.JSON),
    sa.Column("staff", sa.String(64)),
    sa.Column("staff_at", sa.Float, index=True),  # when they last wrote
)

# Deleted conversations, by id alone, while a token of theirs may live: it opens nothing any more. A
# turn that was under way may still be written by the dialogue and is then deleted again.
erased = sa.Table(
    "erased",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
