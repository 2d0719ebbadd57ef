"""Rasa's REST channel without its silences and without patients' words in the log.

Same contract: `POST /webhooks/rest/webhook {"sender", "message"}` answers a list of messages.
What differs: a request that is not understood gets a clear sentence; a caller without `sender`
gets a conversation of its own instead of everybody's; an error inside says so in words, and the
log names the kind of error only. A caller that may have to ask twice, because a connection broke
or it could not wait, adds a `message_id`: the same message is then handled once and answered the
same. With `"prompt": true` the message is what the gateway itself brings up (a check-in), which no
patient can type. Every sender is trusted: this server belongs on loopback.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.fixed_words import words_without_dialogue
from bot.nlu.conversation import PROMPT

logger = logging.getLogger(__name__)

#: What `sender` may be: enough for any id, too short to be a payload.
MAX_SENDER = 200


Messages = list[dict[str, Any]]
Handle = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Call:
    """What a caller sends."""

    sender: str
    text: str
    message_id: str | None
    prompt: bool


class Rest(RestInput):
    """The REST input channel; its name stays `rest`, so its address stays Rasa's."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, str], asyncio.Task[Messages]] = {}

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """The two routes: health, and the webhook."""
        rest = Blueprint("rest_webhook", "rest_webhook")

        @rest.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @rest.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                call = _parse(request)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            if call.message_id is None:
                return response.json(await _handle(on_new_message, call))
            key = (call.sender, call.message_id)
            turn = self._turns.get(key)
            if turn is None:
                turn = asyncio.create_task(_once(request.app.ctx.agent, on_new_message, call))
                self._turns[key] = turn
                turn.add_done_callback(lambda _: self._turns.pop(key, None))
            # Shielded: a caller that hangs up does not end a turn half way.
            return response.json(await asyncio.shield(turn))

        return rest

    @classmethod
    def name(cls) -> str:
        """`rest`, as Rasa's own."""
        return "rest"


def _parse(request: Request) -> Call:
    """The call of a request; `ValueError` says what the caller should send instead."""
    try:
        body = request.json
    except InvalidUsage:
        body = None
    if not isinstance(body, dict):
        raise ValueError('Send a JSON object: {"sender": "...", "message": "..."}.')
    sender = body.get("sender") or uuid.uuid4().hex
    text = body.get("message")
    message_id = body.get("message_id")
    prompt = body.get("prompt", False)
    if not isinstance(sender, str) or len(sender) > MAX_SENDER:
        raise ValueError(f'"sender" has to be a text of at most {MAX_SENDER} characters.')
    if text is not None and not isinstance(text, str):
        raise ValueError('"message" has to be a text.')
    if message_id is not None and not (isinstance(message_id, str) and message_id):
        raise ValueError('"message_id" has to be a text.')
    if not isinstance(prompt, bool):
        raise ValueError('"prompt" has to be true or false; with true, "message" is no text.')
    return Call(sender, text or "", message_id, prompt)


async def _once(agent: Agent, handle: Handle, call: Call) -> Messages:
    """The reply to a message, said again word for word if the conversation has it already."""
    try:
        said = await _said_before(agent, call)
    except Exception as error:  # better to answer twice than not at all
        logger.error("A conversation could not be looked up: %s", type(error).__name__)
        said = None
    return said or await _handle(handle, call)


async def _said_before(agent: Agent, call: Call) -> Messages | None:
    tracker = await agent.tracker_store.retrieve(call.sender)
    if tracker is None:
        return None
    reply: list[BotUttered] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            reply.append(event)
        elif isinstance(event, UserUttered):
            if event.message_id == call.message_id:
                break
            reply = []
    else:
        return None
    collector = CollectingOutputChannel()
    for event in reversed(reply):
        filled = {key: value for key, value in event.data.items() if value is not None}
        await collector.send_response(call.sender, {"text": event.text, **filled})
    return collector.messages


async def _handle(handle: Handle, call: Call) -> Messages:
    collector = CollectingOutputChannel()
    message = UserMessage(
        call.text,
        collector,
        call.sender,
        input_channel="rest",
        message_id=call.message_id,
        metadata={PROMPT: True} if call.prompt else None,
    )
    try:
        await handle(message)
    except Exception as error:  # whatever happens inside, the patient gets words
        logger.error("A message could not be handled: %s", type(error).__name__)
    return collector.messages or [_without_dialogue(call.sender, call.text)]


def _without_dialogue(sender: str, text: str) -> dict[str, Any]:
    return {"recipient_id": sender, **words_without_dialogue(text)}
