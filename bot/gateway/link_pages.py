"""What a browser is shown that follows a link into the chat (`web_links.py`)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.gateway.answering import in_thread
from bot.gateway.channels.web import RefusedError, WebChat, address
from bot.gateway.pages import Pages
from bot.gateway.sessions import Sessions
from bot.gateway.web_links import PATH, WebLinks


class LinkPages:
    """A page with a button, and what the button does."""

    def __init__(self, links: WebLinks, sessions: Sessions, web: WebChat, pages: Pages) -> None:
        self._links, self._sessions, self._web, self._pages = links, sessions, web, pages

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route(f"{PATH}{{key}}", self._ask, methods=["GET"]),
            Route(f"{PATH}{{key}}", self._open, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """A page with a button."""
        self._web.allow("requests_per_address", address(request))
        if not await in_thread(self._links.is_open, request.path_params["key"]):
            return self._over(request)
        return self._pages.page(request, "link.html")

    async def _open(self, request: Request) -> Response:
        """Give the browser a session of the conversation, and show it the chat."""
        self._web.allow("requests_per_address", address(request))
        _check_own_page(request)
        conversation = await in_thread(self._links.open, request.path_params["key"])
        if conversation is None:
            return self._over(request)
        response = RedirectResponse("/chat/panel", 303)
        self._web.set_cookie(request, response, self._sessions.joining(conversation))
        return response

    def _over(self, request: Request) -> Response:
        return self._pages.page(request, "link_over.html", 404)


def _check_own_page(request: Request) -> None:
    """Only the button opens: another site could put a visitor into a conversation of its own."""
    own = f"{request.url.scheme}://{request.url.netloc}"
    if request.headers.get("origin", own) != own:
        raise RefusedError(403, "open the link itself")
