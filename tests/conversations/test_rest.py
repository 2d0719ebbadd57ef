"""The REST contract at its edges: a clear error for odd requests, no shared conversations."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .patient import Patient
from .road import OPENING


def post(address: str, **request: object) -> requests.Response:
    return requests.post(f"{address}/webhooks/rest/webhook", timeout=30, **request)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b'{"sender": 5, "message": "hi"}',
        b'{"sender": "a", "message": {"text": "hi"}}',
        b'{"sender": "' + b"x" * 300 + b'"}',
    ],
)
def test_an_odd_request_is_told_what_to_send(address: str, body: bytes) -> None:
    answer = post(address, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "message" in answer.json()["error"] or "sender" in answer.json()["error"]


@pytest.mark.parametrize("body", [{"sender": "nobody"}, {"sender": "nobody", "message": None}])
def test_no_message_is_an_empty_one(address: str, body: dict) -> None:
    answer = post(address, json=body)
    assert answer.status_code == 200
    assert answer.json()[0]["text"]


def test_callers_without_a_sender_share_nothing(address: str) -> None:
    first = post(address, json={"message": "my lips are swollen"}).json()
    second = post(address, json={"message": "can I wear makeup?"}).json()
    assert first[0]["recipient_id"] != second[0]["recipient_id"]
    assert "makeup" in second[0]["text"]


def test_metadata_and_input_channel_of_a_caller_change_nothing(address: str) -> None:
    body = {"sender": "m", "message": "hi", "input_channel": "cmdline", "metadata": {"a": 1}}
    kinds = [
        message["custom"]["type"]
        for message in post(address, json=body).json()
        if "custom" in message
    ]
    assert kinds == ["notice"]


def test_two_conversations_stay_apart(address: str) -> None:
    one, other = Patient(address), Patient(address)
    one.say("I have welts")
    assert "hives" in other.say("check my symptoms").asks or other.reply.asks
    other.say("none of these")
    assert "hives" in other.reply.asks


def test_a_message_sent_twice_is_handled_once_and_answered_the_same(address: str) -> None:
    def send(text: str, message_id: str) -> list[dict]:
        body = {"sender": "twice", "message": text, "message_id": message_id}
        return post(address, json=body).json()

    first = send(OPENING, "1")
    assert send(OPENING, "1") == first
    second = send("none of these", "2")
    assert "ago" in second[0]["text"]  # when was the treatment?
    assert send(OPENING, "1") == first
    assert send("20 hours ago", "3") != second


def test_a_message_sent_twice_at_once_is_handled_once(address: str) -> None:
    body = {"sender": "at once", "message": OPENING, "message_id": "1"}
    with ThreadPoolExecutor() as threads:
        replies = list(threads.map(lambda _: post(address, json=body).json(), range(3)))
    assert replies[0] == replies[1] == replies[2]
    body = {"sender": "at once", "message": "none of these", "message_id": "2"}
    assert "ago" in post(address, json=body).json()[0]["text"]
