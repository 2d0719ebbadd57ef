"""A request to the inbox that has passed the guard, and the cookie that it came with."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bot.gateway.channels.web import address, is_secure
from bot.gateway.staff.accounts import Role, User

LOGIN, PASSWORD, LOGOUT = "/staff/login", "/staff/password", "/staff/logout"

_OWN_PAGE = re.compile(r"/staff(/[A-Za-z0-9_-]+)*")


class NotAllowedError(Exception):
    """A request that is not served; the message is for the reader."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Visit:
    """A request that has passed."""

    request: Request
    token: str
    user: User | None
    form: dict[str, str] = field(default_factory=dict)

    @property
    def by(self) -> User:
        """Who it is, on pages that ask for a role."""
        assert self.user is not None
        return self.user

    @property
    def address(self) -> str:
        """Where it comes from."""
        return address(self.request)


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """A page or a form: who may use it, and what it does."""

    method: str
    path: str
    role: Role | None
    """None: everybody, without logging in."""
    handler: Handler
    by_itself: bool = False
    """Asked for by a script in an open page: that does not keep a session from ending."""


def next_page(given: str) -> str:
    """Where to go after logging in: a page of the inbox and nothing else."""
    return given if _OWN_PAGE.fullmatch(given) and not given.startswith(LOGIN) else "/staff"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser a token, in place of the one before, until it is closed."""
    response.set_cookie(
        cookie_name(request),
        token,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def cookie_name(request: Request) -> str:
    """With the prefix by which browsers keep other hosts from setting it."""
    return "__Host-staff" if is_secure(request) else "staff"
