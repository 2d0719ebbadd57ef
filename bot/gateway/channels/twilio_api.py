"""Sending over Twilio: one text to one number (SMS, or WhatsApp where the number says so)."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx2

from bot.gateway.channels.courier import UndeliverableError
from bot.gateway.channels.sending import fault, quiet, retry_after

logger = logging.getLogger(__name__)

#: Characters of one message's body.
LONGEST = 1600

#: Code of the error that the patient has texted STOP.
UNSUBSCRIBED = 21610

#: How numbers on WhatsApp begin.
WHATSAPP = "whatsapp:"


class UnsubscribedError(UndeliverableError):
    """The patient has texted STOP, and Twilio keeps to it."""


class TwilioApi:
    """A client of Twilio's REST API for one account."""

    def __init__(self, address: str, account: str, token: str, senders: dict[str, str]) -> None:
        """`senders`: what a message comes from, "sms" or "whatsapp": a number, or the id of a
        messaging service."""
        quiet()
        self._senders = senders
        self._path = f"/2010-04-01/Accounts/{account}/Messages.json"
        self._http = httpx2.AsyncClient(base_url=address, auth=(account, token), timeout=20.0)

    async def send(self, number: str, text: str) -> None:
        """Hand a message to Twilio; raises what the courier knows.

        Twilio knows no ids against doubles: where an answer is lost on its way the text is sent
        again, for a patient may wait for it.
        """
        await self._post(number, {"Body": text})

    async def send_template(self, number: str, template: str, **variables: str) -> None:
        """Hand over one of the clinic's approved texts, its places filled in; raises as `send`."""
        filled_in = {"ContentSid": template, "ContentVariables": json.dumps(variables)}
        await self._post(number, filled_in)

    async def _post(self, number: str, content: dict[str, str]) -> None:
        try:
            form = {"To": number, **self._sender(number), **content}
            answer = await self._http.post(self._path, data=form)
        except httpx2.HTTPError as error:
            raise fault(type(error).__name__) from None
        if answer.status_code in (200, 201):
            return
        if answer.status_code == 400:  # the same request will not be right at another time
            code = _code(answer)
            logger.warning("Twilio refused a message: error %s.", code)
            raise UnsubscribedError if code == UNSUBSCRIBED else UndeliverableError
        raise fault(f"status {answer.status_code}", retry_after(answer))

    def _sender(self, number: str) -> dict[str, str]:
        over = "whatsapp" if number.startswith(WHATSAPP) else "sms"
        sender = self._senders.get(over)
        if sender is None:
            logger.error("channels.twilio names no sender for %s.", over)
            raise UndeliverableError
        if sender.startswith("MG"):
            return {"MessagingServiceSid": sender}
        return {"From": f"{WHATSAPP}{sender}" if over == "whatsapp" else sender}

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _code(answer: httpx2.Response) -> int | None:
    """Twilio's own number of an error."""
    try:
        body: Any = answer.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None
