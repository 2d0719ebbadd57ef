"""Who is talking: a session that only the server can make, and the conversation that follows.

A session is a random secret, signed. The browser keeps it (cookie, or bearer token where the chat
is embedded on another site); the server keeps nothing of it. The conversation's id is an HMAC of
the secret: no client can name a conversation, and whoever reads the database cannot enter one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from datetime import timedelta
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

#: Ways to open one page without the session, such as the summary, live this long.
LINK_LIFE = timedelta(minutes=10)


def load_key(state: Path) -> str:
    """The key that signs: GATEWAY_KEY, or one made at the first start and kept in `state`."""
    given = os.environ.get("GATEWAY_KEY")
    if given:
        return given
    path = state / "gateway.key"
    state.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text("ascii")


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

    def conversation(self, token: str | None) -> str | None:
        """The id of the session's conversation; None for a token that is not ours or too old."""
        try:
            secret = self._tokens.loads(token or "", max_age=int(self._life))
        except BadSignature:  # or expired
            return None
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
