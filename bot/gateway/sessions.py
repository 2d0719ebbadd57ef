"""Who is talking: a session that only the server can make, and the conversation that follows.

A session is a random secret, signed. The browser keeps it (cookie, or bearer token where the chat
is embedded on another site); the server keeps nothing of it, but which conversations were deleted
since (`Storage.was_erased`). The conversation's id is an HMAC of the secret: no client can name a
conversation, and whoever reads the database cannot enter one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from actions.triage import DataError

#: Characters of a key.
SHORTEST_KEY = 32

#: Ways to open one page without the session, such as the summary, live this long.
LINK_LIFE = timedelta(minutes=10)


def load_key(state: Path) -> str:
    """The key that signs: GATEWAY_KEY, or one made at the first start and kept in `state`.

    Raises `DataError` for a key that could be guessed.
    """
    path = state / "gateway.key"
    given = os.environ.get("GATEWAY_KEY") or None
    if given is None:
        if not path.exists():
            _make_key(path)
        given = path.read_text("ascii").strip()
    if len(given) < SHORTEST_KEY:
        where = "GATEWAY_KEY" if os.environ.get("GATEWAY_KEY") else str(path)
        raise DataError(
            f"{where} has fewer than {SHORTEST_KEY} characters and could be guessed; "
            "set a longer one, or delete it and one is made"
        )
    return given


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; a key that another process wrote first stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent) as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)


@dataclass(frozen=True)
class Session:
    """What a token opens."""

    conversation: str
    made_at: float
    """When the token was made; the full second before."""
    secret: Any = field(repr=False)
    """What is signed in it."""


class Sessions:
    """Makes and checks sessions and signed links with one key."""

    def __init__(self, key: str, life: timedelta) -> None:
        self._key = key.encode()
        self._life = life.total_seconds()
        self._tokens = URLSafeTimedSerializer(key, salt="session")
        self._links = URLSafeTimedSerializer(key, salt="link")

    def new(self) -> str:
        """The token of a new session."""
        return _text(self._tokens.dumps(secrets.token_urlsafe(32)))

    def joining(self, conversation: str) -> str:
        """The token of a session for a conversation that began elsewhere, over SMS, say."""
        return _text(self._tokens.dumps({"conversation": conversation}))

    def renewed(self, session: Session) -> str:
        """A token of the same session that is made now."""
        return _text(self._tokens.dumps(session.secret))

    def open(self, token: str | None) -> Session | None:
        """The session of a token; None for one that is not ours or too old."""
        try:
            secret, made_at = self._tokens.loads(
                token or "", max_age=int(self._life), return_timestamp=True
            )
        except BadSignature:  # or expired
            return None
        return Session(self._conversation(secret), made_at.timestamp(), secret)

    def _conversation(self, secret: Any) -> str:
        if isinstance(secret, dict):  # of a session that `joining` made
            return str(secret["conversation"])
        digest = hmac.new(self._key, f"conversation {secret}".encode(), hashlib.sha256)
        return f"web-{digest.hexdigest()[:40]}"

    def link(self, conversation: str) -> str:
        """A key that opens pages about this conversation for a short while."""
        return _text(self._links.dumps(conversation))

    def linked(self, key: str) -> str | None:
        """The conversation that a key of `link` opens; None when it opens none any more."""
        try:
            return str(self._links.loads(key, max_age=int(LINK_LIFE.total_seconds())))
        except BadSignature:
            return None


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode("ascii")
