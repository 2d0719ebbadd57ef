"""Sending over Twilio and Telegram, each before its stand-in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.gateway.channels.courier import TryLaterError, UndeliverableError
from bot.gateway.channels.sending import SendingError
from bot.gateway.channels.telegram_api import TelegramApi
from bot.gateway.channels.twilio_api import TwilioApi, UnsubscribedError
from bot.stack import free_port
from tests.stand_ins import telegram_stand_in, twilio_stand_in
from tests.stand_ins.serving import serving
from tests.stand_ins.telegram_stand_in import TelegramStandIn
from tests.stand_ins.twilio_stand_in import TwilioStandIn

PATIENT = "+447700900123"
SENDERS = {"sms": "+442079460142", "whatsapp": "+442079460999"}


@pytest.fixture
def twilio() -> Iterator[tuple[TwilioStandIn, str]]:
    stand_in = TwilioStandIn()
    with serving(stand_in.app) as address:
        yield stand_in, address


@pytest.fixture
def telegram() -> Iterator[tuple[TelegramStandIn, str]]:
    stand_in = TelegramStandIn()
    with serving(stand_in.app) as address:
        yield stand_in, address


def over_twilio(
    address: str,
    number: str,
    text: str,
    token: str = twilio_stand_in.TOKEN,
    senders: dict[str, str] | None = None,
) -> None:
    async def send() -> None:
        api = TwilioApi(address, twilio_stand_in.ACCOUNT, token, senders or SENDERS)
        try:
            await api.send(number, text)
        finally:
            await api.close()

    asyncio.run(send())


def over_telegram(
    address: str, use: Callable[[TelegramApi], Awaitable[Any]], token: str = telegram_stand_in.TOKEN
) -> None:
    async def send() -> None:
        api = TelegramApi(address, token)
        try:
            await use(api)
        finally:
            await api.close()

    asyncio.run(send())


def test_twilio_gets_text_and_whatsapp_messages_as_it_describes_them(
    twilio: tuple[TwilioStandIn, str],
) -> None:
    stand_in, address = twilio
    over_twilio(address, PATIENT, "Hello & good-bye – 50 % 😀")
    over_twilio(address, f"whatsapp:{PATIENT}", "Hello")
    over_twilio(address, PATIENT, "Hi", senders={"sms": "MG" + "0" * 32})
    assert stand_in.problems == []
    assert [each.get("From") for each in stand_in.sent] == [
        "+442079460142",
        "whatsapp:+442079460999",
        None,
    ]
    assert stand_in.texts(PATIENT) == ["Hello & good-bye – 50 % 😀", "Hi"]


@pytest.mark.parametrize(
    ("code", "kind"), [(21610, UnsubscribedError), (21211, UndeliverableError)]
)
def test_what_twilio_will_never_deliver_is_not_tried_again(
    twilio: tuple[TwilioStandIn, str],
    code: int,
    kind: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand_in, address = twilio
    stand_in.faults.append((400, {"code": code, "message": f"about {PATIENT}"}))
    with pytest.raises(UndeliverableError) as error:
        over_twilio(address, PATIENT, "Hello")
    assert type(error.value) is kind
    assert str(code) in caplog.text
    assert PATIENT not in caplog.text + str(error.value)


def test_a_channel_without_a_sender_delivers_nothing(twilio: tuple[TwilioStandIn, str]) -> None:
    with pytest.raises(UndeliverableError):
        over_twilio(twilio[1], f"whatsapp:{PATIENT}", "Hi", senders={"sms": "+442079460142"})


@pytest.mark.parametrize(("status", "seconds"), [(429, 7.0), (503, None), (500, None)])
def test_what_twilio_may_deliver_later_is_to_be_tried_again(
    twilio: tuple[TwilioStandIn, str], status: int, seconds: float | None
) -> None:
    stand_in, address = twilio
    headers = {} if seconds is None else {"headers": {"Retry-After": "7"}}
    stand_in.faults.append((status, headers))
    with pytest.raises((TryLaterError, SendingError)) as error:
        over_twilio(address, PATIENT, "Hello")
    assert getattr(error.value, "seconds", None) == seconds


def test_wrong_credentials_and_no_connection_lose_nothing(
    twilio: tuple[TwilioStandIn, str],
) -> None:
    with pytest.raises(SendingError):
        over_twilio(twilio[1], PATIENT, "Hello", token="wrong")
    with pytest.raises(SendingError):
        over_twilio(f"http://127.0.0.1:{free_port()}", PATIENT, "Hello")


def test_telegram_gets_messages_as_it_describes_them(
    telegram: tuple[TelegramStandIn, str],
) -> None:
    stand_in, address = telegram
    buttons = [("None of these", "k3Jx_9-aQ2Z0"), ("Something else", "b")]
    over_telegram(address, lambda api: api.send("7", "Do you have *any* of <these>?", buttons))
    over_telegram(address, lambda api: api.call("answerCallbackQuery", {"callback_query_id": "4"}))
    assert stand_in.problems == []
    sent = stand_in.called("sendMessage")[0]
    assert sent["text"] == "Do you have *any* of <these>?"
    assert [row[0]["text"] for row in sent["reply_markup"]["inline_keyboard"]] == [
        "None of these",
        "Something else",
    ]


@pytest.mark.parametrize("status", [400, 403])
def test_a_patient_who_blocked_the_bot_is_not_tried_again(
    telegram: tuple[TelegramStandIn, str], status: int
) -> None:
    stand_in, address = telegram
    stand_in.faults.append((status, {}))
    with pytest.raises(UndeliverableError):
        over_telegram(address, lambda api: api.send("7", "Hello"))


@pytest.mark.parametrize(("status", "seconds"), [(429, 9.0), (502, None)])
def test_what_telegram_may_deliver_later_is_to_be_tried_again(
    telegram: tuple[TelegramStandIn, str], status: int, seconds: float | None
) -> None:
    stand_in, address = telegram
    stand_in.faults.append((status, {} if seconds is None else {"retry_after": 9}))
    with pytest.raises((TryLaterError, SendingError)) as error:
        over_telegram(address, lambda api: api.send("7", "Hello"))
    assert getattr(error.value, "seconds", None) == seconds


def test_telegrams_token_is_in_no_log_and_no_error(
    telegram: tuple[TelegramStandIn, str], caplog: pytest.LogCaptureFixture
) -> None:
    stand_in, address = telegram
    caplog.set_level(logging.DEBUG)
    over_telegram(address, lambda api: api.send("7", "Hello"))
    stand_in.faults += [(403, {}), (502, {})]
    nowhere = f"http://127.0.0.1:{free_port()}"
    for server in (address, address, nowhere):
        with pytest.raises((UndeliverableError, SendingError)) as error:
            over_telegram(server, lambda api: api.send("7", "Hello"))
        assert error.value.__cause__ is None
        assert telegram_stand_in.TOKEN not in f"{error.value!r}"
    assert telegram_stand_in.TOKEN not in caplog.text
    assert "Hello" not in caplog.text
