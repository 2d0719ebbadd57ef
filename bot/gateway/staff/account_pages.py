"""Logging in and out, passwords, the users, and the access log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import RedirectResponse, Response

from bot.gateway.answering import in_thread
from bot.gateway.limits import Rate
from bot.gateway.staff import passwords
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.accounts import AccountError, Accounts, Attempt, Role
from bot.gateway.staff.logins import Logins
from bot.gateway.staff.passwords import WeakPasswordError
from bot.gateway.staff.views import Views
from bot.gateway.staff.visit import LOGIN, LOGOUT, PASSWORD, Page, Visit, next_page, set_cookie

#: The same words whatever is wrong: nobody learns which names exist, or which are locked.
NOT_IN = (
    "This name and password do not open the inbox. After five wrong tries a name is locked for 15 "
    "minutes, then for longer; an admin can unlock it."
)
TOO_MANY = "Too many tries from your network. Please wait a while."

#: Entries of the access log on one page.
ENTRIES = 100

#: Passwords checked at the same time; each takes a core and 64 MB for a moment.
_AT_ONCE = 2


class AccountPages:
    """The pages around accounts."""

    def __init__(
        self, accounts: Accounts, logins: Logins, log: AccessLog, views: Views, log_ins: Rate
    ) -> None:
        self._accounts, self._logins, self._log = accounts, logins, log
        self._views, self._rate, self._noted = views, log_ins, Rate("1/hour")
        self._checking = asyncio.Semaphore(_AT_ONCE)

    def pages(self) -> list[Page]:
        """Who may use what."""
        return [
            Page("GET", LOGIN, None, self._log_in_form),
            Page("POST", LOGIN, None, self._log_in),
            Page("POST", LOGOUT, Role.VIEWER, self._log_out),
            Page("GET", PASSWORD, Role.VIEWER, self._password_form),
            Page("POST", PASSWORD, Role.VIEWER, self._change_password),
            Page("GET", "/staff/users", Role.ADMIN, self._users),
            Page("POST", "/staff/users", Role.ADMIN, self._add_user),
            Page("POST", "/staff/users/{name}", Role.ADMIN, self._change_user),
            Page("GET", "/staff/access", Role.ADMIN, self._access),
        ]

    async def _note(self, visit: Visit, what: str, user: str, subject: str = "") -> None:
        await in_thread(self._log.note, what, user, visit.address, subject)

    # ---- logging in and out

    async def _log_in_form(self, visit: Visit) -> Response:
        target = next_page(visit.request.query_params.get("next", ""))
        if visit.user is not None:
            return RedirectResponse(target, 303)
        return self._views.page(visit, "login.html", next=target)

    async def _log_in(self, visit: Visit) -> Response:
        name, target = visit.form.get("name", ""), next_page(visit.form.get("next", ""))
        if not self._rate.allow(visit.address):
            if self._noted.allow(visit.address):  # a flood does not fill the log
                await self._note(visit, "too_many_log_ins", "")
            return self._views.page(visit, "login.html", 429, next=target, problem=TOO_MANY)
        password = visit.form.get("password", "")[: passwords.LONGEST + 1]
        async with self._checking:
            attempt = await in_thread(self._accounts.log_in, name, password)
        user = await in_thread(self._accounts.user, name)
        known = "" if attempt is Attempt.UNKNOWN or user is None else user.name
        # A name that is none is not written down: it may be a password in the wrong field.
        await self._note(visit, attempt.value, known)
        if attempt is not Attempt.RIGHT or user is None:
            return self._views.page(visit, "login.html", 401, next=target, problem=NOT_IN)
        if visit.token:
            await in_thread(self._logins.close, visit.token)
        response = RedirectResponse(target, 303)
        set_cookie(visit.request, response, await in_thread(self._logins.open, user.name))
        return response

    async def _log_out(self, visit: Visit) -> Response:
        await in_thread(self._logins.close, visit.token)
        await self._note(visit, "logged_out", visit.by.name)
        response = RedirectResponse(LOGIN, 303)
        set_cookie(visit.request, response, self._logins.token())
        return response

    # ---- one's own password

    async def _password_form(self, visit: Visit) -> Response:
        return self._views.page(visit, "password.html", shortest=passwords.SHORTEST)

    async def _change_password(self, visit: Visit) -> Response:
        """Change it; that ends all sessions of the user, and this browser gets a new one."""
        user, new = visit.by, visit.form.get("new", "")
        problem = ""
        async with self._checking:
            current = visit.form.get("current", "")
            attempt = await in_thread(self._accounts.log_in, user.name, current)
        if attempt is not Attempt.RIGHT:
            await self._note(visit, attempt.value, user.name)
            problem = "The current password is not right, or your name is locked."
        elif new != visit.form.get("again"):
            problem = "The two new passwords are not the same."
        elif new == current:
            problem = "Choose another password than the current one."
        else:
            try:
                await in_thread(self._accounts.set_password, user.name, new)
            except WeakPasswordError as weak:
                problem = str(weak)
        if problem:
            values: dict[str, Any] = {"shortest": passwords.SHORTEST, "problem": problem}
            return self._views.page(visit, "password.html", 422, **values)
        await self._note(visit, "password_changed", user.name)
        response = RedirectResponse("/staff", 303)
        set_cookie(visit.request, response, await in_thread(self._logins.open, user.name))
        return response

    # ---- users

    async def _users(self, visit: Visit) -> Response:
        return await self._user_list(visit)

    async def _user_list(self, visit: Visit, status: int = 200, **values: Any) -> Response:
        everybody = await in_thread(self._accounts.everybody)
        now = self._accounts.now()
        return self._views.page(visit, "users.html", status, users=everybody, now=now, **values)

    async def _add_user(self, visit: Visit) -> Response:
        name, shown_as = visit.form.get("name", ""), visit.form.get("shown_as", "")
        password = passwords.generate()
        try:
            role = _role(visit)
            user = await in_thread(self._accounts.add, name, role, password, shown_as, True)
        except AccountError as problem:
            return await self._user_list(visit, 422, problem=str(problem))
        await self._note(visit, "account_add", visit.by.name, user.name)
        return await self._user_list(visit, told=user.name, password=password)

    async def _change_user(self, visit: Visit) -> Response:
        """One of the buttons behind a user; nobody takes away their own rights by mistake."""
        name = visit.request.path_params["name"].strip().lower()
        action = visit.form.get("action", "")
        if name == visit.by.name:
            told = "Your own account is changed by another admin, or on the command line."
            return await self._user_list(visit, 422, problem=told)
        values: dict[str, Any] = {}
        try:
            if action == "password":
                values = {"told": name, "password": passwords.generate()}
                change = self._accounts.set_password
                await in_thread(change, name, values["password"], must_change=True)
            else:
                await in_thread(self._change(action, visit), name)
        except AccountError as problem:
            return await self._user_list(visit, 422, problem=str(problem))
        await self._note(visit, f"account_{action}", visit.by.name, name)
        return await self._user_list(visit, **values)

    def _change(self, action: str, visit: Visit) -> Callable[[str], None]:
        if action == "role":
            role = _role(visit)
            return lambda name: self._accounts.set_role(name, role)
        if action == "unlock":
            return self._accounts.unlock
        if action in ("enable", "disable"):
            return lambda name: self._accounts.set_active(name, action == "enable")
        raise AccountError("There is no such change.")

    # ---- access log

    async def _access(self, visit: Visit) -> Response:
        given = visit.request.query_params.get("before", "")
        before = int(given) if given.isdecimal() and len(given) < 16 else None
        entries = await in_thread(self._log.latest, ENTRIES, before)
        older = entries[-1].id if len(entries) == ENTRIES else None
        return self._views.page(visit, "access.html", entries=entries, older=older)


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.form.get("role", ""))
    except ValueError:
        raise AccountError("There is no such role.") from None
