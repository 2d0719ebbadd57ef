"""The REST contract at its edges: a clear error for odd requests, no shared conversations."""

import pytest
import requests

from .patient import Patient


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
