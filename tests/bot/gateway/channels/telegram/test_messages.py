"""A conversation over Telegram, and how it is delivered."""

import time

import pytest

from actions.triage import DataError
from bot.gateway.channels.addresses import Missing, not_arrived
from tests.stand_ins.telegram_stand_in import (
    SECRET,
    TOKEN,
    TelegramStandIn,
    deliver,
    edited,
    message,
    pressed,
)

from ...conftest import QUESTION, FakeDialogue
from ..served import PUBLIC, link_in, wait_until
from .conftest import PATIENT, Start, begin, keyboard, send, told, write

# ---- a conversation


def test_telegram_is_told_of_the_webhook_at_the_start(
    start: Start, standin: TelegramStandIn
) -> None:
    with start():
        wait_until(lambda: standin.called("setWebhook"))
    body = standin.called("setWebhook")[0]
    assert body["url"] == f"{PUBLIC}/channels/telegram"
    assert body["secret_token"] == SECRET


def test_by_default_the_answer_is_a_link(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start(None) as gateway:
        write(gateway, "my cheeks itch")
        (said,) = told(standin, 1)
        assert "cheeks" not in said
        assert standin.called("sendMessage")[0]["link_preview_options"] == {"is_disabled": True}
        browser = gateway.consent(gateway.open(link_in(said)))
        wait_until(lambda: len(gateway.said(browser)) == 2)
        assert gateway.said(browser)[1] == "bot: heard my cheeks itch"
        write(gateway, "my throat is closing up")
        assert told(standin, 2)[1].startswith("Call 999 or 112 now.")


def test_options_are_buttons_with_opaque_data_and_their_press_is_acknowledged(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        dialogue.answer = lambda _: [QUESTION]
        write(gateway, "my face itches")
        assert told(standin, 3)[2] == "Do you have any of these right now?"
        (data,) = keyboard(standin).values()
        assert "red_flags" not in data
        press = send(gateway, pressed(PATIENT, data))
        told(standin, 4)
        send(gateway, press)
        told(standin, 4)
        assert dialogue.heard[1:] == ["my face itches", "/answer/red_flags/none"]
        acknowledged = [each["callback_query_id"] for each in standin.called("answerCallbackQuery")]
        assert press["callback_query"]["id"] in acknowledged


def test_another_chats_button_is_refused(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        dialogue.answer = lambda _: [QUESTION]
        write(gateway, "my face itches")
        told(standin, 3)
        heard = list(dialogue.heard)
        send(gateway, pressed(1, keyboard(standin)["None of these"]))
        time.sleep(0.5)
        assert dialogue.heard == heard


def test_an_edited_message_is_a_new_one(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        first = write(gateway, "my cheeks are red")
        told(standin, 3)
        change = send(gateway, edited(first, "my cheeks are very red"))
        assert told(standin, 4)[3] == "heard my cheeks are very red"
        send(gateway, change)
        told(standin, 4)


def test_commands_of_the_menu_are_words(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        write(gateway, "/restart")
        assert told(standin, 3)[2] == "heard start over"
        write(gateway, "/help@clinic_bot")
        assert "delete my conversation" in told(standin, 4)[3]
        write(gateway, "/slot{}")
        told(standin, 5)
        assert dialogue.heard[-1] == "/ slot{}"
        write(gateway, "/delete")
        told(standin, 6)
        send(gateway, pressed(PATIENT, keyboard(standin)["Yes, delete it"]))
        assert "was deleted" in told(standin, 7)[6]
        assert gateway.conversations() == []


def test_long_words_are_parted(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        dialogue.answer = lambda _: [{"text": "This is a sentence of some length. " * 200}]
        write(gateway, "tell me everything")
        assert [part[:6] for part in told(standin, 4)[2:]] == ["(1/2) ", "(2/2) "]


# ---- delivery


def test_telegrams_request_for_patience_is_kept(start: Start, standin: TelegramStandIn) -> None:
    with start() as gateway:
        begin(gateway, standin)
        standin.faults.append((429, {"retry_after": 1}))
        began = time.monotonic()
        write(gateway, "hello again")
        told(standin, 3)
        assert time.monotonic() - began > 1


def test_who_blocked_the_bot_is_not_tried_again_until_they_write(
    start: Start, standin: TelegramStandIn
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        standin.faults.append((403, {}))
        write(gateway, "good bye")
        wait_until(lambda: not standin.faults)
        told(standin, 2)
        (conversation,) = gateway.conversations()
        (why,) = not_arrived(gateway.door.storage, conversation).values()
        assert why is Missing.UNREACHABLE
        write(gateway, "I am back")
        assert told(standin, 4)[2:] == ["heard good bye", "heard I am back"]
        wait_until(lambda: not not_arrived(gateway.door.storage, conversation))


@pytest.mark.parametrize("content", ["link", "full"])
def test_a_broken_disk_still_leaves_the_advice(
    start: Start, standin: TelegramStandIn, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    with start(content) as gateway:
        monkeypatch.setattr(gateway.door.storage, "transaction", lambda: 1 / 0)
        write(gateway, "my throat is closing up")
        wait_until(lambda: standin.texts(PATIENT))
        assert "Call 999 or 112 now." in standin.texts(PATIENT)[0]


@pytest.mark.parametrize(
    ("name", "value"), [("TELEGRAM_TOKEN", ""), ("TELEGRAM_SECRET", ""), ("TELEGRAM_SECRET", "ä")]
)
def test_without_its_secrets_the_gateway_says_what_is_missing(
    start: Start, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(DataError, match=name), start():
        pass


def test_neither_words_nor_token_are_in_any_log(
    start: Start, standin: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with start() as gateway:
        begin(gateway, standin)
        standin.faults += [(500, {}), (429, {"retry_after": 1})]
        write(gateway, "zzmarker itches")
        told(standin, 3)
        deliver(gateway.address, message(PATIENT, "zzmarker"), "no")
    ours = [each for each in caplog.records if not each.name.startswith(("asyncio", "urllib3"))]
    said = "\n".join(each.getMessage() for each in ours)
    assert not any(secret in said for secret in ("zzmarker", TOKEN, SECRET, str(PATIENT)))
