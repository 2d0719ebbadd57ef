"""A patient for tests: talks to the dialogue over REST and says what came back.

A turn is one of
  says: text                 the patient writes
  presses: title             the patient presses a button of the last reply
  answers: {ask: text, default: text}
                             the patient answers every question (by the first ask that is named)
                             until the bot asks no more
and its `expect` may hold
  type / reason / status / disposition   of a `custom` message in the reply
  rules / asks / cites                   that it contains all of these
  asks_not                               that no question asks any of these
  has / has_not                          texts (case ignored)
  no_question: true                      that the bot asks nothing
  never: <disposition>                   that no result of the reply is this
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

MAX_QUESTIONS = 14


@dataclass
class Reply:
    """What the bot said in one turn."""

    texts: list[str] = field(default_factory=list)
    customs: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [custom for custom in self.customs if custom["type"] == kind]

    @property
    def asks(self) -> list[str]:
        return [ask for question in self.of("question") for ask in question["asks"]]


class Patient:
    """One conversation with the bot."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sender = uuid.uuid4().hex
        self.reply = Reply()

    def say(self, text: str, timeout: float = 30) -> Reply:
        """Send a text; there is always an answer."""
        answer = requests.post(
            f"{self.address}/webhooks/rest/webhook",
            json={"sender": self.sender, "message": text},
            timeout=timeout,
        )
        answer.raise_for_status()
        self.reply = Reply()
        for message in answer.json():
            if "text" in message:
                self.reply.texts.append(message["text"])
            self.reply.buttons += message.get("buttons", [])
            if "custom" in message:
                self.reply.customs.append(message["custom"])
        assert self.reply.text.strip(), f"silence after {text[:80]!r}"
        return self.reply

    def press(self, title: str) -> Reply:
        """Press a button of the last reply."""
        payloads = {button["title"]: button["payload"] for button in self.reply.buttons}
        assert title in payloads, f"no button {title!r} among {sorted(payloads)}"
        return self.say(payloads[title])

    def answer_all(self, answers: dict[str, str]) -> Reply:
        """Answer every question until the bot asks no more."""
        for _ in range(MAX_QUESTIONS):
            asks = self.reply.asks
            if not asks:
                return self.reply
            named = [answers[ask] for ask in asks if ask in answers]
            self.say(named[0] if named else answers["default"])
        raise AssertionError(f"still asking {self.reply.asks} after {MAX_QUESTIONS} answers")

    def take(self, turn: dict[str, Any]) -> Reply:
        """Take one turn of a scenario."""
        if "says" in turn:
            return self.say(turn["says"] * turn.get("times", 1))
        if "presses" in turn:
            return self.press(turn["presses"])
        return self.answer_all(turn["answers"])


def check(reply: Reply, expect: dict[str, Any], name: str, turn: dict[str, Any]) -> None:
    """Compare a reply with what a turn expects; the message shows both."""
    shown = f"{name} / {str(turn)[:160]}\n--- reply\n{reply.text}\n{reply.customs}"
    for key in ("type", "reason", "status", "disposition"):
        if key in expect:
            assert expect[key] in [custom.get(key) for custom in reply.customs], f"{key}: {shown}"
    _contains(expect.get("rules"), [c.get("rules", []) for c in reply.customs], shown)
    _contains(expect.get("asks"), [reply.asks], shown)
    sections = [
        [citation["section"] for citation in custom.get("citations", [])]
        for custom in reply.customs
    ]
    _contains(expect.get("cites"), [[name for names in sections for name in names]], shown)
    assert not set(expect.get("asks_not", ())) & set(reply.asks), shown
    for text in expect.get("has", ()):
        assert text.lower() in reply.text.lower(), f"{text!r} missing: {shown}"
    for text in expect.get("has_not", ()):
        assert text.lower() not in reply.text.lower(), f"{text!r} said: {shown}"
    if expect.get("no_question"):
        assert not reply.of("question"), shown
    if "never" in expect:
        assert expect["never"] not in [c.get("disposition") for c in reply.customs], shown


def _contains(wanted: list[str] | None, found: list[list[str]], shown: str) -> None:
    if wanted:
        assert any(set(wanted) <= set(each) for each in found), f"{wanted}: {shown}"
