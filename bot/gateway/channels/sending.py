"""What can go wrong when a provider is handed a message."""

from __future__ import annotations

import logging

import httpx2


class RefusedForGoodError(Exception):
    """The provider will never deliver this; `code` is its own number for the reason."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"refused for good ({code})")
        self.code = code


class TryAgainError(Exception):
    """The provider does not deliver now; in `seconds`, if it says so, it may."""

    def __init__(self, kind: str, seconds: float | None = None) -> None:
        super().__init__(kind)
        self.seconds = seconds


def retry_after(answer: httpx2.Response) -> float | None:
    """The seconds of a `Retry-After` header."""
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else None


def quiet() -> None:
    """Keep the library from logging addresses: they hold numbers, and Telegram's the token."""
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
