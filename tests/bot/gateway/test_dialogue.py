"""Rasa's replies: put together, and refused when there are no words in them."""

import asyncio
from typing import Any

import httpx2
import pytest

from bot.gateway.dialogue import Dialogue, DialogueError, together


def test_words_buttons_and_custom_of_one_response_are_one_message() -> None:
    button = {"title": "None", "payload": "/none"}
    question = {"type": "question", "asks": []}
    reply = [
        {"recipient_id": "a", "text": "One."},
        {"recipient_id": "a", "text": "Two."},
        {"recipient_id": "a", "custom": {"type": "answer"}},
        {"recipient_id": "a", "text": "Three?", "buttons": [button]},
        {"recipient_id": "a", "custom": question},
    ]
    assert together(reply) == [
        {"text": "One.\n\nTwo.", "custom": {"type": "answer"}},
        {"text": "Three?", "buttons": [button], "custom": question},
    ]


@pytest.mark.parametrize(
    "reply", [[], {}, None, "text", ["text"], [{}], [{"text": " "}], [{"custom": {"type": "a"}}]]
)
def test_a_reply_without_words_is_an_error(reply: Any) -> None:
    with pytest.raises(DialogueError):
        together(reply)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500, text="no"),
        httpx2.Response(200, text="not json"),
        httpx2.Response(200, json=[]),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
    ],
)
def test_whatever_goes_wrong_is_a_dialogue_error(answer: Any) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ask() -> None:
        dialogue = Dialogue("http://127.0.0.1:9/", httpx2.MockTransport(handle))
        with pytest.raises(DialogueError) as error:
            await dialogue.say("web-1", "my own words", "1")
        assert "my own words" not in str(error.value)
        await dialogue.close()

    asyncio.run(ask())
