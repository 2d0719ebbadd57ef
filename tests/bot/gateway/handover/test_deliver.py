"""Deliveries against a real mail server and a real receiver: what they get, and what if not."""

import asyncio
import base64
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from bot.clinic import load_clinic
from bot.gateway.handover import deliver
from bot.gateway.handover.deliver import Outbox
from bot.gateway.handover.requests import Delivery, DeliveryState, Request, Requests
from bot.gateway.handover.settings import Email, HandoverSettings, Webhook
from bot.gateway.storage import Storage
from bot.setup.processes import ROOT
from bot.stack import free_port

from ..conftest import eventually
from .conftest import MakeWish
from .receivers import PASSWORD, USER, certificate, mail_server, receiver

SECRET = bytes(range(32))
GUIDE = ROOT / "docs" / "handover.md"
WORDS = "my cheeks are covered in welts"
RESULT: dict[str, Any] = {
    "type": "triage",
    "disposition": "urgent",
    "rules": ["U1"],
    "findings": {"hives": {"state": "present", "extent": "beyond"}, "fever": {"state": "absent"}},
    "hours_since_treatment": 30,
    "protocol": {"version": "1", "signed": False},
    "citations": [{"id": "c1", "quote": "Hives are raised."}],
}


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "PAUSES", (0.1,))


@pytest.fixture
def outbox(tmp_path: Path, storage: Storage) -> Outbox:
    """Nothing is set up yet; the clock is the real one, signatures are checked against it."""
    storage.now = deliver.time.time
    requests = Requests(storage.engine)
    return Outbox(requests, storage, load_clinic(), HandoverSettings())


def email(port: int, **changes: Any) -> HandoverSettings:
    given = {"tls": "none", "username": None, "password": None, "details": False, **changes}
    to = ("reception@clinic.example", "doctor@clinic.example")
    settings = Email(to=to, sender=USER, host="127.0.0.1", port=port, **given)
    return HandoverSettings(email=settings, inbox_url="https://chat.clinic.example/staff")


def webhook(url: str) -> HandoverSettings:
    return HandoverSettings(webhook=Webhook(url, SECRET))


def work(outbox: Outbox, until: Callable[[], Any], seconds: float = 5) -> None:
    """Let the outbox work until something is true."""

    async def within() -> None:
        running = asyncio.create_task(outbox.run())
        try:
            await eventually(until, seconds)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(within())


@pytest.fixture
def ask(outbox: Outbox, wish: MakeWish) -> Callable[[], Request]:
    """A patient with an urgent result asks for the clinic."""

    def ask() -> Request:
        agreed = wish()
        message = outbox.storage.accept("web-1", f"m{agreed.draft}", {"text": WORDS})
        told = {"text": "⚠ Please be seen today.\nSome words.", "custom": RESULT}
        outbox.storage.reply(message, [told])
        request = outbox.requests.add(agreed, outbox.settings.places)
        assert request
        return request

    return ask


def deliveries(outbox: Outbox) -> list[Delivery]:
    return outbox.requests.deliveries(1)


def arrived(outbox: Outbox) -> bool:
    return [each.state for each in deliveries(outbox)] == [DeliveryState.DONE]


# ---- mail


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # it does not see TLS from the start
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_arrives_over_tls_with_a_log_in(
    outbox: Outbox,
    ask: Callable[[], Request],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tls: str,
) -> None:
    cert = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert[0]))
    with mail_server(cert, implicit=tls == "tls") as server:
        outbox.settings = email(server.port, tls=tls, username=USER, password=PASSWORD)
        request = ask()
        work(outbox, lambda: arrived(outbox))
    (mail,) = server.mails
    assert mail["to"] == "reception@clinic.example, doctor@clinic.example"
    assert (
        mail["subject"]
        == f"To be seen today: a patient asks to hear from you ({request.reference})"
    )
    text = mail.get_content()
    assert request.reference in text
    assert "https://chat.clinic.example/staff" in text


