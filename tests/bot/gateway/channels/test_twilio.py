"""SMS and WhatsApp before a stand-in for Twilio (tests/stand_ins/twilio_stand_in.py)."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from string import ascii_letters, digits
from typing import Any

import pytest
import requests

from bot.fixed_words import rendered_responses
from bot.gateway import line
from bot.gateway.channels import courier, linked
from bot.gateway.channels.linked import LINK
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from tests.stand_ins.serving import serving
from tests.stand_ins.twilio_stand_in import ACCOUNT, TOKEN, TwilioStandIn, deliver, incoming

from ..conftest import QUESTION, FakeDialogue
from .served import PUBLIC, Served, link_in, served, wait_until

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
    def start(content: str | None = None) -> Iterator[Served]:
        channel: dict[str, Any] = {"account": ACCOUNT, "public_url": PUBLIC, "api": twilio.address}
        channel |= {"sms": "+442079460142", "whatsapp": "+442079460999"}
        channel |= {"content": content} if content else {}
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


# ---- links instead of content


def test_a_text_is_answered_by_a_link_and_read_and_answered_in_the_web_chat(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        text(gateway, "my cheeks itch")
        (said,) = sms(twilio, 1)
        assert "cheeks" not in said
        assert gateway.conversations() == []  # nothing is stored before the consent
        browser = gateway.open(link_in(said))
        assert gateway.said(browser) == []
        gateway.consent(browser)
        wait_until(lambda: len(gateway.said(browser)) == 2)
        assert gateway.said(browser) == ["patient: my cheeks itch", "bot: heard my cheeks itch"]
        text(gateway, "and they are red")
        said = sms(twilio, 2)[1]
        assert "my answer is in our private chat" in said
        assert "heard" not in said
        assert gateway.said(gateway.open(link_in(said)))[-1] == "bot: heard and they are red"
        assert dialogue.heard == ["my cheeks itch", "and they are red"]


def test_what_is_written_in_the_web_chat_is_not_texted(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        browser = joined(gateway, twilio)
        body = {"id": "1", "text": "can I wear makeup?"}
        answer = browser.post(f"{gateway.address}/chat/messages", json=body, timeout=10).json()
        assert answer["messages"][0]["text"] == "heard can I wear makeup?"
        time.sleep(linked.LOOK + 0.5)
        sms(twilio, 1)


@pytest.mark.parametrize("consented", [False, True])
def test_an_emergency_gets_the_number_at_once_and_none_of_its_words_back(
    start: Start, twilio: TwilioStandIn, consented: bool
) -> None:
    with start() as gateway:
        if consented:
            joined(gateway, twilio)
        text(gateway, "my throat is closing up")
        said = sms(twilio, 2 if consented else 1)[-1]
        assert said.startswith("Call 999 or 112 now.")
        assert not any(word in said.lower() for word in ("throat", "swell", "reaction", "allerg"))
        browser = gateway.open(link_in(said))
        if consented:
            assert any("Call 999 or 112 now" in line for line in gateway.said(browser))


def test_thoughts_of_self_harm_get_the_help_line(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        text(gateway, "I want to kill myself")
        (said,) = sms(twilio, 1)
        assert "Samaritans, 116 123" in said
        assert "999 or 112" in said


def test_words_of_staff_are_announced_once_until_they_are_read(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        (conversation,) = gateway.conversations()
        time.sleep(linked.LOOK + 0.1)  # nobody looks at the web chat any more
        staff_says(gateway, conversation, "How are the hives?")
        said = sms(twilio, 2)[1]
        assert "there is a new message for you" in said
        assert "hives" not in said
        assert "Anna" not in said
        staff_says(gateway, conversation, "Anna again")
        sms(twilio, 2)
        browser = gateway.open(link_in(said))
        assert "staff: How are the hives?" in gateway.said(browser)


def test_who_looks_at_the_web_chat_is_not_texted(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        browser = joined(gateway, twilio)
        (conversation,) = gateway.conversations()
        gateway.said(browser)
        staff_says(gateway, conversation, "How are you?")
        time.sleep(0.1)
        assert "staff: How are you?" in gateway.said(browser)
        time.sleep(linked.LOOK + 0.5)
        sms(twilio, 1)
        staff_says(gateway, conversation, "Still there?")
        assert "there is a new message" in sms(twilio, 2)[1]


def staff_says(gateway: Served, conversation: str, words: str) -> None:
    """As the inbox does, in the gateway's own loop."""
    gateway.run(gateway.door.desk.say(conversation, "Anna", words))


