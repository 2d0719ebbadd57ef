"""The web chat's requests under /chat: who may ask, how much, and what is answered as JSON.

The browser proves itself by a cookie, which only the gateway's own pages send, or by a bearer
token where the panel is embedded on another site and cookies stay away. Every answer to a message
holds words; a message that is turned away (too fast, too long) is read for red flags all the same,
but for one of a flood or of a size that no honest page sends.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.fixed_words import notice
from bot.gateway.answering import in_thread
from bot.gateway.door import Door, Incoming, Outcome, UnknownButtonError
from bot.gateway.limits import RateLimits
from bot.gateway.sessions import Session, Sessions

logger = logging.getLogger(__name__)

#: Bytes of a request's body; a message of the longest text fits in, whatever its letters.
MOST_BYTES = 64 * 1024

#: A session whose token is older is given a new one.
RENEWED_AFTER = timedelta(days=1)

#: Numbers of messages stay below this.
MOST_SEQ = 2**53

#: Characters of a client's own id of a message.
MOST_ID = 64

#: Said to a message that overtook the one before it (`after`) and has to be sent again after that.
EARLY = "early"


class RefusedError(Exception):
    """A request that is not served: the status and what is said instead."""

    def __init__(self, status: int, error: str, words: dict[str, Any] | None = None) -> None:
        super().__init__(error)
        self.status, self.words = status, words or {}


class WebChat:
    """The routes of the web chat."""

    def __init__(self, door: Door, sessions: Sessions, limits: RateLimits) -> None:
        self._door, self._sessions, self._limits = door, sessions, limits
        self._origins = frozenset(door.settings.allowed_origins)
        self._life = int(door.settings.retention.total_seconds())

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/chat/session", self._start, methods=["POST"]),
            Route("/chat/consent", self._consent, methods=["POST"]),
            Route("/chat/messages", self._receive, methods=["POST"]),
            Route("/chat/messages", self._news, methods=["GET"]),
            Route("/chat/feedback", self._feedback, methods=["POST"]),
            Route("/chat/conversation", self._forget, methods=["DELETE"]),
            Route("/chat/summary-link", self._summary_link, methods=["POST"]),
        ]

    # ---- sessions

    async def _start(self, request: Request) -> Response:
        """Give the browser a session unless it has one: a cookie, or a token if it asks for it.

        One that has grown old is renewed: conversations live from their last message on.
        """
        self._check_origin(request)
        bearer, token = _token(request)
        session = self._session(token)
        if session is None:
            self.allow("sessions_per_address", address(request))
            bearer = (await read_json(request)).get("bearer") is True
            token = self._sessions.new()
        elif self._door.storage.now() - session.made_at > RENEWED_AFTER.total_seconds():
            token = self._sessions.renewed(session)
        else:
            return JSONResponse({"started": False})
        started = {"started": session is None}
        if bearer:
            return JSONResponse({**started, "token": token})
        response = JSONResponse(started)
        self.set_cookie(request, response, token)
        return response

    def set_cookie(self, request: Request, response: Response, token: str) -> None:
        """Give the browser a session."""
        response.set_cookie(
            cookie_name(request),
            token,
            max_age=self._life,
            path="/",
            secure=is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def _session(self, token: str) -> Session | None:
        """What a token opens: nothing once the conversation was deleted, in whatever browser."""
        session = self._sessions.open(token)
        erased = self._door.storage.was_erased
        return None if session and erased(session.conversation, session.made_at) else session

    async def _conversation(self, request: Request) -> str:
        """The conversation that this request may speak for; everything else is refused."""
        self.allow("requests_per_address", address(request))
        self._check_origin(request)
        session = self._session(_token(request)[1])
        if session is None:
            raise RefusedError(401, "no session; POST /chat/session first")
        return session.conversation

    def _check_origin(self, request: Request) -> None:
        """Browsers name the page that a request comes from; others' pages may not ask."""
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{request.url.netloc}"
        if origin is not None and origin != own and origin not in self._origins:
            raise RefusedError(403, "this page may not use the chat (allowed_origins)")

    def allow(self, rate: str, who: str) -> None:
        """Refuse what comes too often."""
        if not self._limits.allow(rate, who):
            raise RefusedError(429, "too many requests", notice("utter_too_fast", "too_fast"))

    # ---- the conversation

    async def _receive(self, request: Request) -> Response:
        conversation = await self._conversation(request)
        body = await read_json(request)
        client_id, text, button = body.get("id"), body.get("text", ""), body.get("button")
        if not isinstance(client_id, str) or not 0 < len(client_id) <= MOST_ID:
            raise RefusedError(400, f'"id" has to be a text of at most {MOST_ID} characters')
        if not isinstance(text, str) or not (button is None or isinstance(button, str)):
            raise RefusedError(400, 'send {"id", "text"} or {"id", "button"}')
        age, after = body.get("age", 0), body.get("after")
        if isinstance(age, bool) or not isinstance(age, (int, float)):
            raise RefusedError(400, '"age" has to be the seconds since the message was written')
        if not (after is None or isinstance(after, str)):
            raise RefusedError(400, '"after" has to be the id of the message before')
        if len(text) > self._door.settings.limits.text_characters:
            words = notice("utter_too_large", "too_large")
            words = await self._turn_away(request, conversation, text, words)
            raise RefusedError(413, "too long", words)
        by_session = self._limits.allow("messages_per_session", conversation)
        if not (by_session and self._limits.allow("messages_per_address", address(request))):
            words = notice("utter_too_fast", "too_fast")
            words = await self._turn_away(request, conversation, text, words)
            raise RefusedError(429, "too many messages", words)
        age = min(max(0, age), self._life)  # in this order: NaN is 0
        if after is not None and await _answer(self._door.storage.lacks, conversation, after):
            raise RefusedError(409, EARLY, await self._turn_away(request, conversation, text, {}))
        sent_at = self._door.storage.now() - age
        message = Incoming(conversation, client_id, text, button, sent_at)
        try:
            outcome = await self._door.receive(message)
        except UnknownButtonError:
            raise RefusedError(400, "this button was not offered here") from None
        return JSONResponse(as_json(outcome))

    async def _turn_away(
        self, request: Request, conversation: str, text: str, words: dict[str, Any]
    ) -> dict[str, Any]:
        """What to say instead; read for red flags, but no more often than messages are taken."""
        if self._limits.allow("messages_per_address", f"turned away {address(request)}"):
            return await self._door.turn_away(conversation, text, words)
        return words

    async def _news(self, request: Request) -> Response:
        conversation = await self._conversation(request)
        after = request.query_params.get("after", "0")
        if not after.isdecimal() or len(after) > 15:
            raise RefusedError(400, '"after" has to be the number of a message')
        news = await self._door.news(conversation, int(after))
        self._door.answering.feed.watch(conversation)
        return JSONResponse(as_json(news))

    async def _consent(self, request: Request) -> Response:
        await self._door.consent(await self._conversation(request))
        return JSONResponse({"consented": True})

    async def _feedback(self, request: Request) -> Response:
        conversation = await self._conversation(request)
        body = await read_json(request)
        seq, answer = body.get("message"), body.get("helpful")
        if type(seq) is not int or not 0 < seq < MOST_SEQ or not isinstance(answer, bool):
            raise RefusedError(400, 'send {"message": number, "helpful": true or false}')
        if not await self._door.helpful(conversation, seq, answer):
            raise RefusedError(404, "no such message")
        return JSONResponse({"stored": True})

    async def _forget(self, request: Request) -> Response:
        """Delete everything, and end the session, so that what comes next is a new one."""
        await self._door.forget(await self._conversation(request))
        response = JSONResponse({"deleted": True})
        response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request))
        return response

    async def _summary_link(self, request: Request) -> Response:
        key = self._sessions.link(await self._conversation(request))
        return JSONResponse({"url": f"/chat/summary?key={key}"})


