"""What the patient gets to see of a reply, and what the gateway adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from bot.clinic import Clinic, Contact, open_now
from bot.gateway.guide import quote_url
from bot.gateway.storage import Stored

Message = dict[str, Any]

#: Results that name the clinic's own number, to call when it is open: no need for who is up now.
_CLINIC_ITSELF = ("contact", "undetermined", "self_care", "expected")

#: Notices that send the patient to the clinic, or whoever is up while it is closed.
_REACHED_NOW = ("contact", "minor", "other_procedure", "handover_declined", "handover_left")


def is_emergency_reply(messages: Iterable[Message]) -> bool:
    """Whether a reply holds the emergency advice."""
    return any(_custom(message).get("disposition") == "emergency" for message in messages)


def has_notice(messages: Iterable[Message], reason: str) -> bool:
    """Whether a reply holds a notice with this reason."""
    return any(_custom(message).get("reason") == reason for message in messages)


def open_question(messages: Iterable[Message]) -> Message | None:
    """The question that a reply leaves open, if it does."""
    found = None
    for message in messages:
        if _custom(message).get("type") == "question":
            found = dict(_custom(message))
    return found


def with_calls(message: Message, clinic: Clinic) -> Message:
    """The message with the numbers that it tells to call, for one-tap buttons."""
    custom = _custom(message)
    emergency = [Contact("Emergency", number) for number in clinic.emergency_numbers]
    clinic_itself = Contact(clinic.name, clinic.phone)
    disposition, reason = custom.get("disposition"), custom.get("reason")
    if custom.get("advice") == "self_harm_help":
        calls = [clinic.self_harm_line, *emergency]
    elif disposition == "emergency":
        calls = emergency
    elif disposition in _CLINIC_ITSELF:
        calls = [clinic_itself]
    elif disposition == "urgent" or reason in _REACHED_NOW:
        calls = [_reachable(clinic)]
    elif reason in ("unavailable", "ask_again"):
        calls = [*emergency[:1], _reachable(clinic)]
    else:
        return message
    return {**message, "calls": [{"name": each.name, "number": each.number} for each in calls]}


def _reachable(clinic: Clinic) -> Contact:
    return open_now(clinic, datetime.now(timezone.utc)).contact


def shown(stored: Stored) -> Message:
    """A stored message as the client gets it."""
    message = {"seq": stored.seq, "from": stored.sender, "at": stored.at, **stored.body}
    if stored.client_id:
        return {**message, "id": stored.client_id}
    return {**message, "helpful": stored.helpful, "quotes": _quotes(stored.body)}


def _quotes(message: Mapping[str, Any]) -> list[Message]:
    """The passages that a message quotes, each with the page that shows it marked."""
    return [
        {
            "text": citation["quote"],
            "document": citation["document"],
            "section": citation["section"],
            "url": quote_url(citation),
        }
        for citation in _custom(message).get("citations", ())
    ]


def _custom(message: Mapping[str, Any]) -> Mapping[str, Any]:
    custom = message.get("custom")
    return custom if isinstance(custom, dict) else {}
