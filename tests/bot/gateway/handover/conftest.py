"""The requests over a database of their own, with a clock that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.gateway.handover.reach import Reach
from bot.gateway.handover.requests import Requests, Why, Wish
from bot.gateway.storage import Storage, sqlite_engine

REACH = Reach(("+447700900123",), ("anna@clinic.example.com",), "Anna")


@dataclass
class Clock:
    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage(tmp_path: Path, clock: Clock) -> Storage:
    return Storage(sqlite_engine(tmp_path / "gateway.db"), clock)


@pytest.fixture
def requests(storage: Storage, clock: Clock) -> Requests:
    return Requests(storage.engine, clock)


MakeWish = Callable[..., Wish]


@pytest.fixture
def wish(storage: Storage) -> MakeWish:
    """Makes wishes of consenting patients."""
    count = 0

    def make(
        conversation: str = "web-1", disposition: str | None = "urgent", why: Why = Why.ASKED
    ) -> Wish:
        nonlocal count
        count += 1
        storage.consent(conversation)
        return Wish(conversation, f"draft-{count}", why, disposition, REACH)

    return make