def test_a_late_answer_is_announced(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        time.sleep(linked.LOOK + 0.1)
        dialogue.down = True
        text(gateway, "can I wear makeup?")
        browser = gateway.open(link_in(sms(twilio, 2)[1]))
        dialogue.down = False
        assert "there is a new message" in sms(twilio, 3)[2]
        assert gateway.said(browser)[-1] == "bot: heard can I wear makeup?"


def test_a_check_in_is_announced(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start() as gateway:
        browser = joined(gateway, twilio)
        (conversation,) = gateway.conversations()
        time.sleep(linked.LOOK + 0.1)
        dialogue.answer = lambda _: [{"text": "How is the swelling?"}]
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        said = sms(twilio, 2)[1]
        assert "there is a new message" in said
        assert "swelling" not in said
        assert gateway.said(browser)[-1] == "bot: How is the swelling?"


def test_deleting_by_text_message(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        text(gateway, "Delete my conversation")
        assert "1. Yes, delete it" in sms(twilio, 2)[1]
        text(gateway, "1")
        assert "was deleted" in sms(twilio, 3)[2]
        assert gateway.conversations() == []


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


# ---- delivery


def test_what_twilio_does_not_take_is_sent_again_until_it_does(
    start: Start, twilio: TwilioStandIn
) -> None:
    with start() as gateway:
        twilio.faults += [(503, {}), (500, {})]
        text(gateway, "hello")
        gateway.open(link_in(sms(twilio, 1)[0]))


def test_who_has_unsubscribed_is_not_tried_again(start: Start, twilio: TwilioStandIn) -> None:
    with start() as gateway:
        joined(gateway, twilio)
        twilio.faults.append((400, {"code": 21610, "message": "unsubscribed"}))
        text(gateway, "hello")
        wait_until(lambda: not twilio.faults)
        text(gateway, "anybody?")
        time.sleep(0.5)
        sms(twilio, 1)


@pytest.mark.parametrize("content", ["link", "full"])
def test_a_broken_disk_still_leaves_the_advice(
    start: Start, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    with start(content) as gateway:
        monkeypatch.setattr(gateway.door.storage, "transaction", lambda: 1 / 0)
        text(gateway, "my throat is closing up")
        wait_until(lambda: twilio.texts(PATIENT))
        assert "Call 999 or 112 now." in twilio.texts(PATIENT)[0]
        assert LINK not in twilio.texts(PATIENT)[0]


def test_what_was_not_delivered_is_delivered_by_the_next_process(
    start: Start, twilio: TwilioStandIn
) -> None:
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        twilio.faults += [(503, {})] * 500
        text(gateway, "what is normal?")
        wait_until(lambda: len(twilio.faults) < 500)
    twilio.faults.clear()
    with start("full"):
        assert sms(twilio, 3)[2] == "heard what is normal?"


# ---- everything in words, where the clinic has chosen so


def begin_in_full(gateway: Served, twilio: TwilioStandIn) -> None:
    """A patient who has consented by text message; two messages are sent."""
    text(gateway, "hello")
    assert "1. I agree" in sms(twilio, 1)[0]
    text(gateway, "1")
    assert sms(twilio, 2)[1] == "heard hello"


def test_full_content_has_numbered_options(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        dialogue.answer = lambda _: [QUESTION]
        text(gateway, "my face itches")
        assert sms(twilio, 3)[2].endswith("right now?\n\n1. None of these")
        text(gateway, "1.")
        sms(twilio, 4)
        assert dialogue.heard[-1] == "/answer/red_flags/none"


def test_long_words_are_parted(start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue) -> None:
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        dialogue.answer = lambda _: [{"text": "This is a sentence of some length. " * 100}]
        text(gateway, "tell me everything")
        parts = sms(twilio, 5)[2:]
        assert [part[:6] for part in parts] == ["(1/3) ", "(2/3) ", "(3/3) "]
        assert all(len(part) <= 1600 for part in parts)


def test_the_patients_words_and_number_are_in_no_log(
    start: Start, twilio: TwilioStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with start("full") as gateway:
        begin_in_full(gateway, twilio)
        twilio.faults += [(503, {}), (400, {"code": 21211, "message": PATIENT})]
        text(gateway, "zzmarker itches")
        wait_until(lambda: not twilio.faults)
        deliver(gateway.address, PUBLIC, incoming(PATIENT, "zzmarker"), signature="no")
    ours = [each for each in caplog.records if not each.name.startswith(("asyncio", "urllib3"))]
    told = "\n".join(each.getMessage() for each in ours)
    assert "zzmarker" not in told
    assert PATIENT not in told
    assert TOKEN not in told


def test_the_words_with_links_are_plain_letters_and_few() -> None:
    """Anything outside GSM-7 halves what fits into a text message and doubles its price."""
    words = {name: text for name, text in rendered_responses().items() if "_linked_" in name}
    assert len(words) == 6
    for text in words.values():
        assert set(text) <= set(ascii_letters + digits + " \n.,:;()'\"+-!?/{}")
        assert len(text.replace(LINK, f"{PUBLIC}/l/{'x' * 22}")) <= 2 * 153
