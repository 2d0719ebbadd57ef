"""The outbox of requests: brings each one to its places by e-mail and webhook, until it arrives.

What is to be delivered is stored together with the request, so a restart loses nothing. An attempt
that was cut off is made again; the receiver knows it by its id (`webhook-id`, `Message-ID`). Logs
and the inbox learn of the kind of an error and nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiosmtplib
import httpx2

from bot.clinic import Clinic
from bot.gateway.answering import in_thread
from bot.gateway.handover.contents import mail, webhook_body
from bot.gateway.handover.requests import Delivery, Request, Requests
from bot.gateway.handover.settings import HandoverSettings
from bot.gateway.storage import Storage, Stored

logger = logging.getLogger(__name__)

#: Seconds between the attempts of one delivery; the last one is repeated.
PAUSES = (5, 15, 60, 300, 900, 1800, 3600)

#: Seconds after which a request that did not arrive is left to the inbox alone.
GIVE_UP = 24 * 3600

#: Seconds that one attempt may take.
ATTEMPT = 20.0

#: Seconds between two looks at the outbox when nothing is known to be due.
_LOOK = 60.0


class NotDeliveredError(Exception):
    """An attempt failed; the message names the kind of the error, nothing more."""


#: Makes one attempt. Raises an error, or returns with whom alone it did not arrive.
Send = Callable[[Request, Delivery, "list[Stored]"], Awaitable["str | None"]]


@dataclass
class Outbox:
    """Delivers requests in the background."""

    requests: Requests
    storage: Storage
    clinic: Clinic
    settings: HandoverSettings
    now: Callable[[], float] = time.time
    _news: dict[str, asyncio.Event] = field(default_factory=dict)

    def wake(self) -> None:
        """There is a new request."""
        for news in self._news.values():
            news.set()

    async def run(self) -> None:
        """Deliver until cancelled; each place has a line of its own, so none waits for another."""
        senders: dict[str, Send] = {"email": self._send_mail, "webhook": self._post}
        await asyncio.gather(*(self._work(place, senders[place]) for place in self.settings.places))

    async def _work(self, place: str, send: Send) -> None:
        news = self._news[place] = asyncio.Event()
        while True:
            news.clear()
            try:
                for delivery in await in_thread(self.requests.due, place):
                    await self._deliver(delivery, send)
                next_at = await in_thread(self.requests.next_at, place)
                pause = _LOOK if next_at is None else min(max(next_at - self.now(), 0.05), _LOOK)
            except Exception as error:  # the database is locked, say: nothing is lost
                logger.error("The outbox could not be worked on: %s", type(error).__name__)
                pause = PAUSES[0]
            try:
                await asyncio.wait_for(news.wait(), pause)
            except asyncio.TimeoutError:
                continue

    async def _deliver(self, delivery: Delivery, send: Send) -> None:
        """Make one attempt, and note how it went."""
        request = await in_thread(self.requests.get, delivery.handover)
        if request is None:  # deleted meanwhile
            return
        history = await in_thread(self.storage.history, request.conversation)
        try:
            refused = await asyncio.wait_for(send(request, delivery, history), ATTEMPT)
        except Exception as error:
            await self._failed(request, delivery, _kind(error))
        else:
            await in_thread(self.requests.delivered, delivery, refused)

    async def _failed(self, request: Request, delivery: Delivery, kind: str) -> None:
        pause: float | None = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
        if self.now() - request.at > GIVE_UP:
            pause = None
        logger.warning(
            "A request was not delivered by %s (%s)%s.",
            delivery.to,
            kind,
            "; it stands in the inbox alone" if pause is None else "",
        )
        await in_thread(self.requests.not_delivered, delivery, kind, pause)

    async def _send_mail(
        self, request: Request, delivery: Delivery, history: list[Stored]
    ) -> str | None:
        settings = self.settings.email
        assert settings is not None
        message = mail(request, delivery, history, self.clinic, self.settings)
        refused, _ = await aiosmtplib.send(
            message,
            recipients=list(settings.to),
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=ssl.create_default_context(),
            username=settings.username,
            password=settings.password,
            timeout=ATTEMPT,
        )
        if not refused:
            return None
        # Somebody has it; the others' addresses are for the clinic to correct.
        told = f"{len(refused)} of {len(settings.to)} recipients refused"
        logger.warning("A request was delivered by email, but %s.", told)
        return told

    async def _post(self, request: Request, delivery: Delivery, history: list[Stored]) -> None:
        webhook = self.settings.webhook
        assert webhook is not None
        slots = await in_thread(self.requests.known, request.id)
        if slots is None:
            known = await in_thread(self.storage.conversation, request.conversation)
            slots = known.slots if known else {}
        body = await in_thread(webhook_body, request, history, slots)
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            **signature(delivery.id, int(self.now()), content, webhook.secret),
        }
        async with (
            httpx2.AsyncClient(timeout=ATTEMPT, follow_redirects=False) as client,
            client.stream("POST", webhook.url, content=content, headers=headers) as answer,
        ):  # the answer's body is not read
            if not answer.is_success:
                raise NotDeliveredError(f"status {answer.status_code}")


def signature(name: str, timestamp: int, content: bytes, secret: bytes) -> dict[str, str]:
    """The headers of a signed message, by Standard Webhooks (https://www.standardwebhooks.com)."""
    signed = f"{name}.{timestamp}.".encode() + content
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _kind(error: Exception) -> str:
    """What went wrong, without what was sent or answered."""
    if isinstance(error, NotDeliveredError):
        return str(error)
    if isinstance(error, asyncio.TimeoutError):
        return "timeout"
    code = getattr(error, "code", None)  # a mail server's
    return type(error).__name__ + (f" {code}" if isinstance(code, int) else "")
