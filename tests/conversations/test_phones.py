"""The whole bot over SMS and Telegram: the live dialogue, stand-ins for the two providers."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bot.gateway.settings import SETTINGS_FILE
from bot.ready import answers
from bot.run import Ports, health_page
from bot.stack import Stack, free_port, running
from tests.conftest import LiveBot
from tests.processes import server_of
from tests.stand_ins import telegram_stand_in, twilio_stand_in
from tests.stand_ins.serving import serving
from tests.stand_ins.telegram_stand_in import TelegramStandIn
from tests.stand_ins.twilio_stand_in import TwilioStandIn

from .matrix import number_of
from .visitor import Visitor

PUBLIC = "https://chat.clinic.example"


@dataclass
class Clinic:
    """A gateway with SMS in full and Telegram with links, before the dialogue of all tests."""

    twilio: TwilioStandIn
    telegram: TelegramStandIn
    gateway: Stack

    @property
    def address(self) -> str:
        return self.gateway.gateway.rstrip("/")

    def restart(self) -> None:
        """Kill the gateway; its supervisor starts another."""
        os.kill(server_of(self.gateway, "bot.gateway"), signal.SIGKILL)
        time.sleep(0.5)
        wait_until(lambda: answers(health_page("gateway", self.gateway.ports)), 120)

    def log(self) -> str:
        return (self.gateway.logs / "gateway.log").read_text("utf-8")


@pytest.fixture(scope="module")
def clinic(bot: LiveBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    state = tmp_path_factory.mktemp("phones")
    twilio, telegram = TwilioStandIn(), TelegramStandIn()
    with (
        serving(twilio.app) as twilio_address,
        serving(telegram.app) as telegram_address,
        pytest.MonkeyPatch.context() as patch,
    ):
        settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
        settings["channels"] = {
            "twilio": {
                "account": twilio_stand_in.ACCOUNT,
                "sms": "+442079460142",
                "public_url": PUBLIC,
                "content": "full",
                "api": twilio_address,
            },
            "telegram": {"public_url": PUBLIC, "api": telegram_address},
        }
        (state / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
        patch.setenv("GATEWAY_SETTINGS", str(state / "settings.yml"))
        patch.setenv("TWILIO_AUTH_TOKEN", twilio_stand_in.TOKEN)
        patch.setenv("TELEGRAM_TOKEN", telegram_stand_in.TOKEN)
        patch.setenv("TELEGRAM_SECRET", telegram_stand_in.SECRET)
        ports = Ports(bot.stack.ports.dialogue, bot.stack.ports.actions, free_port())
        with running(state, "gateway", ports=ports) as gateway:
            yield Clinic(twilio, telegram, gateway)
    assert twilio.problems == telegram.problems == []


def wait_until(condition: Callable[[], Any], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


class Texter:
    """A patient who texts; what came back so far is counted."""

    def __init__(self, clinic: Clinic, number: str) -> None:
        self.clinic, self.number, self.heard = clinic, number, 0

    def say(self, text: str) -> str:
        """Text the clinic; all that comes back, as one text."""
        fields = twilio_stand_in.incoming(self.number, text)
        answer = twilio_stand_in.deliver(self.clinic.address, PUBLIC, fields)
        assert answer.status_code == 200
        return self.hear()

    def hear(self) -> str:
        wait_until(lambda: len(self._all()) > self.heard)
        time.sleep(1)  # a reply may be several messages
        new, self.heard = self._all()[self.heard :], len(self._all())
        return "\n".join(new)

    def _all(self) -> list[str]:
        return self.clinic.twilio.texts(self.number)


def test_a_check_over_sms_from_consent_to_result_by_numbers(clinic: Clinic) -> None:
    ann = Texter(clinic, "+447700900101")
    assert ann.say("my cheeks are a bit pink after microneedling").endswith("2. No, thank you")
    question = ann.say("1")
    assert "1. trouble breathing" in question
    reply = ann.say(number_of("None of these", question))
    assert "When was the microneedling" in reply
    clinic.restart()
    reply = ann.say("20 hours ago")
    for _ in range(6):
        if "🟢" in reply:
            break
        reply = ann.say("no")
    assert "🟢" in reply
    assert ann.say("my throat is closing").startswith("🔴 Call 999 or 112 now")


def test_a_check_over_telegram_in_the_web_chat_that_a_link_opens(clinic: Clinic) -> None:
    bob = 7700900102

    def write(text: str) -> str:
        count = len(clinic.telegram.texts(bob))
        update = telegram_stand_in.message(bob, text)
        assert telegram_stand_in.deliver(clinic.address, update).status_code == 200
        wait_until(lambda: len(clinic.telegram.texts(bob)) > count)
        return clinic.telegram.texts(bob)[-1]

    wait_until(lambda: clinic.telegram.called("setWebhook"))
    visitor = follow(clinic, write("my cheeks are a bit pink after microneedling"))
    visitor.post("consent")
    question = visitor.wait_for_news()
    assert question.of("question")
    reply = visitor.press(next(each for each in question.buttons if "None" in each["title"]))
    reply = visitor.say("20 hours ago")
    for _ in range(6):
        if reply.of("triage"):
            break
        reply = visitor.say("no")
    assert reply.of("triage")[0]["disposition"] == "expected"
    assert len(clinic.telegram.texts(bob)) == 1  # what the web chat showed is not sent as well
    said = write("can I wear makeup?")
    assert "makeup" not in said.lower()
    history = follow(clinic, said).history()
    assert ("patient", "can I wear makeup?") in history
    assert write("my throat is closing").startswith("Call 999 or 112 now.")


def follow(clinic: Clinic, text: str) -> Visitor:
    """Open the link of a message, in a new browser."""
    link = next(word for word in text.split() if word.startswith(f"{PUBLIC}/l/"))
    browser = requests.Session()
    url = clinic.address + link.removeprefix(PUBLIC)
    opened = browser.post(url, timeout=20, allow_redirects=False)
    assert opened.headers["location"] == "/chat/panel"
    return Visitor(f"{clinic.address}/", consent=False, browser=browser)


def test_the_gateways_log_holds_no_words_numbers_or_secrets(clinic: Clinic) -> None:
    Texter(clinic, "+447700900103").say("zzmarker my cheeks itch")
    assert Path(clinic.gateway.logs / "gateway.log").exists()
    secrets = (telegram_stand_in.TOKEN, telegram_stand_in.SECRET, twilio_stand_in.TOKEN)
    for private in ("zzmarker", "447700900103", "7700900102", *secrets):
        assert private not in clinic.log()
