"""Telegram's webhooks that are not what they seem, late, or without words."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from bot.gateway.channels import telegram
from bot.gateway.door import Incoming
from bot.gateway.storage import State, TakenIn
from tests.stand_ins.telegram_stand_in import (
    SECRET,
    TelegramStandIn,
    deliver,
    message,
)

from ...conftest import FakeDialogue
from ..served import wait_until
from .conftest import PATIENT, Start, begin, joined, send, told, write

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


def test_one_that_is_answered_while_it_is_looked_up_again_counts_once(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start() as gateway:
        begin(gateway, standin)
        update = message(PATIENT, "how long is redness normal?")
        send(gateway, update)
        told(standin, 3)
        storage = gateway.door.storage
        look_up, looked_up = storage.take_in, []

        def late(*incoming: str) -> TakenIn | None:
            looked_up.append(taken := look_up(*incoming))
            if taken is None or len(looked_up) > 1:
                return taken
            return replace(taken, message=replace(taken.message, state=State.PENDING.value))

        (conversation,) = gateway.conversations()
        said = [each for each in storage.history(conversation) if each.sender == "patient"][-1]
        monkeypatch.setattr(storage, "take_in", late)
        gateway.run(
            gateway.door.receive(Incoming(conversation, said.client_id or "", said.body["text"]))
        )
        told(standin, 3)
        assert len(looked_up) > 1
        assert dialogue.heard == ["hello", "how long is redness normal?"]


@pytest.mark.parametrize("content", ["link", "full"])
def test_what_telegram_kept_for_long_is_left_to_staff_and_asked_again(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue, content: str
) -> None:
    """Telegram keeps updates while the gateway is away, for up to a day."""
    with start(content) as gateway:
        count = joined(gateway, standin, content)
        (conversation,) = gateway.conversations()
        hours_ago = int(time.time()) - 4 * 3600
        send(gateway, message(PATIENT, "my face is hot", date=hours_ago))
        asked = "How are you now?" if content == "full" else "my answer is in our private chat"
        assert asked in told(standin, count + 1)[-1]
        last = gateway.door.storage.history(conversation)[-1]
        assert "How are you now?" in last.body["text"]
        assert dialogue.heard == ["hello"]
        assert [each.body["text"] for each in gateway.door.storage.for_staff()] == [
            "my face is hot"
        ]
        send(gateway, message(PATIENT, "my throat is closing up", date=hours_ago))
        wait_until(lambda: any("Call 999" in each for each in standin.texts(PATIENT)[count + 1 :]))


MEDIA: dict[str, dict[str, Any]] = {
    "[photo]": {"photo": [{"file_id": "x"}]},
    "[recording]": {"voice": {"file_id": "x"}},
    "[attachment]": {"sticker": {}},
}


@pytest.mark.parametrize("content", ["link", "full"])
@pytest.mark.parametrize("mark", MEDIA)
def test_pictures_and_recordings_are_told_that_they_cannot_be_read(
    start: Start, standin: TelegramStandIn, dialogue: FakeDialogue, content: str, mark: str
) -> None:
    media = MEDIA[mark]
    with start(content) as gateway:
        count = joined(gateway, standin, content)
        send(gateway, message(PATIENT, **media))
        assert "no pictures" in told(standin, count + 1)[-1]
        send(gateway, message(PATIENT, caption="my cheeks are red", **media))
        said = told(standin, count + 3)[-2:]
        assert any("I have read your words alone" in each for each in said)
        assert dialogue.heard[1:] == [f"{mark}\nmy cheeks are red"]
        send(gateway, message(PATIENT, caption="my throat is closing up", **media))
        wait_until(lambda: "Call 999 or 112 now" in "".join(standin.texts(PATIENT)[count + 3 :]))


@pytest.mark.parametrize("content", ["link", "full"])
@pytest.mark.parametrize("mark", MEDIA)
def test_while_staff_are_there_they_are_kept_for_them_without_a_word(
    start: Start, standin: TelegramStandIn, content: str, mark: str
) -> None:
    with start(content) as gateway:
        count = joined(gateway, standin, content)
        (conversation,) = gateway.conversations()
        gateway.run(gateway.door.desk.take(conversation, "Anna"))
        told(standin, count + 1)
        send(gateway, message(PATIENT, **MEDIA[mark]))
        told(standin, count + 1)
        last = gateway.door.storage.history(conversation)[-1]
        assert (last.body["text"], last.state) == (mark, State.WITH_STAFF.value)


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
