"""Webhooks that are not what they seem, and carriers' keywords."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from bot.gateway.channels.addresses import Missing, not_arrived
from tests.stand_ins.twilio_stand_in import TwilioStandIn, deliver, incoming

from ...conftest import FakeDialogue
from ..served import PUBLIC, link_in, wait_until
from .conftest import ON_WHATSAPP, PATIENT, Start, begin_in_full, joined, sms, staff_says, text

# ---- webhooks that are not what they seem


def test_a_forged_webhook_is_refused_and_nothing_comes_of_it(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start("full") as gateway:
        fields = incoming(PATIENT, "hello")
        for forged in (None, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="):
            assert deliver(gateway.address, PUBLIC, fields, signature=forged).status_code == 403
        elsewhere = deliver(gateway.address, gateway.address, fields)  # signed for the Host
        assert elsewhere.status_code == 403
        assert sms(twilio, 0) == []
        assert dialogue.heard == []


def test_a_replayed_webhook_is_answered_no_second_time(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        first = text(gateway, "hello")
        sms(twilio, 1)
        assert deliver(gateway.address, PUBLIC, first).status_code == 200
        gateway.consent(gateway.open(link_in(sms(twilio, 1)[0])))
        assert deliver(gateway.address, PUBLIC, first).status_code == 200
        second = text(gateway, "how long is redness normal?")
        sms(twilio, 2)
    with start() as gateway:  # another process
        (conversation,) = gateway.conversations()
        for fields in (first, second):
            assert deliver(gateway.address, PUBLIC, fields).status_code == 200
        sms(twilio, 2)
        gateway.run(gateway.door.forget(conversation))
        for fields in (first, second):
            assert deliver(gateway.address, PUBLIC, fields).status_code == 200
        sms(twilio, 2)
        assert dialogue.heard == ["hello", "how long is redness normal?"]


def test_the_same_webhook_many_times_at_once_counts_once(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        fields = incoming(PATIENT, "how long is redness normal?")
        with ThreadPoolExecutor(6) as many:
            answers = many.map(lambda _: deliver(gateway.address, PUBLIC, fields), range(6))
            assert {each.status_code for each in answers} == {200}
        sms(twilio, 2)
        assert dialogue.heard == ["hello", "how long is redness normal?"]


def test_a_webhook_is_answered_when_its_message_is_kept(
    start: Start, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider takes 200 for a promise: should the gateway die before it, the message is sent
    again."""
    with start() as gateway:
        browser = joined(gateway, twilio)
        storage = gateway.door.storage
        take_in = storage.take_in

        def slow(*given: Any) -> Any:
            time.sleep(0.5)
            return take_in(*given)

        monkeypatch.setattr(storage, "take_in", slow)
        text(gateway, "can I wear makeup?")
        assert "patient: can I wear makeup?" in gateway.said(browser)


def test_a_late_webhook_is_answered_when_it_comes(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    """Twilio dates no webhook: what comes late is answered after what overtook it."""
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        early = incoming(PATIENT, "first")
        text(gateway, "second")
        sms(twilio, 3)
        deliver(gateway.address, PUBLIC, early)
        assert sms(twilio, 4)[2:] == ["heard second", "heard first"]
        deliver(gateway.address, PUBLIC, early)
        sms(twilio, 4)


@pytest.mark.parametrize("content", ["link", "full"])
def test_a_picture_without_words_is_told_that_it_cannot_be_read(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue, content: str
) -> None:
    with start(content) as gateway:
        picture = {
            "NumMedia": "1",
            "MediaUrl0": "https://a.example/1",
            "MediaContentType0": "image/jpeg",
        }
        text(gateway, "", **picture)
        assert "no pictures" in sms(twilio, 1)[0]
        assert dialogue.heard == []


@pytest.mark.parametrize(
    ("kind", "mark"),
    [("image/jpeg", "[photo]"), ("audio/ogg", "[recording]"), ("text/vcard", "[attachment]")],
)
def test_words_with_a_picture_are_read_and_it_is_said_that_nothing_else_was(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue, kind: str, mark: str
) -> None:
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        media = {"NumMedia": "1", "MediaUrl0": "https://a.example/1", "MediaContentType0": kind}
        text(gateway, "my cheeks are red", **media)
        said = sms(twilio, 4)[2:]
        assert any("I have read your words alone" in each for each in said)
        assert f"heard {mark}\nmy cheeks are red" in said
        text(gateway, "my lips are swelling", **media)
        wait_until(lambda: "Call 999 or 112 now" in "".join(twilio.texts(PATIENT)[4:]))


def test_a_body_that_is_too_large_is_not_read(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        fields = incoming(PATIENT, "x" * 70_000)
        assert deliver(gateway.address, PUBLIC, fields).status_code == 413
        streamed = requests.post(
            f"{gateway.address}/channels/twilio",
            data=(b"x" * 10_000 for _ in range(10)),
            headers={"X-Twilio-Signature": "x"},
            timeout=10,
        )
        assert streamed.status_code == 413
        many = "&".join(f"a{number}=" for number in range(300))
        headers = {"X-Twilio-Signature": "x"}
        url = f"{gateway.address}/channels/twilio"
        assert requests.post(url, data=many, headers=headers, timeout=10).status_code == 400
        sms(twilio, 0)


def test_programs_and_reports_of_delivery_are_not_answered(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        text(gateway, "Your code is 1234", number="60123")
        text(gateway, "", MessageStatus="delivered")
        time.sleep(0.5)
        assert twilio.sent == []


# ---- carriers' keywords


def test_stop_ends_messages_and_start_begins_them_again(
    start: Start, twilio: TwilioStandIn
) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        (conversation,) = gateway.conversations()
        text(gateway, "Stop")  # Twilio confirms this one itself
        staff_says(gateway, conversation, "How are you?")
        gateway.run(gateway.door.desk.release(conversation))
        text(gateway, "what is normal?")
        time.sleep(0.5)
        sms(twilio, 1)
        missing = not_arrived(gateway.door.storage, conversation)
        assert len(missing) == 4  # that Anna is there, her words, that she has gone, the answer
        assert set(missing.values()) == {Missing.UNWANTED}
        text(gateway, "my throat is closing up")
        assert sms(twilio, 2)[1].startswith("Call 999")
        text(gateway, "START", OptOutType="START")
        text(gateway, "hello again")
        assert "my answer is in our private chat" in sms(twilio, 3)[2]


def test_on_whatsapp_the_keywords_are_confirmed_by_us(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        joined(gateway, twilio, ON_WHATSAPP)
        text(gateway, "STOP", ON_WHATSAPP)
        assert "You get no more messages" in sms(twilio, 2, ON_WHATSAPP)[1]
        text(gateway, "yes", ON_WHATSAPP)
        assert "you get messages here again" in sms(twilio, 3, ON_WHATSAPP)[2]
        text(gateway, "yes", ON_WHATSAPP)  # an answer like any other
        assert "my answer is in our private chat" in sms(twilio, 4, ON_WHATSAPP)[3]
        assert {each["From"] for each in twilio.sent} == {"whatsapp:+442079460999"}


def test_help_says_what_can_be_written(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        text(gateway, "INFO")
        assert "you get a link to our private chat" in sms(twilio, 2)[1]


def test_stop_from_somebody_unknown_leaves_nothing_behind(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start("full") as gateway:
        text(gateway, "my cheeks itch")
        sms(twilio, 1)
        text(gateway, "STOP")
        text(gateway, "1")
        assert "consent" in sms(twilio, 2)[1]
        assert dialogue.heard == []
