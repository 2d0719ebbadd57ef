"""The inbox put together: its routes, and what is thrown away in the background."""

from __future__ import annotations

from starlette.routing import Route

from bot.gateway.door import Door
from bot.gateway.limits import Rate
from bot.gateway.settings import Settings
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.account_pages import AccountPages
from bot.gateway.staff.accounts import Accounts
from bot.gateway.staff.cases import Cases
from bot.gateway.staff.guard import Guard
from bot.gateway.staff.inbox import Inbox
from bot.gateway.staff.logins import Logins
from bot.gateway.staff.views import Views
from bot.gateway.staff.visit import Page


class Office:
    """Everything under `/staff`."""

    def __init__(self, door: Door, settings: Settings, key: str) -> None:
        storage = door.storage

        def now() -> float:
            return storage.now()

        self.accounts = Accounts(storage.engine, now)
        self.logins = Logins(storage.engine, key, now)
        self.log = AccessLog(storage.engine, settings.staff.access_log, now)
        views = Views(door.answering.clinic, self.logins)
        self._guard = Guard(self.accounts, self.logins, self.log, views)
        rate = Rate(settings.staff.log_ins_per_address)
        self._pages = [
            *Inbox(door, Cases(storage), self.accounts, self.log, views).pages(),
            *AccountPages(self.accounts, self.logins, self.log, views, rate).pages(),
        ]

    def pages(self) -> list[Page]:
        """All pages and forms, each with the role it needs."""
        return self._pages

    def routes(self) -> list[Route]:
        """For the application."""
        return [self._guard.route(page) for page in self._pages]

    def sweep(self) -> None:
        """Throw away sessions that are over and old entries of the access log."""
        self.logins.sweep()
        self.log.sweep()
