"""Security headers of every answer: a strict content security policy, nothing cached or leaked."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Only what the gateway itself serves; no inline script or style, no plugin, no form elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {framed_by}"
)

_HEADERS = {
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}

#: What a route may say itself.
_CACHE = b"cache-control"

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
        added = self._headers(scope["path"], scope["scheme"] == "https")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                ours = [each for each in added if each[0] != _CACHE or _CACHE not in said]
                names = {name for name, _ in ours}
                given = [each for each in message["headers"] if each[0] not in names]
                message = {**message, "headers": [*given, *ours]}
            await send(message)

        await self._app(scope, receive, with_headers)

    def _headers(self, path: str, secure: bool) -> list[tuple[bytes, bytes]]:
        """What a path's answers carry."""
        panel, public = path == PANEL, path.startswith(_PUBLIC)
        forms = path == STAFF or path.startswith(_FORMS)
        headers = {
            **_HEADERS,
            "referrer-policy": "same-origin" if forms else "no-referrer",
            "content-security-policy": self._panel if panel else self._page,
            "cross-origin-resource-policy": "cross-origin" if public or panel else "same-origin",
            "cache-control": "no-store",
        }
        if secure:
            headers["strict-transport-security"] = "max-age=31536000"
        return [(name.encode(), value.encode()) for name, value in headers.items()]
