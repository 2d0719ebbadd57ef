"""What an event of a Matrix room says to the bot. Pure; events are the plain JSON of the protocol.

Event types: https://spec.matrix.org/latest/client-server-api/#instant-messaging
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.gateway.channels.plain import ATTACHMENT, PICTURE, RECORDING, with_attached

Event = Mapping[str, Any]

_ATTACHED = {
    "m.image": PICTURE,
    "m.video": PICTURE,
    "m.audio": RECORDING,
    "m.file": ATTACHMENT,
    "m.location": ATTACHMENT,
}


@dataclass(frozen=True)
class Heard:
    """A patient's message; `text` is empty for what could not be decrypted."""

    event_id: str
    text: str = ""
    encrypted: bool = False

    @property
    def client_id(self) -> str:
        """The event's id; rooms of old versions have longer ones than fit."""
        if len(self.event_id) <= 64:
            return self.event_id
        return hashlib.sha256(self.event_id.encode()).hexdigest()


def heard(event: Event) -> Heard | None:
    """What was said; None for everything that is no message, and for other bots' notices."""
    event_id, content = event.get("event_id"), event.get("content")
    if not isinstance(event_id, str) or not isinstance(content, dict):
        return None
    if event.get("type") == "m.room.encrypted":
        return Heard(event_id, encrypted=True) if content else None  # empty: deleted
    if event.get("type") == "m.sticker":
        return Heard(event_id, ATTACHMENT)
    if event.get("type") != "m.room.message":
        return None
    text = _text(_newest(content), is_reply="m.in_reply_to" in _relation(content))
    return None if text is None else Heard(event_id, text)


def _relation(content: Event) -> Event:
    relation = content.get("m.relates_to")
    return relation if isinstance(relation, dict) else {}


def _newest(content: Event) -> Event:
    """An edit holds the message as it is now, beside a fallback with a star."""
    new = content.get("m.new_content")
    is_edit = _relation(content).get("rel_type") == "m.replace" and isinstance(new, dict)
    return new if is_edit and new is not None else content


def _text(content: Event, is_reply: bool) -> str | None:
    kind, body = content.get("msgtype"), content.get("body")
    if not isinstance(body, str) or kind in ("m.notice", "m.key.verification.request"):
        return None
    if kind in _ATTACHED:
        return with_attached(_ATTACHED[kind], _caption(content))
    return _without_quote(body) if is_reply else body


def _caption(content: Event) -> str:
    """`body` is a caption where the file's name stands beside it, else it is that name."""
    name, body = content.get("filename"), str(content["body"])
    return body if isinstance(name, str) and name != body else ""


def _without_quote(body: str) -> str:
    """Older clients quote the message that they reply to, in lines with "> " before the text."""
    lines = body.split("\n")
    if not lines[0].startswith("> <"):
        return body
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).strip()


def is_join_of(event: Event, user_id: str) -> bool:
    """Whether somebody joined the room with this event."""
    content = event.get("content")
    return (
        event.get("type") == "m.room.member"
        and event.get("state_key") == user_id
        and isinstance(content, dict)
        and content.get("membership") == "join"
    )
