"""The clinic before a stand-in for Twilio (tests/stand_ins), and its patients."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import requests

from bot.gateway import line
from bot.gateway.channels import courier, linked
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from tests.stand_ins.serving import serving
from tests.stand_ins.twilio_stand_in import ACCOUNT, TOKEN, TwilioStandIn, deliver, incoming

from ...conftest import FakeDialogue
from ..served import PUBLIC, Served, link_in, served, wait_until

PATIENT = "+447700900123"
ON_WHATSAPP = f"whatsapp:{PATIENT}"
Start = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    monkeypatch.setattr(courier, "PAUSES", (0.1,))
    monkeypatch.setattr(linked, "LOOK", 1.5)


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    stand_in = TwilioStandIn()
    with serving(stand_in.app) as address:
        stand_in.address = address
        yield stand_in
    assert stand_in.problems == []


@pytest.fixture
def start(
    twilio: TwilioStandIn,
    settings: Settings,
    places: Places,
    dialogue: FakeDialogue,
    red_flags: RedFlags,
) -> Start:
    @contextmanager
    def start(content: str | None = None, **more: str) -> Iterator[Served]:
        channel: dict[str, Any] = {"account": ACCOUNT, "public_url": PUBLIC, "api": twilio.address}
        channel |= {"sms": "+442079460142", "whatsapp": "+442079460999"}
        channel |= {"content": content} if content else {}
        channel |= more
        with served(settings, places, dialogue, red_flags, twilio=channel) as gateway:
            yield gateway

    return start


def text(gateway: Served, words: str, number: str = PATIENT, **more: str) -> dict[str, str]:
    """Text the clinic; the webhook's fields."""
    fields = incoming(number, words, **more)
    answer = deliver(gateway.address, PUBLIC, fields)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    return fields


def sms(twilio: TwilioStandIn, count: int, number: str = PATIENT) -> list[str]:
    """What the number was sent, once there are so many messages, and no more of them."""
    wait_until(lambda: len(twilio.texts(number)) >= count)
    time.sleep(0.3)
    assert len(twilio.texts(number)) == count, twilio.texts(number)
    return twilio.texts(number)


def joined(gateway: Served, twilio: TwilioStandIn, number: str = PATIENT) -> requests.Session:
    """A patient who has texted, opened the link and consented; the browser."""
    text(gateway, "hello", number)
    browser = gateway.consent(gateway.open(link_in(sms(twilio, 1, number)[0])))
    wait_until(lambda: "bot: heard hello" in gateway.said(browser))
    return browser


def begin_in_full(gateway: Served, twilio: TwilioStandIn) -> None:
    """A patient who has consented by text message; two messages are sent."""
    text(gateway, "hello")
    assert "1. I agree" in sms(twilio, 1)[0]
    text(gateway, "1")
    assert sms(twilio, 2)[1] == "heard hello"


def staff_says(gateway: Served, conversation: str, words: str) -> None:
    """As the inbox does, in the gateway's own loop."""
    gateway.run(gateway.door.desk.say(conversation, "Anna", words))
