"""Every request to the inbox passes here: from our own page, logged in, with a role that suffices.

Cookies are out of reach of scripts and of other sites. A form counts only from a page of ours
(`Origin`) and with the key that was made for this browser.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.gateway.answering import in_thread
from bot.gateway.channels.web import MOST_BYTES, address
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.accounts import Accounts, User
from bot.gateway.staff.logins import Logins
from bot.gateway.staff.views import Views
from bot.gateway.staff.visit import (
    LOGIN,
    LOGOUT,
    PASSWORD,
    NotAllowedError,
    Page,
    Visit,
    cookie_name,
    set_cookie,
)

#: Where the page lay that a request comes from, as browsers tell it. To a page that another site
#: leads to (a mail in a browser, say) they send no strict cookie, though there may be one.
_FROM = "sec-fetch-site"


class Guard:
    """Lets requests pass or not."""

    def __init__(self, accounts: Accounts, logins: Logins, log: AccessLog, views: Views) -> None:
        self._accounts, self._logins, self._log, self._views = accounts, logins, log, views

    def route(self, page: Page) -> Route:
        """The page for the application."""

        async def served(request: Request) -> Response:
            try:
                return await self._serve(page, request)
            except NotAllowedError as problem:
                return self._views.refusal(request, problem)

        return Route(page.path, served, methods=[page.method])

    async def _serve(self, page: Page, request: Request) -> Response:
        token = request.cookies.get(cookie_name(request), "")
        if page.method == "GET" and not token and request.headers.get(_FROM) == "cross-site":
            return self._views.arriving(request)
        form = await self._form(request, token) if page.method == "POST" else {}
        user = await self._user(token, touch=not page.by_itself)
        visit = Visit(request, token, user, form)
        if page.role is None:
            return await self._without_login(page, visit)
        if user is None:
            return _to_login(page, request)
        if not user.role.may(page.role):
            await in_thread(self._log.note, "refused", user.name, address(request))
            raise NotAllowedError(403, f"This needs the role {page.role.value}.")
        if user.must_change and page.path not in (PASSWORD, LOGOUT):
            return RedirectResponse(PASSWORD, 303)
        return await page.handler(visit)

    async def _user(self, token: str, touch: bool) -> User | None:
        login = await in_thread(self._logins.find, token, touch) if token else None
        user: User | None = await in_thread(self._accounts.user, login.user) if login else None
        return user if user is not None and user.active else None

    async def _without_login(self, page: Page, visit: Visit) -> Response:
        """A page for everybody; its form belongs to a token that opens nothing."""
        if visit.token:
            return await page.handler(visit)
        token = self._logins.token()
        response = await page.handler(replace(visit, token=token))
        set_cookie(visit.request, response, token)
        return response

    async def _form(self, request: Request, token: str) -> dict[str, str]:
        own = f"{request.url.scheme}://{request.url.netloc}"
        if request.headers.get("origin") != own:
            raise NotAllowedError(403, "This form did not come from a page of this inbox.")
        form = await _read_form(request)
        key = form.pop("key", "")
        if not token or not self._logins.is_form_key(token, key):
            raise NotAllowedError(403, "This page was too old. Open it anew and try again.")
        return form


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a form, of at most `MOST_BYTES`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise NotAllowedError(413, "This is longer than can be taken.")
    try:
        return dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise NotAllowedError(400, "This form cannot be read.") from None


def _to_login(page: Page, request: Request) -> Response:
    if page.by_itself:
        raise NotAllowedError(401, "You are not logged in any more.")
    path = request.url.path
    back = f"?next={path}" if page.method == "GET" and path != "/staff" else ""
    return RedirectResponse(LOGIN + back, 303)
