"""A stand-in for Telegram: takes the methods of `telegram_methods.json`, and sends updates."""

from __future__ import annotations

import itertools
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import jsonschema
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "a-secret_of-the-webhook"

_METHODS = json.loads(Path(__file__).with_name("telegram_methods.json").read_text())
_count = itertools.count(1)


class TelegramStandIn:
    """Keeps what was called; answers with `faults` first, as long as there are any."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: deque[tuple[int, dict[str, Any]]] = deque()
        self.problems: list[str] = []
        self.address = ""
        self.app = Starlette(routes=[Route("/bot{token}/{method}", self._call, methods=["POST"])])

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of a method."""
        return [body for name, body in self.calls if name == method]

    def texts(self, chat: int) -> list[str]:
        """What a chat was sent."""
        return [each["text"] for each in self.called("sendMessage") if each["chat_id"] == chat]

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.path_params["token"] != TOKEN:
            return _error(401, "Unauthorized")
        if self.faults and method == "sendMessage":
            status, more = self.faults.popleft()
            return _error(status, "refused", **more)
        if method not in _METHODS:
            self.problems.append(method)
            return _error(404, "Not Found")
        body = await request.json()
        try:
            jsonschema.validate(body, _METHODS[method])
        except jsonschema.ValidationError as error:
            self.problems.append(f"{method}: {error.message}")
            return _error(400, "Bad Request")
        self.calls.append((method, body))
        result = {"message_id": next(_count)} if method == "sendMessage" else True
        return JSONResponse({"ok": True, "result": result})


def deliver(gateway: str, update: dict[str, Any], secret: str | None = SECRET) -> requests.Response:
    """Call the gateway's webhook as Telegram does."""
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    url = f"{gateway}/channels/telegram"
    return requests.post(url, json=update, headers=headers, timeout=20)


def message(patient: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    """An update with a new message in a private chat; `more`: other fields of the message."""
    body = {
        "message_id": next(_count),
        "date": int(time.time()),
        "from": {"id": patient, "is_bot": False, "first_name": "Pat"},
        "chat": {"id": patient, "type": "private", "first_name": "Pat"},
        **({} if text is None else {"text": text}),
        **more,
    }
    return {"update_id": next(_count), "message": body}


def edited(update: dict[str, Any], text: str) -> dict[str, Any]:
    """An update that changes an earlier message's text."""
    body = {**update["message"], "text": text, "edit_date": int(time.time())}
    return {"update_id": next(_count), "edited_message": body}


def pressed(chat: int, data: str, message_id: int = 1) -> dict[str, Any]:
    """An update for a button of an inline keyboard."""
    shown = {"message_id": message_id, "date": int(time.time()), "chat": {"id": chat}}
    shown["chat"] = {"id": chat, "type": "private"}
    query = {"id": str(next(_count)), "from": {"id": chat, "is_bot": False, "first_name": "Pat"}}
    query |= {"message": shown, "chat_instance": "1", "data": data}
    return {"update_id": next(_count), "callback_query": query}


def _error(status: int, description: str, **parameters: Any) -> Response:
    body = {"ok": False, "error_code": status, "description": description}
    return JSONResponse({**body, **({"parameters": parameters} if parameters else {})}, status)
