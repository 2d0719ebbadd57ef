"""SMS and WhatsApp over Twilio: signed webhooks in, its REST interface out.

A webhook is answered with nothing in it, and what there is to say is sent on its own.
Carriers' keywords (STOP, START, HELP) are theirs before they are anybody's words.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakValueDictionary

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.fixed_words import rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.channels.courier import UndeliverableError, UnwantedError
from bot.gateway.channels.linked import texting
from bot.gateway.channels.plain import (
    ATTACHMENT,
    PICTURE,
    RECORDING,
    Outgoing,
    with_attached,
)
from bot.gateway.channels.texting import Means
from bot.gateway.channels.twilio_api import LONGEST, WHATSAPP, TwilioApi, UnsubscribedError
from bot.gateway.channels.twilio_signature import HEADER, is_signed
from bot.gateway.channels.webhooks import Heard, UnderWay, read_body, secret
from bot.gateway.channels.whatsapp import Days
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits
from bot.gateway.storage import Storage
from bot.gateway.tables import metadata

logger = logging.getLogger(__name__)

PATH = "/channels/twilio"

#: Single words by which a carrier's customer ends and begins messages; Twilio's defaults.
_STOP = frozenset(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"))
_START = frozenset(("START", "UNSTOP", "YES"))
_HELP = frozenset(("HELP", "INFO"))

#: What comes beside words, by the first half of its MIME type.
_ATTACHED = {"image": PICTURE, "video": PICTURE, "audio": RECORDING}

#: Senders without a number (short codes, names) are programs.
_MESSAGE_ID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_NUMBER = re.compile(rf"({WHATSAPP})?\+[1-9]\d{{4,14}}")

#: Conversations whose patient wants no messages. It goes with the conversation: without one there
#: is nothing to send.
stopped = sa.Table(
    "stopped",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
)


@dataclass(frozen=True)
class TwilioSettings:
    """`channels.twilio` in `settings.yml`."""

    account: str
    senders: dict[str, str]
    public_url: str
    content: str
    api: str
    template: str | None = None
    """What knocks on WhatsApp."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> TwilioSettings:
        """As the schema lets it through."""
        senders = {over: data[over] for over in ("sms", "whatsapp") if over in data}
        return cls(
            account=data["account"],
            senders=senders,
            public_url=data["public_url"],
            content=data.get("content", "link"),
            api=data.get("api", "https://api.twilio.com"),
            template=data.get("whatsapp_template"),
        )


