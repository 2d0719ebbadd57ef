"""A stand-in for Twilio: takes messages as its OpenAPI description says, and signs webhooks.

The description is an excerpt of Twilio's own (`twilio_messages.openapi.json`).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.gateway.channels.twilio_signature import signature

ACCOUNT = "AC" + "0a" * 16
TOKEN = "stand-in-token"
PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"

_DESCRIPTION = json.loads(Path(__file__).with_name("twilio_messages.openapi.json").read_text())
_POST = _DESCRIPTION["paths"][PATH]["post"]
_FORM = _POST["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
_VARIABLES = {
    "type": "object",
    "propertyNames": {"pattern": "^[^ ]{1,16}$"},
    "additionalProperties": {"type": "string", "maxLength": 255},
    "maxProperties": 100,
}


class TwilioStandIn:
    """Keeps what was sent; answers with `faults` first, as long as there are any."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.faults: deque[tuple[int, dict[str, Any]]] = deque()
        self.problems: list[str] = []
        self.address = ""
        self.app = Starlette(routes=[Route(PATH, self._create, methods=["POST"])])

    def texts(self, number: str) -> list[str]:
        """What a number was sent."""
        return [each["Body"] for each in self.sent if each["To"] == number and "Body" in each]

    def templates(self, number: str) -> list[tuple[str, dict[str, str]]]:
        """The templates that a number was sent, and what was filled in."""
        mine = [each for each in self.sent if each["To"] == number and "ContentSid" in each]
        return [(each["ContentSid"], json.loads(each["ContentVariables"])) for each in mine]

    async def _create(self, request: Request) -> Response:
        if request.headers.get("authorization") != _basic(ACCOUNT, TOKEN):
            return _error(401, 20003)
        if self.faults:
            status, body = self.faults.popleft()
            return JSONResponse(body, status, headers=body.get("headers"))
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        problem = self._problem(request, form)
        if problem:
            self.problems.append(problem)
            return _error(400, 21601, problem)
        fields = dict(form)
        self.sent.append(fields)
        return JSONResponse({"sid": f"SM{secrets.token_hex(16)}", "status": "queued"}, 201)

    def _problem(self, request: Request, form: list[tuple[str, str]]) -> str | None:
        """What is wrong with a request by the description."""
        fields = dict(form)
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return "not a form"
        if len(fields) != len(form):
            return "a field is given twice"
        unknown = fields.keys() - _FORM["properties"].keys()
        if unknown:
            return f"unknown fields {sorted(unknown)}"
        account = request.path_params["AccountSid"]
        try:
            jsonschema.validate(account, _POST["parameters"][0]["schema"])
            resolver = jsonschema.RefResolver.from_schema(_DESCRIPTION)
            jsonschema.Draft7Validator(_FORM, resolver=resolver).validate(fields)
        except jsonschema.ValidationError as error:
            return error.message
        # What the description says in words: one sender; 1 to 1600 characters, or a template.
        if ("From" in fields) == ("MessagingServiceSid" in fields):
            return "one of From and MessagingServiceSid"
        if ("Body" in fields) == ("ContentSid" in fields):
            return "one of Body and ContentSid"
        if "Body" in fields and not 1 <= len(fields["Body"]) <= 1600:
            return "the body's length"
        return _problem_of_variables(fields)


def _problem_of_variables(fields: dict[str, str]) -> str | None:
    """https://www.twilio.com/docs/content/using-variables-with-content-api"""
    if "ContentVariables" not in fields:
        return None
    if "ContentSid" not in fields:
        return "variables of no template"
    try:
        jsonschema.validate(json.loads(fields["ContentVariables"]), _VARIABLES)
    except (ValueError, jsonschema.ValidationError):
        return "the variables' form"
    return None


def deliver(
    gateway: str, public_url: str, fields: dict[str, str], **changes: Any
) -> requests.Response:
    """Call the gateway's webhook as Twilio does for an incoming message.

    `changes`: `signature` (another one, or None for none).
    """
    path = "/channels/twilio"
    signed = signature(TOKEN, public_url + path, fields.items())
    given = changes.get("signature", signed)
    headers = {} if given is None else {"X-Twilio-Signature": given}
    return requests.post(f"{gateway}{path}", data=fields, headers=headers, timeout=20)


def incoming(number: str, text: str, to: str = "+442079460142", **more: str) -> dict[str, str]:
    """The fields of a webhook for an incoming text, with an id of its own."""
    sid = f"SM{secrets.token_hex(16)}"
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": number,
        "To": to,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **more,
    }


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _error(status: int, code: int, message: str = "refused") -> Response:
    return JSONResponse({"code": code, "message": message, "status": status}, status)
