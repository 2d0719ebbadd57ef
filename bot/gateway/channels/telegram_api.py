"""Telegram's bot interface, as far as a private chat in text needs it.

The bot's token is part of every address: no address and no library's error text is ever logged.
"""

from __future__ import annotations

import logging
from typing import Any

import httpx2

from bot.gateway.channels.courier import UndeliverableError
from bot.gateway.channels.sending import fault, quiet

logger = logging.getLogger(__name__)

#: Characters of one message.
LONGEST = 4096


class TelegramApi:
    """A client for one bot."""

    def __init__(self, address: str, token: str) -> None:
        quiet()
        self._http = httpx2.AsyncClient(base_url=f"{address.rstrip('/')}/bot{token}/", timeout=20.0)

    async def send(
        self, chat: str, text: str, buttons: list[tuple[str, str]] | None = None
    ) -> None:
        """Send a message with buttons (title, opaque id), one below the other.

        Raises what the courier knows; `UndeliverableError` when the patient has blocked the bot.
        """
        body: dict[str, Any] = {"chat_id": int(chat), "text": text}
        body["link_preview_options"] = {"is_disabled": True}  # a link is for the patient alone
        if buttons:
            rows = [[{"text": title, "callback_data": data}] for title, data in buttons]
            body["reply_markup"] = {"inline_keyboard": rows}
        await self.call("sendMessage", body)

    async def call(self, method: str, body: dict[str, Any]) -> None:
        """Any method; raises as `send` does."""
        try:
            answer = await self._http.post(method, json=body)
        except httpx2.HTTPError as error:
            raise fault(type(error).__name__) from None
        if answer.status_code == 200:
            return
        if answer.status_code in (400, 403):
            logger.warning("Telegram refused %s: status %d.", method, answer.status_code)
            raise UndeliverableError
        raise fault(f"status {answer.status_code}", _retry_after(answer))

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _retry_after(answer: httpx2.Response) -> float | None:
    """The seconds that Telegram asks to wait, in the body of its answer."""
    try:
        seconds = answer.json()["parameters"]["retry_after"]
    except (ValueError, LookupError, TypeError):
        return None
    return float(seconds) if isinstance(seconds, int) and seconds >= 0 else None
