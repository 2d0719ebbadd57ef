"""What is texted: links, or everything in words; and how it is delivered."""

import time
from string import ascii_letters, digits

import pytest

from bot.fixed_words import rendered_responses
from bot.gateway.channels import linked
from bot.gateway.channels.addresses import Missing, not_arrived
from bot.gateway.channels.linked import LINK
from tests.stand_ins.twilio_stand_in import TOKEN, TwilioStandIn, deliver, incoming

from ...conftest import QUESTION, FakeDialogue
from ..served import PUBLIC, link_in, wait_until
from .conftest import PATIENT, Start, begin_in_full, joined, sms, staff_says, text

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
        (conversation,) = gateway.conversations()
        missing = not_arrived(gateway.door.storage, conversation)
        assert list(missing.values()) == [Missing.UNWANTED] * 2


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
    words = {name: said for name, said in rendered_responses().items() if "_linked_" in name}
    assert len(words) == 6
    for said in words.values():
        assert set(said) <= set(ascii_letters + digits + " \n.,:;()'\"+-!?/{}")
        assert len(said.replace(LINK, f"{PUBLIC}/l/{'x' * 22}")) <= 2 * 153
