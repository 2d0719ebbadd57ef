"""The tables of hand-over. All rows carry their conversation, and go with it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.gateway.tables import metadata

handovers = sa.Table(
    "handovers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("reference", sa.String(8), nullable=False, unique=True),
    # What the patient agreed to send; agreed to once, it is stored once.
    sa.Column("draft", sa.String(32), nullable=False, unique=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("why", sa.String(16), nullable=False),  # `Why`
    sa.Column("disposition", sa.String(16)),  # of the result it was asked with, if any
    sa.Column("phones", sa.JSON, nullable=False),
    sa.Column("emails", sa.JSON, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("status", sa.String(8), nullable=False, index=True),  # `Status`
    sqlite_autoincrement=True,
)

# What the gateway knew of the conversation when the patient agreed: told the same way at every
# attempt, whatever is learnt meanwhile.
known = sa.Table(
    "handovers_known",
    metadata,
    sa.Column("handover", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("slots", sa.JSON, nullable=False),
)

# The outbox: one row for each place that a request is brought to.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),  # what the receiver knows it by
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("handover", sa.Integer, nullable=False, index=True),
    sa.Column("to", sa.String(16), nullable=False),  # email, webhook
    sa.Column("state", sa.String(8), nullable=False),  # `DeliveryState`
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_at", sa.Float, nullable=False, index=True),
    sa.Column("last_error", sa.String(64)),  # its kind, never a text of a patient
    sa.Column("done_at", sa.Float),
)
