"""WhatsApp takes words only for a day after the patient's last message."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from actions.triage import DataError
from bot.clinic import load_clinic
from bot.gateway.channels.addresses import Missing, not_arrived
from bot.gateway.settings import SETTINGS_FILE, load_settings
from tests.stand_ins.twilio_stand_in import ACCOUNT, TwilioStandIn

from ...conftest import QUESTION, FakeDialogue
from ..served import PUBLIC, Served, wait_until
from .conftest import ON_WHATSAPP, Start, joined, sms, staff_says, text

TEMPLATE = "HX" + "0b" * 16


def consented(gateway: Served, twilio: TwilioStandIn, content: str) -> str:
    """A patient on WhatsApp; the conversation."""
    if content == "link":
        joined(gateway, twilio, ON_WHATSAPP)
    else:
        text(gateway, "hello", ON_WHATSAPP)
        sms(twilio, 1, ON_WHATSAPP)
        text(gateway, "1", ON_WHATSAPP)
        sms(twilio, 2, ON_WHATSAPP)
    (conversation,) = gateway.conversations()
    return conversation


def pass_hours(gateway: Served, hours: float) -> None:
    storage = gateway.door.storage
    now = storage.now
    storage.now = lambda: now() + hours * 3600


def missing(gateway: Served, conversation: str) -> list[Missing]:
    return list(not_arrived(gateway.door.storage, conversation).values())


@pytest.mark.parametrize("content", ["link", "full"])
@pytest.mark.parametrize("template", [None, TEMPLATE])
def test_after_a_day_the_template_knocks_once_and_all_else_waits_until_the_patient_writes(
    start: Start, twilio: TwilioStandIn, content: str, template: str | None
) -> None:
    with start(content, **({"whatsapp_template": template} if template else {})) as gateway:
        conversation = consented(gateway, twilio, content)
        count = len(twilio.texts(ON_WHATSAPP))
        pass_hours(gateway, 24)
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        wait_until(lambda: missing(gateway, conversation) == [Missing.UNREACHABLE])
        staff_says(gateway, conversation, "How are the hives?")
        wait_until(lambda: missing(gateway, conversation) == [Missing.UNREACHABLE] * 3)
        sms(twilio, count, ON_WHATSAPP)
        knocks = [(template, {"1": load_clinic().name})] if template else []
        assert twilio.templates(ON_WHATSAPP) == knocks
        gateway.run(gateway.door.desk.release(conversation))
        text(gateway, "yes?", ON_WHATSAPP)
        last = "heard yes?" if content == "full" else "my answer is in our private chat"
        wait_until(lambda: last in twilio.texts(ON_WHATSAPP)[-1])
        wait_until(lambda: missing(gateway, conversation) == [])
        said = twilio.texts(ON_WHATSAPP)[count:]
        if content == "full":
            assert said[0] == "heard /check_in"
            assert said[2] == "Anna: How are the hives?"
        else:
            assert "there is a new message for you" in said[0]
        pass_hours(gateway, 24)
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        wait_until(lambda: missing(gateway, conversation) == [Missing.UNREACHABLE])
        assert twilio.templates(ON_WHATSAPP) == knocks * 2


def test_a_bare_answer_is_not_to_a_question_that_the_patient_has_not_seen(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start("full", whatsapp_template=TEMPLATE) as gateway:
        conversation = consented(gateway, twilio, "full")
        pass_hours(gateway, 24)
        dialogue.answer = lambda text: [QUESTION]
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        wait_until(lambda: missing(gateway, conversation) == [Missing.UNREACHABLE])
        text(gateway, "no", ON_WHATSAPP)
        wait_until(lambda: twilio.texts(ON_WHATSAPP)[-1].startswith(QUESTION["text"]))
        assert dialogue.heard[-1] == "/check_in"
        wait_until(lambda: missing(gateway, conversation) == [])
        text(gateway, "no", ON_WHATSAPP)
        wait_until(lambda: dialogue.heard[-1] != "/check_in")


def test_a_disk_that_fails_holds_back_no_advice_and_knocks_once(
    start: Start, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start("full", whatsapp_template=TEMPLATE) as gateway:
        consented(gateway, twilio, "full")
        pass_hours(gateway, 24)
        monkeypatch.setattr(gateway.door.storage, "transaction", reading_only(gateway))
        text(gateway, "my throat is closing up", ON_WHATSAPP)
        wait_until(lambda: "Call 999 or 112 now." in twilio.texts(ON_WHATSAPP)[-1])
        assert twilio.templates(ON_WHATSAPP) == []


def reading_only(gateway: Served) -> Callable[[], Any]:
    """Transactions that can look up and not write, as on a disk without room."""
    original = gateway.door.storage.transaction

    @contextmanager
    def transaction() -> Iterator[sa.Connection]:
        with original() as db:
            db.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield db
            finally:
                db.exec_driver_sql("PRAGMA query_only=OFF")

    return transaction


def test_within_the_day_words_are_sent_and_an_answer_begins_another(
    start: Start, twilio: TwilioStandIn
) -> None:
    with start("full", whatsapp_template=TEMPLATE) as gateway:
        conversation = consented(gateway, twilio, "full")
        pass_hours(gateway, 22)
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        sms(twilio, 3, ON_WHATSAPP)
        text(gateway, "help", ON_WHATSAPP)
        sms(twilio, 4, ON_WHATSAPP)
        pass_hours(gateway, 22)
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        sms(twilio, 5, ON_WHATSAPP)
        assert twilio.templates(ON_WHATSAPP) == []


def test_a_text_message_has_no_such_day(
    start: Start, twilio: TwilioStandIn, dialogue: FakeDialogue
) -> None:
    with start("full", whatsapp_template=TEMPLATE) as gateway:
        text(gateway, "hello")
        sms(twilio, 1)
        text(gateway, "1")
        sms(twilio, 2)
        (conversation,) = gateway.conversations()
        pass_hours(gateway, 48)
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        assert sms(twilio, 3)[2] == "heard /check_in"


def test_a_template_that_twilio_does_not_take_now_is_sent_again(
    start: Start, twilio: TwilioStandIn
) -> None:
    with start("full", whatsapp_template=TEMPLATE) as gateway:
        conversation = consented(gateway, twilio, "full")
        pass_hours(gateway, 24)
        twilio.faults.append((503, {}))
        gateway.run(gateway.door.prompt(conversation, "/check_in"))
        wait_until(lambda: len(twilio.templates(ON_WHATSAPP)) == 1)
        time.sleep(0.3)
        assert len(twilio.templates(ON_WHATSAPP)) == 1


def test_deletion_deletes_when_the_patient_wrote(start: Start, twilio: TwilioStandIn) -> None:
    with start("full") as gateway:
        conversation = consented(gateway, twilio, "full")
        text(gateway, "hello again", ON_WHATSAPP)
        sms(twilio, 3, ON_WHATSAPP)
        gateway.run(gateway.door.forget(conversation))
        with gateway.door.storage.transaction() as db:
            assert db.exec_driver_sql("SELECT * FROM whatsapp_days").all() == []


@pytest.mark.parametrize("wrong", [{"whatsapp_template": "HX1"}, {"whatsapp": None}])
def test_a_template_that_cannot_be_one_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    given = {"account": ACCOUNT, "public_url": PUBLIC, "sms": "+442079460142"}
    given |= {"whatsapp": "+442079460142", "whatsapp_template": TEMPLATE}
    file = tmp_path / "settings.yml"
    settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**settings, "channels": {"twilio": given}}), "utf-8")
    load_settings(file)
    changed = {name: value for name, value in {**given, **wrong}.items() if value}
    file.write_text(yaml.safe_dump({**settings, "channels": {"twilio": changed}}), "utf-8")
    with pytest.raises(DataError, match=r"settings\.yml:\d+"):
        load_settings(file)