class Twilio:
    """The channel."""

    name = "twilio"

    def __init__(
        self, settings: TwilioSettings, door: Door, limits: RateLimits, heard: Heard
    ) -> None:
        self._token = secret("TWILIO_AUTH_TOKEN", "the account's auth token")
        self._url = settings.public_url + PATH
        self._door, self._heard = door, heard
        self._api = TwilioApi(settings.api, settings.account, self._token, settings.senders)
        self._stops, self._days = Stops(door.storage), Days(door.storage)
        self._template = settings.template
        means = Means(self.name, self._send, LONGEST)
        self._texting = texting(settings.content, door, limits, means, settings.public_url)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way = UnderWay()

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook."""
        return [Route(PATH, self._webhook, methods=["POST"])]

    async def run(self) -> None:
        """Deliver what is left from before, and stop in order."""
        await self._texting.courier.open()
        try:
            await asyncio.Event().wait()
        finally:
            self._texting.courier.close()
            await self._api.close()

    # ---- what comes in

    async def _webhook(self, request: Request) -> Response:
        given = request.headers.get(HEADER)
        if not given:
            return Response(status_code=403)
        body = await read_body(request)
        if body is None:
            return Response(status_code=413)
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return Response(status_code=400)
        if not is_signed(self._token, self._url, fields, given):
            return Response(status_code=403)
        await self._under_way.take(self._take_in(dict(fields)))
        return Response("<Response/>", media_type="text/xml")

    async def _take_in(self, fields: dict[str, str]) -> None:
        number, message = fields.get("From", ""), fields.get("MessageSid", "")
        if "MessageStatus" in fields or not _NUMBER.fullmatch(number):
            return  # the fate of a message of ours, or no person
        if not _MESSAGE_ID.fullmatch(message):  # a signature holds however fields are joined
            return
        try:
            async with self._turns.setdefault(number, asyncio.Lock()):  # in the order they came
                if await in_thread(self._heard.knows, message):
                    return
                words = await self._words(number, fields)
        except Exception as error:  # the disk is full, say: still words, and still the advice
            logger.error("A webhook could not be looked up: %s", type(error).__name__)
            words = _said(fields)
        if words is not None:
            await self._texting.receive(number, message, words)
        try:
            await in_thread(self._heard.note, message)
        except Exception as error:
            logger.error("A webhook could not be noted: %s", type(error).__name__)

    async def _words(self, number: str, fields: dict[str, str]) -> str | None:
        """What the patient says; None when a keyword settled it, nothing when there are no words.

        Over SMS Twilio itself confirms the keywords; on WhatsApp nobody does.
        """
        text = fields.get("Body", "").strip()
        keyword = fields.get("OptOutType", text).upper()
        place = await in_thread(self._texting.addresses.at, number)
        if place and number.startswith(WHATSAPP):
            await in_thread(self._days.wrote, place.conversation)
        was_stopped = place is not None and await in_thread(self._stops.has, place.conversation)
        words: str | None
        confirmed: str | None = None
        if keyword in _STOP:
            if place is None:
                self._texting.forget_stranger(number)
            else:
                await in_thread(self._stops.add, place.conversation)
            words, confirmed = None, "utter_texting_stopped"
        elif was_stopped and keyword in _START:
            await in_thread(self._stops.remove, place.conversation)
            words, confirmed = None, "utter_texting_started"
        elif was_stopped:
            words, confirmed = _said(fields), "utter_texting_stopped"
        elif keyword in _START - {"YES"}:
            words = "hello"
        else:
            words = "help" if keyword in _HELP else _said(fields)
        if confirmed and number.startswith(WHATSAPP):
            await self._say_once(number, confirmed)
        return words

    async def _say_once(self, number: str, response: str) -> None:
        """Say something that nothing depends on."""
        try:
            await self._api.send(number, rendered_responses()[response])
        except Exception as error:
            logger.warning("A keyword was not confirmed: %s", type(error).__name__)

    # ---- what goes out

    async def _send(self, number: str, outgoing: Outgoing) -> None:
        """Send; who wants no messages is sent the emergency advice alone."""
        if not outgoing.urgent and await self._wants_none(number):
            raise UnwantedError
        over = await self._day_is_over(number)
        try:
            if over:
                await self._knock(number, over)
            else:
                await self._api.send(number, outgoing.text)
        except UnsubscribedError:  # before we knew, over another of the clinic's services
            place = await in_thread(self._texting.addresses.at, number)
            if place:
                await in_thread(self._stops.add, place.conversation)
            raise UnwantedError from None
        if over:
            raise UndeliverableError

    async def _day_is_over(self, number: str) -> str | None:
        """The conversation, where WhatsApp would not take words now."""
        if not number.startswith(WHATSAPP):
            return None
        try:
            place = await in_thread(self._texting.addresses.at, number)
            over = place and await in_thread(self._days.is_over, place.conversation)
        except Exception as error:  # the disk is full, say: advice does not wait for it
            logger.error("It is not known when a patient wrote: %s", type(error).__name__)
            return None
        return str(place.conversation) if over else None

    async def _knock(self, number: str, conversation: str) -> None:
        """Say with the template, once, that something waits until the patient writes."""
        if self._template and not await in_thread(self._days.has_knocked, conversation):
            clinic = self._door.answering.clinic.name
            await self._api.send_template(number, self._template, **{"1": clinic})
            await in_thread(self._days.knocked, conversation)

    async def _wants_none(self, number: str) -> bool:
        place = await in_thread(self._texting.addresses.at, number)
        return place is not None and await in_thread(self._stops.has, place.conversation)


def _said(fields: Mapping[str, str]) -> str:
    """The words, with what came beside them."""
    attached = ""
    if fields.get("NumMedia", "0") != "0":
        kind = fields.get("MediaContentType0", "").partition("/")[0]
        attached = _ATTACHED.get(kind, ATTACHMENT)
    return with_attached(attached, fields.get("Body", ""))


class Stops:
    """Who wants no messages."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        metadata.create_all(storage.engine, [stopped])

    def has(self, conversation: str) -> bool:
        """Whether the patient wants none."""
        with self._storage.transaction() as db:
            row = sa.select(stopped).where(stopped.c.conversation == conversation)
            return db.execute(row).first() is not None

    def add(self, conversation: str) -> None:
        """From here on none."""
        with self._storage.transaction() as db:
            values = {"conversation": conversation}
            db.execute(stopped.insert().prefix_with("OR IGNORE").values(values))

    def remove(self, conversation: str) -> None:
        """Messages are wanted again."""
        with self._storage.transaction() as db:
            db.execute(stopped.delete().where(stopped.c.conversation == conversation))