def test_mail_holds_nothing_of_the_patient_unless_the_clinic_wants_it(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    with mail_server() as server:
        for count, details in enumerate((False, True), 1):
            outbox.settings = email(server.port, details=details)
            ask()
            work(outbox, lambda count=count: len(server.mails) == count)
    plain, full = (mail.get_content() for mail in server.mails)
    private = ("Anna", "07700 900123", "anna@clinic.example.com", "Welts", "Please be seen")
    assert not [word for word in (*private, WORDS) if word in plain]
    assert not [word for word in private[:3] if word not in full]
    assert "hives" in full.lower()
    assert "U1" in full
    assert "no clinician has signed" in full
    assert WORDS not in full  # the conversation itself is in the inbox alone


@pytest.mark.parametrize("fault", ["certificate", "password", "plain", "refused", "down"])
def test_mail_that_cannot_be_sent_safely_is_not_sent(
    outbox: Outbox,
    ask: Callable[[], Request],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    cert = certificate(tmp_path)
    if fault != "certificate":
        monkeypatch.setenv("SSL_CERT_FILE", str(cert[0]))
    with mail_server(None if fault == "plain" else cert) as server:
        server.answer = "451 later" if fault == "refused" else "250 OK"
        port = free_port() if fault == "down" else server.port
        password = "wrong" if fault == "password" else PASSWORD
        outbox.settings = email(port, tls="starttls", username=USER, password=password)
        ask()
        work(outbox, lambda: deliveries(outbox)[0].attempts >= 2)
        assert server.mails == []
    told = {
        "certificate": "SSLCertVerificationError",
        "password": "SMTPAuthenticationError 535",
        "plain": "SMTPException",
        "refused": "SMTPDataError 451",
        "down": "SMTPConnectError",
    }
    (delivery,) = outbox.requests.troubled()
    assert delivery.last_error
    assert delivery.last_error.startswith(told[fault])


def test_one_mailbox_that_does_not_exist_keeps_the_others_from_nothing_and_is_noted(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    with mail_server() as server:
        server.refused = frozenset(["doctor@clinic.example"])
        outbox.settings = email(server.port)
        ask()
        work(outbox, lambda: arrived(outbox))
        assert len(server.mails) == 1
        (delivery,) = outbox.requests.troubled()
        assert delivery.last_error == "1 of 2 recipients refused"
        server.refused = frozenset()
        outbox.requests.retry(delivery.id)
        work(outbox, lambda: arrived(outbox))
        assert len(server.mails) == 2
    assert outbox.requests.troubled() == []
    assert len({mail["message-id"] for mail in server.mails}) == 1


def test_a_mail_server_that_was_down_gets_it_when_it_is_back(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    port = free_port()
    outbox.settings = email(port)
    ask()
    work(outbox, outbox.requests.troubled)
    with mail_server(port=port) as server:  # and this is another process over the same database
        work(outbox, lambda: arrived(outbox))
    assert len(server.mails) == 1
    assert outbox.requests.troubled() == []


# ---- webhook


def by_hand(body: bytes, headers: dict[str, str]) -> bool:
    """The check of a signature by the code in docs/handover.md."""
    code = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code[0], names)
    return bool(names["verify"](body, headers, "whsec_" + base64.b64encode(SECRET).decode()))


def test_a_webhook_is_signed_and_says_what_led_to_the_result(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    with receiver() as receiving:
        outbox.settings = webhook(receiving.url)
        request = ask()
        work(outbox, lambda: arrived(outbox))
    ((body, headers),) = receiving.posts
    assert by_hand(body, headers)
    said = Verifier(base64.b64encode(SECRET).decode()).verify(body, headers)
    assert said["type"] == "handover.requested"
    told = said["data"]
    assert told["reference"] == request.reference
    assert told["disposition"] == "urgent"
    assert told["rules"][0]["id"] == "U1"
    assert told["rules"][0]["says"]
    assert told["findings"] == RESULT["findings"]
    assert told["citations"] == RESULT["citations"]
    assert told["reach"]["phones"] == ["+447700900123"]
    resources = [each["resource"] for each in told.pop("fhir")["entry"]]
    (order,) = [each for each in resources if each["resourceType"] == "ServiceRequest"]
    assert request.reference in str(order)
    assert "+447700900123" in str(resources)
    assert WORDS not in str(told)  # in the questionnaire of the bundle alone
    assert not by_hand(body.replace(b"urgent", b"normal"), headers)
    assert not by_hand(body, {**headers, "webhook-id": "msg_other"})
    assert not by_hand(body, {**headers, "webhook-timestamp": "1795660000"})


def test_a_receiver_that_fails_gets_the_same_id_and_body_again(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    def answer(count: int) -> int:
        outbox.storage.learn("web-1", slots={"temperature_c": 39.0})  # told after they agreed
        return 500 if count < 3 else 200

    with receiver() as receiving:
        receiving.answers = answer
        outbox.settings = webhook(receiving.url)
        ask()
        work(outbox, lambda: arrived(outbox))
    assert len(receiving.posts) == 3
    assert len({headers["webhook-id"] for _, headers in receiving.posts}) == 1
    assert len({body for body, _ in receiving.posts}) == 1
    assert all(by_hand(*post) for post in receiving.posts)


def test_a_receiver_that_was_down_gets_it_when_it_is_back(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    port = free_port()
    outbox.settings = webhook(f"http://127.0.0.1:{port}/hook")
    ask()
    work(outbox, outbox.requests.troubled)
    assert outbox.requests.troubled()[0].last_error == "ConnectError"
    with receiver(port) as receiving:
        work(outbox, lambda: arrived(outbox))
    assert len(receiving.posts) == 1


def test_a_receiver_that_hangs_holds_up_neither_the_mail_nor_its_own_next_attempt(
    outbox: Outbox, ask: Callable[[], Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "ATTEMPT", 0.5)
    with receiver() as receiving, mail_server() as server:
        receiving.hangs = True
        hook = Webhook(receiving.url, SECRET)
        outbox.settings = replace(email(server.port), webhook=hook)
        ask()
        work(outbox, lambda: len(receiving.posts) >= 2 and bool(server.mails))
        assert len(server.mails) == 1
        receiving.hangs = False
        work(outbox, lambda: not outbox.requests.troubled())
    assert len({headers["webhook-id"] for _, headers in receiving.posts}) == 1


def test_a_redirect_is_not_followed(outbox: Outbox, ask: Callable[[], Request]) -> None:
    with receiver() as receiving:
        receiving.answers = lambda _: 307
        outbox.settings = webhook(receiving.url)
        ask()
        work(outbox, outbox.requests.troubled)
        assert outbox.requests.troubled()[0].last_error == "status 307"
        assert len(receiving.posts) == deliveries(outbox)[0].attempts


# ---- the outbox


def test_an_attempt_that_was_cut_off_is_made_again(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    with receiver() as receiving:
        receiving.hangs = True
        outbox.settings = webhook(receiving.url)
        ask()
        work(outbox, lambda: receiving.posts)  # the process ends in the middle of it
        assert deliveries(outbox)[0].state is DeliveryState.PENDING
        receiving.hangs = False
        work(outbox, lambda: arrived(outbox))
    assert len({headers["webhook-id"] for _, headers in receiving.posts}) == 1


def test_after_a_day_it_stands_in_the_inbox_alone(
    outbox: Outbox, ask: Callable[[], Request], caplog: pytest.LogCaptureFixture
) -> None:
    outbox.settings = webhook(f"http://127.0.0.1:{free_port()}/hook")
    ask()
    now = outbox.now
    outbox.now = lambda: now() + 23 * 3600
    work(outbox, lambda: deliveries(outbox)[0].attempts)
    assert deliveries(outbox)[0].state is DeliveryState.PENDING
    outbox.now = lambda: now() + 25 * 3600
    work(outbox, lambda: deliveries(outbox)[0].state is DeliveryState.FAILED)
    assert "stands in the inbox alone" in caplog.text
    assert len(outbox.requests.listed()) == 1


def test_a_new_request_is_delivered_at_once(outbox: Outbox, ask: Callable[[], Request]) -> None:
    async def within(outbox: Outbox, ask: Callable[[], Request], posts: list[Any]) -> None:
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(0.2)  # it has looked, and found nothing
        ask()
        outbox.wake()
        await eventually(lambda: posts, 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with receiver() as receiving:
        outbox.settings = webhook(receiving.url)
        asyncio.run(within(outbox, ask, receiving.posts))


def test_a_deleted_conversation_is_delivered_no_more(
    outbox: Outbox, ask: Callable[[], Request]
) -> None:
    port = free_port()
    outbox.settings = webhook(f"http://127.0.0.1:{port}/hook")
    ask()
    work(outbox, outbox.requests.troubled)
    outbox.storage.erase(["web-1"])
    with receiver(port) as receiving, pytest.raises(AssertionError, match="never came true"):
        work(outbox, lambda: receiving.posts, seconds=0.5)
    assert deliveries(outbox) == []


def test_the_log_names_the_kind_of_an_error_and_nothing_of_the_patient(
    outbox: Outbox, ask: Callable[[], Request], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver() as receiving, mail_server() as server:
        server.answer = "554 no: Anna wrote my cheeks are covered in welts"
        receiving.answers = lambda _: 500
        outbox.settings = replace(
            email(server.port, details=True), webhook=Webhook(receiving.url, SECRET)
        )
        ask()
        work(outbox, lambda: len(outbox.requests.troubled()) == 2)
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("bot.")]
    assert any("status 500" in each for each in ours)
    assert any("SMTPDataError 554" in each for each in ours)
    assert not [each for each in ours if "Anna" in each or "welts" in each or "07700" in each]
