"""Security headers of every answer: a strict content security policy, nothing cached or leaked."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Only what the gateway itself serves; no inline script or style, no plugin, no form elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {framed_by}"
)

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}

#: The page that other sites may frame (`allowed_origins`).
PANEL = "/chat/panel"

#: The staff's inbox, and links into the chat. Their forms are asked whether they come from a page
#: of ours, which browsers only tell where a page may say where it lies (to us alone).
STAFF = "/staff"
_FORMS = (f"{STAFF}/", "/l/")

#: Files that every site may load: the script tag's own, and what it shows.
_PUBLIC = ("/chat.js", "/chat/static/")


class SecurityHeaders:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, allowed_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._panel = _POLICY.format(framed_by=" ".join(("'self'", *allowed_origins)))
        self._page = _POLICY.format(framed_by="'self'")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added to the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, secure = scope["path"], scope["scheme"] == "https"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if path == STAFF or path.startswith(_FORMS):
                    headers["referrer-policy"] = "same-origin"
                policy = self._panel if path == PANEL else self._page
                headers["content-security-policy"] = policy
                public = path.startswith(_PUBLIC)
                headers["cross-origin-resource-policy"] = (
                    "cross-origin" if public or path == PANEL else "same-origin"
                )
                headers.setdefault("cache-control", "no-store")
                if secure:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, with_headers)
