"""The vector that the dialogue has made of the message at hand, for the action that answers it."""

from __future__ import annotations

from contextvars import ContextVar

from knowledge.encoded import Encoded

#: Set for each action call (`actions/server.py`); None where the dialogue sent none.
encoded_message: ContextVar[Encoded | None] = ContextVar("encoded_message", default=None)
