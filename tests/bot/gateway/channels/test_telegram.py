"""Telegram before a stand-in for it (tests/stand_ins/telegram_stand_in.py)."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import requests

from actions.triage import DataError
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
    edited,
    message,
    pressed,
)

from ..conftest import QUESTION, FakeDialogue
from .served import PUBLIC, Served, link_in, served, wait_until

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


# ---- webhooks that are not what they seem


def test_a_forged_webhook_is_refused_and_nothing_comes_of_it(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        for secret in (None, "", SECRET[:-1], SECRET + "x"):
            answer = deliver(gateway.address, message(PATIENT, "hello"), secret)
            assert answer.status_code == 403
        time.sleep(0.3)
        assert told(standin, 0) == []
        assert dialogue.heard == []


def test_a_replayed_webhook_is_answered_no_second_time(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        update = write(gateway, "how long is redness normal?")
        told(standin, 3)
        send(gateway, update)
        told(standin, 3)
    with start() as gateway:
        (conversation,) = gateway.conversations()
        send(gateway, update)
        told(standin, 3)
        gateway.run(gateway.door.forget(conversation))
        send(gateway, update)
        told(standin, 3)
        assert dialogue.heard == ["hello", "how long is redness normal?"]


def test_the_same_webhook_many_times_at_once_counts_once(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        update = message(PATIENT, "how long is redness normal?")
        with ThreadPoolExecutor(6) as many:
            list(many.map(lambda _: send(gateway, update), range(6)))
        told(standin, 3)
        assert dialogue.heard == ["hello", "how long is redness normal?"]


def test_what_telegram_kept_for_long_is_left_to_staff_and_asked_again(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue
) -> None:
    """Telegram keeps updates while the gateway is away, for up to a day."""
    with start() as gateway:
        begin(gateway, standin)
        hours_ago = int(time.time()) - 4 * 3600
        send(gateway, message(PATIENT, "my face is hot", date=hours_ago))
        assert "How are you now?" in told(standin, 3)[2]
        assert dialogue.heard == ["hello"]
        assert [each.body["text"] for each in gateway.door.storage.for_staff()] == [
            "my face is hot"
        ]
        send(gateway, message(PATIENT, "my throat is closing up", date=hours_ago))
        wait_until(lambda: any("Call 999" in text for text in standin.texts(PATIENT)))


@pytest.mark.parametrize(
    "media", [{"photo": [{"file_id": "x"}]}, {"voice": {"file_id": "x"}}, {"sticker": {}}]
)
def test_pictures_and_recordings_are_told_that_they_cannot_be_read(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue, media: dict[str, Any]
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        send(gateway, message(PATIENT, **media))
        assert "no pictures" in told(standin, 3)[2]
        send(gateway, message(PATIENT, caption="my throat is closing up", **media))
        assert "Call 999 or 112 now" in told(standin, 5)[3]


def test_what_nobody_wrote_is_not_answered(start: Start, standin: TelegramStandIn) -> None:
    with start() as gateway:
        send(gateway, {"update_id": 1, "poll_answer": {}})
        send(gateway, message(PATIENT, pinned_message={}))
        robot = message(PATIENT, "hello")
        robot["message"]["from"]["is_bot"] = True
        send(gateway, robot)
        time.sleep(0.4)
        told(standin, 0)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"message": {}}', b'{"message": []}', b"[" * 50_000, b"\xff"]
)
def test_what_is_no_update_is_refused(start: Start, standin: TelegramStandIn, body: bytes) -> None:
    with start() as gateway:
        url, headers = f"{gateway.address}/channels/telegram", {telegram.HEADER: SECRET}
        assert requests.post(url, data=body, headers=headers, timeout=10).status_code == 400
        large = requests.post(url, data=b"x" * 70_000, headers=headers, timeout=10)
        assert large.status_code == 413


@pytest.mark.parametrize("kind", ["message", "my_chat_member"])
def test_a_group_is_told_why_and_left(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue, kind: str
) -> None:
    with start() as gateway:
        group = {"id": -100123, "type": "supergroup"}
        body = message(PATIENT, "hello", chat=group)["message"]
        if kind == "my_chat_member":
            body = {"chat": group, "new_chat_member": {"status": "member"}}
        send(gateway, {"update_id": 1, kind: body})
        wait_until(lambda: standin.called("leaveChat") == [{"chat_id": -100123}])
        (said,) = standin.texts(-100123)
        assert "only in private" in said
        assert "call 999 or 112 now" in said
        left = {"chat": group, "new_chat_member": {"status": "left"}}
        send(gateway, {"update_id": 2, "my_chat_member": left})
        told(standin, 0)
        assert len(standin.texts(-100123)) == 1


@pytest.mark.parametrize("content", ["link", "full"])
def test_a_red_flag_in_a_group_gets_its_advice_before_the_bot_leaves(
    start: Start, standin: TelegramStandIn, content: str
) -> None:
    with start(content) as gateway:
        group = {"id": -100123, "type": "group"}
        send(gateway, message(PATIENT, "my throat is closing up", chat=group))
        wait_until(lambda: standin.called("leaveChat"))
        advice, refusal = standin.texts(-100123)
        assert "Call 999 or 112 now." in advice
        assert "/l/" not in advice  # a link would open one conversation to the whole group
        assert "only in private" in refusal
        assert gateway.conversations() == []


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
        write(gateway, "I am back")
        assert told(standin, 4)[2:] == ["heard good bye", "heard I am back"]


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
