"""A patient who measures: one conversation over REST, each turn timed."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlsplit

#: Questions after which a conversation without a result is given up.
MAX_QUESTIONS = 20


class BenchError(Exception):
    """A bot did not do what is to be measured."""


@dataclass
class Conversation:
    """One conversation with the bot at `address`, on one connection."""

    address: str
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)

    def say(self, text: str) -> tuple[float, list[dict[str, Any]]]:
        """Milliseconds that a turn took, and the messages it brought."""
        body = json.dumps({"sender": self.sender, "message": text})
        started = time.perf_counter()
        self._connection.request(
            "POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
        )
        reply = self._connection.getresponse().read()
        return (time.perf_counter() - started) * 1000, json.loads(reply)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Visitor:
    """One visitor of the web chat at `gateway`, with session and consent, on one connection."""

    def __init__(self, gateway: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(gateway).netloc, timeout=30)
        self._headers = {"Content-Type": "application/json"}
        session = self._post("chat/session", {"bearer": True})
        self._headers["Authorization"] = f"Bearer {session['token']}"
        self._post("chat/consent", {})

    def say(self, text: str) -> float:
        """Milliseconds that a turn took; raises `BenchError` when it brought no words."""
        body = {"id": uuid.uuid4().hex, "text": text}
        started = time.perf_counter()
        messages = self._post("chat/messages", body)["messages"]
        took = (time.perf_counter() - started) * 1000
        if not any(message.get("text") for message in messages):
            raise BenchError(f"no reply to {text!r}")
        return took

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._connection.request("POST", f"/{path}", json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        reply: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise BenchError(f"/{path}: status {answer.status}")
        return reply


def kinds(messages: list[dict[str, Any]]) -> set[str]:
    """The kinds of `custom` messages in a reply (message contract)."""
    return {message["custom"]["type"] for message in messages if "custom" in message}


def first_answer(address: str, since: float, patience: float = 240) -> float:
    """Seconds from `since` (`time.perf_counter`) until the bot answers its first message."""
    while time.perf_counter() - since < patience:
        conversation = Conversation(address)
        try:
            if conversation.say("hi")[1]:
                return time.perf_counter() - since
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            time.sleep(0.1)
        finally:
            conversation.close()
    raise BenchError(f"{address} gave no answer within {patience:.0f} s")


def plain_turns(address: str) -> dict[str, float]:
    """Rasa's default bot: a conversation as long as ours to a triage result, one intent a turn.

    A turn gets dearer with the length of its conversation, so the middle one stands for all.
    """
    conversation = Conversation(address)
    conversation.say("hi")
    turns = []
    for text in ("i am doing great", "hello", "i am sad", "yes", "are you a bot?"):
        milliseconds, messages = conversation.say(text)
        if not messages:
            raise BenchError(f"the stock bot said nothing to {text!r}")
        turns.append(milliseconds)
    conversation.close()
    return {"plain": median(turns)}


def answer_turn(address: str) -> dict[str, float]:
    """Our bot: a question that the guide answers."""
    conversation = Conversation(address)
    conversation.say("hi")
    milliseconds, messages = conversation.say("can I wear makeup tomorrow?")
    conversation.close()
    if "answer" not in kinds(messages):
        raise BenchError(f"no answer from the guide: {messages}")
    return {"answer": milliseconds}


def emergency_turn(address: str) -> dict[str, float]:
    """Our bot: an emergency in a message, advised by the dialogue process alone."""
    conversation = Conversation(address)
    conversation.say("hi")
    milliseconds, messages = conversation.say("my lips are swelling up")
    conversation.close()
    if "triage" not in kinds(messages):
        raise BenchError(f"no emergency advice: {messages}")
    return {"emergency": milliseconds}


def triage_turns(address: str) -> dict[str, float]:
    """Our bot: every question of the form answered `no`; the last turn brings the result."""
    conversation = Conversation(address)
    conversation.say("hi")
    told = "I had microneedling 30 hours ago, my cheeks are pink and a bit tight, is that normal?"
    milliseconds, messages = conversation.say(told)
    questions: list[float] = []
    while "triage" not in kinds(messages):
        if len(questions) == MAX_QUESTIONS:
            raise BenchError(f"no result after {MAX_QUESTIONS} questions: {messages}")
        questions.append(milliseconds)
        milliseconds, messages = conversation.say("no")
    conversation.close()
    return {"triage": milliseconds, "question": sum(questions) / max(1, len(questions))}
