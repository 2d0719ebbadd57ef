"""What can go wrong when a provider is handed a message, as the courier understands it."""

from __future__ import annotations

import logging

import httpx2

from bot.gateway.channels.courier import TryLaterError

#: Seconds that a provider may ask to be left alone for.
MOST_PATIENCE = 3600.0


class SendingError(Exception):
    """The provider did not take the message; the text names the kind, nothing more."""


def fault(kind: str, seconds: float | None = None) -> Exception:
    """What to raise when a message may be taken at another time: in `seconds`, if that is known."""
    if seconds is None:
        return SendingError(kind)
    return TryLaterError(min(max(seconds, 1.0), MOST_PATIENCE))


def retry_after(answer: httpx2.Response) -> float | None:
    """The seconds of a `Retry-After` header."""
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else None


def quiet() -> None:
    """Keep the library from logging addresses: they hold numbers, and Telegram's the token."""
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