async def refused(_: Request, error: Exception) -> Response:
    """The answer to a request that is not served; it holds words where a patient reads it."""
    assert isinstance(error, RefusedError)
    words = [{"from": "bot", **error.words}] if error.words else []
    return JSONResponse({"error": str(error), "messages": words}, status_code=error.status)


async def _answer(question: Callable[..., bool], *about: Any) -> bool:
    """What the storage answers; no, where it fails: what is said then is the door's to say."""
    try:
        return bool(await in_thread(question, *about))
    except Exception as error:
        logger.error("The storage did not answer: %s", type(error).__name__)
        return False


async def read_json(request: Request) -> dict[str, Any]:
    """The request's body, an object of at most `MOST_BYTES`; raises `RefusedError`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise RefusedError(413, "too long", notice("utter_too_large", "too_large"))
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RefusedError(400, "send a JSON object")
    return body


def as_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as the page reads it."""
    return {
        "messages": outcome.messages,
        "consent_needed": outcome.consent_needed,
        "pending": outcome.pending,
        "with_staff": outcome.with_staff,
    }


def address(request: Request) -> str:
    """Where a request comes from; behind a trusted proxy, what that says (uvicorn)."""
    return request.client.host if request.client else "unknown"


def is_secure(request: Request) -> bool:
    """Whether the cookie can be `Secure`: always, but for plain http on this machine."""
    host = request.url.hostname or ""
    return request.url.scheme == "https" or host not in ("localhost", "127.0.0.1", "::1")


def cookie_name(request: Request) -> str:
    """With the prefix by which browsers keep other hosts from setting it."""
    return "__Host-chat" if is_secure(request) else "chat"


def _token(request: Request) -> tuple[bool, str]:
    """Whether the browser proves itself by a bearer token, and the token or cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return True, token.strip()
    return False, request.cookies.get(cookie_name(request), "")
