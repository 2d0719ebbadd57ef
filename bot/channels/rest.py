"""Rasa's REST channel without its silences and without patients' words in the log.

Same contract: `POST /webhooks/rest/webhook {"sender", "message"}` answers a list of messages.
What differs: a request that is not understood gets a clear sentence; a caller without `sender`
gets a conversation of its own instead of everybody's; an error inside says so in words, and the
log names the kind of error only. Every sender is trusted: this server belongs on loopback.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.wording import words_without_dialogue

logger = logging.getLogger(__name__)

#: What `sender` may be: enough for any id, too short to be a payload.
MAX_SENDER = 200


class Rest(RestInput):
    """The REST input channel; its name stays `rest`, so its address stays Rasa's."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes: health, and the webhook."""
        rest = Blueprint("rest_webhook", "rest_webhook")

        @rest.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @rest.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender, text = _parse(request)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            collector = CollectingOutputChannel()
            try:
                await on_new_message(UserMessage(text, collector, sender, input_channel="rest"))
            except Exception as error:  # whatever happens inside, the patient gets words
                logger.error("A message could not be handled: %s", type(error).__name__)
            return response.json(collector.messages or [_without_dialogue(sender, text)])

        return rest

    @classmethod
    def name(cls) -> str:
        """`rest`, as Rasa's own."""
        return "rest"


def _parse(request: Request) -> tuple[str, str]:
    """Sender and text of a request; `ValueError` says what the caller should send instead."""
    try:
        body = request.json
    except InvalidUsage:
        body = None
    if not isinstance(body, dict):
        raise ValueError('Send a JSON object: {"sender": "...", "message": "..."}.')
    sender = body.get("sender") or uuid.uuid4().hex
    text = body.get("message")
    if not isinstance(sender, str) or len(sender) > MAX_SENDER:
        raise ValueError(f'"sender" has to be a text of at most {MAX_SENDER} characters.')
    if text is not None and not isinstance(text, str):
        raise ValueError('"message" has to be a text.')
    return sender, text or ""


def _without_dialogue(sender: str, text: str) -> dict[str, Any]:
    return {"recipient_id": sender, **words_without_dialogue(text)}
