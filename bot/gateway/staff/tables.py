"""The tables of the inbox. What is about a patient names the conversation, and goes with it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.tables import metadata

users = sa.Table(
    "staff_users",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("shown_as", sa.String(64), nullable=False),  # what patients see
    sa.Column("password", sa.Text, nullable=False),  # Argon2's hash
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    # Somebody else has chosen the password: nothing else is open before it is changed.
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),  # tries since the last log-in
    sa.Column("locked_until", sa.Float, nullable=False),
)

sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),  # its SHA-256: no session for a reader
    sa.Column("user", sa.String(32), nullable=False, index=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("last_seen", sa.Float, nullable=False),
)

# Only ever added to. It outlives conversations, so their id is in a column of its own name, which
# erasure blanks instead of deleting the row (`Storage.erase`).
access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("user", sa.String(32), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("what", sa.String(24), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False, index=True),
    sqlite_autoincrement=True,  # a number is never given twice
)

# What staff have decided of a conversation; without a row it is new, and nobody's.
cases = sa.Table(
    "staff_cases",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("status", sa.String(8), nullable=False),
    sa.Column("status_at", sa.Float, nullable=False),
    sa.Column("assigned_to", sa.String(32), nullable=False),
)

# Only ever added to: nobody writes over a colleague's.
notes = sa.Table(
    "staff_notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("user", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
