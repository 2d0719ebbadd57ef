"""A patient who is offered a check-in, and a clock for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.gateway import line
from bot.gateway.checkin import check_ins
from bot.gateway.door import Door, Outcome
from bot.gateway.replies import Message

from ..conftest import QUESTION, FakeDialogue, Talk, eventually

Play = Callable[..., Any]

HOUR = 3600


def result(disposition: str, hours: Any = 20) -> Message:
    custom = {"type": "triage", "disposition": disposition, "hours_since_treatment": hours}
    return {"text": f"It is {disposition}.", "custom": {**custom, "rules": [], "findings": {}}}


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))


class Clock:
    """The time by the gateway's storage."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 14, 2, tzinfo=ZoneInfo("Europe/London")).timestamp()

    def of(self, door: Door) -> "Clock":
        door.storage.now = lambda: self.at
        return self

    def go(self, hours: float) -> None:
        self.at += hours * HOUR


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def offer(talk: Talk, text: str = "my cheeks itch") -> Message | None:
    """The offer that comes of a text, once what else is offered was declined."""
    outcome = await talk.say(text)
    if asks(outcome) == ["handover_offer"]:
        outcome = await talk.say("no")
    found = [each for each in outcome.messages if "check_in_offer" in str(each)]
    assert not found or asks(outcome) == ["check_in_offer"]
    return found[0] if found else None


def asks(outcome: Outcome) -> list[str | None]:
    return [each["custom"].get("reason") for each in outcome.messages if each.get("buttons")]


def clerk(door: Door) -> Any:
    return door.desk._clerks["check_in"]


def buttons(message: Message | None) -> dict[str, str]:
    assert message is not None
    return {each["title"].split(",")[0]: each["id"] for each in message["buttons"]}


def planned(door: Door) -> list[tuple[float, bool]]:
    with door.storage.transaction() as db:
        return [(row.due_at, row.wanted) for row in db.execute(sa.select(check_ins))]


async def agreed(door: Door, disposition: str = "contact", hours: Any = 20) -> Talk:
    """A patient who was told a result and wants to be asked again."""
    talk = await Talk(door).begin()
    door.lines._dialogue.answer = lambda text: (  # type: ignore[attr-defined]
        [QUESTION] if text == "/check_in" else [result(disposition, hours)]
    )
    await talk.say(button=buttons(await offer(talk))["Yes"])
    return talk


def prompts(dialogue: FakeDialogue) -> int:
    return dialogue.heard.count("/check_in")


async def look(door: Door) -> None:
    """What the loop does whenever it wakes."""
    await clerk(door).ask_due(door.prompt)
    await eventually(lambda: not door.lines.busy("web-1"))
