"""Telegram: a webhook that proves itself by a secret, and its bot interface out.

Only private chats: what is told here is about somebody's health.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from actions.triage import DataError
from bot.gateway.answering import in_thread
from bot.gateway.channels.courier import PAUSES, TryLaterError, UndeliverableError
from bot.gateway.channels.linked import texting
from bot.gateway.channels.plain import (
    ATTACHMENT,
    PICTURE,
    RECORDING,
    Outgoing,
    with_attached,
)
from bot.gateway.channels.sending import SendingError
from bot.gateway.channels.telegram_api import LONGEST, TelegramApi
from bot.gateway.channels.texting import Means
from bot.gateway.channels.webhooks import Heard, UnderWay, read_body, secret
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits

logger = logging.getLogger(__name__)

PATH = "/channels/telegram"
HEADER = "x-telegram-bot-api-secret-token"

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")

#: What the bot is told of.
_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

#: Commands of Telegram's menus, in the words that the bot knows.
_COMMANDS = {
    "start": "hello",
    "help": "help",
    "restart": "start over",
    "delete": "delete my conversation",
}
_COMMAND = re.compile(r"/([a-z]+)(@\w+)?(\s.*)?", re.DOTALL)

#: What becomes of the bot in a group that it has left.
_GONE = ("left", "kicked")

#: What a person sends beside words, or without any.
_ATTACHED = {
    **dict.fromkeys(
        ("animation", "live_photo", "paid_media", "photo", "story", "video", "video_note"), PICTURE
    ),
    **dict.fromkeys(("audio", "voice"), RECORDING),
    **dict.fromkeys(
        ("checklist", "contact", "dice", "document", "game", "location", "poll", "sticker"),
        ATTACHMENT,
    ),
}


@dataclass(frozen=True)
class TelegramSettings:
    """`channels.telegram` in `settings.yml`."""

    public_url: str
    content: str
    api: str

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> TelegramSettings:
        """As the schema lets it through."""
        return cls(
            public_url=data["public_url"],
            content=data.get("content", "link"),
            api=data.get("api", "https://api.telegram.org"),
        )


class Telegram:
    """The channel."""

    name = "telegram"

    def __init__(
        self, settings: TelegramSettings, door: Door, limits: RateLimits, heard: Heard
    ) -> None:
        self._secret = secret("TELEGRAM_SECRET", "a secret of your own choice")
        if not _SECRET.fullmatch(self._secret):
            raise DataError("TELEGRAM_SECRET has to be 16 to 256 of A-Z, a-z, 0-9, _ and -")
        token = secret("TELEGRAM_TOKEN", "the bot's token from @BotFather")
        self._url = settings.public_url + PATH
        self._api = TelegramApi(settings.api, token)
        self._heard = heard
        means = Means(self.name, self._send, LONGEST, shows_buttons=True)
        self._texting = texting(settings.content, door, limits, means, settings.public_url)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way = UnderWay()

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook."""
        return [Route(PATH, self._webhook, methods=["POST"])]

    async def run(self) -> None:
        """Tell Telegram where the webhook is, deliver what is left from before, stop in order."""
        await self._texting.courier.open()
        try:
            await self._set_webhook()
            await asyncio.Event().wait()
        finally:
            self._texting.courier.close()
            await self._api.close()

    async def _set_webhook(self) -> None:
        body = {"url": self._url, "secret_token": self._secret, "allowed_updates": [*_UPDATES]}
        for pause in (*PAUSES, *[PAUSES[-1]] * 1000):
            try:
                await self._api.call("setWebhook", body)
                return
            except (UndeliverableError, TryLaterError, SendingError) as error:
                logger.error("Telegram did not take the webhook: %s", error)
                await asyncio.sleep(pause)

    # ---- what comes in

    async def _webhook(self, request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        body = await read_body(request)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
            work = self._work(update)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return Response(status_code=400)
        if work is not None:
            await self._under_way.take(work)
        return Response(status_code=200)

    def _work(self, update: Mapping[str, Any]) -> Coroutine[Any, Any, None] | None:
        """What there is to do for an update."""
        query = update.get("callback_query")
        if query is not None:
            chat = query["message"]["chat"]
            name, data = str(query["id"]), str(query.get("data", ""))
            return self._press(str(int(chat["id"])), name, data) if _private(chat) else None
        kind = next((each for each in _UPDATES if each in update), None)
        if kind is None:
            return None
        message = update[kind]
        chat = message["chat"]
        if not _private(chat):
            gone = kind == "my_chat_member" and message["new_chat_member"]["status"] in _GONE
            return None if gone else self._leave(int(chat["id"]), _text(message))
        if kind == "my_chat_member" or message.get("from", {}).get("is_bot"):
            return None
        return self._hear(str(int(chat["id"])), message)

    async def _hear(self, chat: str, message: Mapping[str, Any]) -> None:
        """A message, or what it was changed to, which counts as another one."""
        attached = next((mark for kind, mark in _ATTACHED.items() if kind in message), "")
        text = with_attached(attached, _without_commands(_text(message)))
        if not text:
            return  # nobody wrote it: a note that a message was pinned, say
        sent_at = int(message.get("edit_date") or message["date"])
        changed = f"-{sent_at}" if "edit_date" in message else ""
        await self._take_in(chat, f"{message['message_id']}{changed}", text, sent_at=sent_at)

    async def _press(self, chat: str, name: str, data: str) -> None:
        """A button of one of our messages; Telegram shows it as busy until that is answered."""
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": name})
        except Exception as error:
            logger.warning("A button was not answered: %s", type(error).__name__)
        await self._take_in(chat, f"press-{name}", pressed=data)

    async def _take_in(self, chat: str, name: str, text: str = "", **more: Any) -> None:
        unique = f"telegram {chat} {name}"
        try:
            async with self._turns.setdefault(chat, asyncio.Lock()):  # in the order they came
                if await in_thread(self._heard.knows, unique):
                    return
        except Exception as error:  # the disk is full, say: still words, and still the advice
            logger.error("An update could not be looked up: %s", type(error).__name__)
        await self._texting.receive(chat, name, text, **more)
        try:
            await in_thread(self._heard.note, unique)
        except Exception as error:
            logger.error("An update could not be noted: %s", type(error).__name__)

    async def _leave(self, group: int, text: str) -> None:
        """Say in a group that this is no place for it, and go; a red flag gets its advice first."""
        try:
            for words in await self._texting.before_others([text]):
                await self._api.call("sendMessage", {"chat_id": group, "text": words})
        except Exception as error:
            logger.warning("A group was left without words: %s", type(error).__name__)
        try:
            await self._api.call("leaveChat", {"chat_id": group})
        except Exception as error:
            logger.warning("A group was not left: %s", type(error).__name__)

    # ---- what goes out

    async def _send(self, chat: str, outgoing: Outgoing) -> None:
        buttons = [(each.title, each.id) for each in outgoing.options]
        await self._api.send(chat, outgoing.text, buttons)


def _private(chat: Mapping[str, Any]) -> bool:
    return chat.get("type") == "private"


def _text(message: Mapping[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _without_commands(text: str) -> str:
    """A command in words; everything else as it is."""
    found = _COMMAND.fullmatch(text.strip())
    return _COMMANDS.get(found[1], text) if found else text
