"""The clinic before a stand-in for Telegram (tests/stand_ins), and its patient."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from bot.gateway import line
from bot.gateway.channels import courier, linked, telegram
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from tests.stand_ins.serving import serving
from tests.stand_ins.telegram_stand_in import (
    SECRET,
    TOKEN,
    TelegramStandIn,
    deliver,
    message,
    pressed,
)

from ...conftest import FakeDialogue
from ..served import PUBLIC, Served, link_in, served, wait_until

PATIENT = 7700900123
Start = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_SECRET", SECRET)
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    monkeypatch.setattr(courier, "PAUSES", (0.1,))
    monkeypatch.setattr(telegram, "PAUSES", (0.1,))
    monkeypatch.setattr(linked, "LOOK", 0.5)


@pytest.fixture
def standin() -> Iterator[TelegramStandIn]:
    stand_in = TelegramStandIn()
    with serving(stand_in.app) as address:
        stand_in.address = address
        yield stand_in
    assert stand_in.problems == []


@pytest.fixture
def start(
    standin: TelegramStandIn,
    settings: Settings,
    places: Places,
    dialogue: FakeDialogue,
    red_flags: RedFlags,
) -> Start:
    @contextmanager
    def start(content: str | None = "full") -> Iterator[Served]:
        channel: dict[str, Any] = {"public_url": PUBLIC, "api": standin.address}
        channel |= {"content": content} if content else {}
        with served(settings, places, dialogue, red_flags, telegram=channel) as gateway:
            yield gateway

    return start


def send(gateway: Served, update: dict[str, Any]) -> dict[str, Any]:
    assert deliver(gateway.address, update).status_code == 200
    return update


def write(gateway: Served, words: str) -> dict[str, Any]:
    return send(gateway, message(PATIENT, words))


def told(standin: TelegramStandIn, count: int) -> list[str]:
    """What the patient was sent, once there are so many messages, and no more of them."""
    wait_until(lambda: len(standin.texts(PATIENT)) >= count)
    time.sleep(0.3)
    assert len(standin.texts(PATIENT)) == count, standin.texts(PATIENT)
    return standin.texts(PATIENT)


def keyboard(standin: TelegramStandIn) -> dict[str, str]:
    """The data of the last message's buttons, by their titles."""
    markup = standin.called("sendMessage")[-1].get("reply_markup", {"inline_keyboard": []})
    return {row[0]["text"]: row[0]["callback_data"] for row in markup["inline_keyboard"]}


def begin(gateway: Served, standin: TelegramStandIn) -> None:
    """Consent by the button; two messages are sent."""
    write(gateway, "/start")
    assert "consent" in told(standin, 1)[0]
    send(gateway, pressed(PATIENT, keyboard(standin)["I agree"]))
    assert told(standin, 2)[1] == "heard hello"


def joined(gateway: Served, standin: TelegramStandIn, content: str) -> int:
    """A patient who has consented where that is asked for; how many messages were sent."""
    if content == "full":
        begin(gateway, standin)
        return 2
    write(gateway, "hello")
    browser = gateway.consent(gateway.open(link_in(told(standin, 1)[0])))
    wait_until(lambda: "bot: heard hello" in gateway.said(browser))
    time.sleep(linked.LOOK + 0.1)  # nobody looks at the web chat any more
    return 1
