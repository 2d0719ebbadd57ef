"""The list of cases, and the page of one: read, take over, reply, decide, write down."""

from __future__ import annotations

import math
from typing import Any

from starlette.responses import RedirectResponse, Response

from bot.gateway.answering import in_thread
from bot.gateway.channels.addresses import not_arrived
from bot.gateway.door import Door
from bot.gateway.handover.requests import Status
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.accounts import Accounts, Role
from bot.gateway.staff.cases import Case, Cases
from bot.gateway.staff.logins import LONGEST
from bot.gateway.staff.transcript import lines, missed, quotes
from bot.gateway.staff.views import Views
from bot.gateway.staff.visit import NotAllowedError, Page, Visit
from bot.gateway.summary import summary

#: Characters of a reply or a note.
LONGEST_TEXT = 2000

_CASE = "/staff/conversations/{conversation}"

#: What the list shows: of which status.
_FILTERS = {
    "": (Status.NEW, Status.OPEN),
    "new": (Status.NEW,),
    "open": (Status.OPEN,),
    "done": (Status.DONE,),
    "all": tuple(Status),
}


class Inbox:
    """The pages about patients."""

    def __init__(
        self, door: Door, cases: Cases, accounts: Accounts, log: AccessLog, views: Views
    ) -> None:
        self._door, self._cases, self._accounts = door, cases, accounts
        self._log, self._views = log, views

    def pages(self) -> list[Page]:
        """Who may use what."""
        return [
            Page("GET", "/staff", Role.VIEWER, self._list),
            Page("GET", "/staff/list", Role.VIEWER, self._list_again, by_itself=True),
            Page("GET", "/staff/requests/{reference}", Role.VIEWER, self._find),
            Page("GET", _CASE, Role.VIEWER, self._read),
            Page("GET", f"{_CASE}/news", Role.VIEWER, self._news, by_itself=True),
            Page("POST", f"{_CASE}/take", Role.STAFF, self._take),
            Page("POST", f"{_CASE}/release", Role.STAFF, self._release),
            Page("POST", f"{_CASE}/say", Role.STAFF, self._say),
            Page("POST", f"{_CASE}/status", Role.STAFF, self._decide),
            Page("POST", f"{_CASE}/note", Role.STAFF, self._add_note),
            Page("POST", f"{_CASE}/deliver", Role.STAFF, self._deliver),
        ]

    async def _note(self, visit: Visit, what: str, subject: str) -> None:
        await in_thread(self._log.note, what, visit.by.name, visit.address, subject)

    # ---- the list

    async def _list(self, visit: Visit) -> Response:
        return await self._listed(visit, "list.html")

    async def _list_again(self, visit: Visit) -> Response:
        return await self._listed(visit, "list_part.html")

    async def _listed(self, visit: Visit, template: str) -> Response:
        given = visit.request.query_params.get("status", "")
        chosen = given if given in _FILTERS else ""
        everything: list[Case] = await in_thread(self._cases.listed)
        shown = [case for case in everything if case.status in _FILTERS[chosen]]
        new = sum(case.status is Status.NEW for case in everything)
        return self._views.page(
            visit,
            template,
            cases=shown,
            new=new,
            chosen=chosen,
            filters=list(_FILTERS),
            troubles=await in_thread(self._cases.troubles),
        )

    async def _find(self, visit: Visit) -> Response:
        """By a request's reference, as mails tell it and patients over the telephone."""
        found = await in_thread(self._cases.named, visit.request.path_params["reference"])
        if found is None:
            raise NotAllowedError(404, "There is no such request, or not any more.")
        return RedirectResponse(f"/staff/conversations/{found}", 303)

    # ---- one conversation

    async def _case(self, visit: Visit) -> Case:
        """The case that a request is about; other conversations are nobody's to read."""
        name = visit.request.path_params["conversation"]
        case: Case | None = await in_thread(self._cases.case, name)
        if case is None:
            raise NotAllowedError(404, "There is no such conversation, or not any more.")
        return case

    async def _read(self, visit: Visit, status: int = 200, **values: Any) -> Response:
        case = await self._case(visit)
        await self._note(visit, "read", case.conversation)
        history = await in_thread(self._door.storage.history, case.conversation)
        missing = await in_thread(not_arrived, self._door.storage, case.conversation)
        everybody = await in_thread(self._accounts.everybody)
        clinic = self._door.answering.clinic
        return self._views.page(
            visit,
            "conversation.html",
            status,
            **summary(history, clinic) | values,
            case=case,
            seen_at=self._door.storage.now(),
            deliveries=await in_thread(self._cases.deliveries, case),
            said=lines(history, missing),
            missing=missed(missing),
            quotes=quotes(history),
            notes=await in_thread(self._cases.notes, case.conversation),
            statuses=list(Status),
            colleagues=[user for user in everybody if user.active and user.role.may(Role.STAFF)],
            longest=LONGEST_TEXT,
            idle=round(self._door.settings.staff_idle.total_seconds() / 60),
        )

    async def _news(self, visit: Visit) -> Response:
        """What was said since; only to who has opened the conversation, which is in the log."""
        case = await self._case(visit)
        since = self._door.storage.now() - LONGEST
        if not await in_thread(self._log.has_read, visit.by.name, case.conversation, since):
            raise NotAllowedError(403, "Open the conversation first.")
        given = visit.request.query_params.get("after", "")
        after = int(given) if given.isdecimal() and len(given) < 16 else 0
        history = await in_thread(self._door.storage.history, case.conversation, after)
        missing = await in_thread(not_arrived, self._door.storage, case.conversation)
        return self._views.page(
            visit,
            "conversation_part.html",
            case=case,
            said=lines(history, missing),
            missing=missed(missing),
        )

    async def _take(self, visit: Visit) -> Response:
        case = await self._case(visit)
        await self._door.desk.take(case.conversation, visit.by.shown_as)
        await in_thread(self._cases.take_up, case.conversation, visit.by.name)
        return await self._done(visit, "took_over", case)

    async def _release(self, visit: Visit) -> Response:
        case = await self._case(visit)
        await self._door.desk.release(case.conversation)
        return await self._done(visit, "gave_back", case)

    async def _say(self, visit: Visit) -> Response:
        case, text = await self._case(visit), _text(visit)
        if not text:
            return await self._read(visit, 422, problem=_too_long("A reply"), reply=_given(visit))
        await self._door.desk.say(case.conversation, visit.by.shown_as, text)
        await in_thread(self._cases.take_up, case.conversation, visit.by.name)
        return await self._done(visit, "replied", case)

    async def _decide(self, visit: Visit) -> Response:
        case, wanted = await self._case(visit), visit.form.get("status", "")
        user = visit.form.get("assigned_to", "")
        known = not user or await in_thread(self._accounts.user, user) is not None
        if wanted not in [status.value for status in Status] or not known:
            raise NotAllowedError(422, "There is no such status or colleague.")
        await in_thread(self._cases.assign, case.conversation, user)
        if wanted != visit.form.get("shown", case.status.value):  # or it was left as it stood
            seen_at = _moment(visit.form.get("seen_at", ""), self._door.storage.now())
            status = Status(wanted)
            await in_thread(self._cases.set_status, case.conversation, status, seen_at)
        return await self._done(visit, f"set_{wanted}", case)

    async def _add_note(self, visit: Visit) -> Response:
        case, text = await self._case(visit), _text(visit)
        if not text:
            return await self._read(visit, 422, problem=_too_long("A note"), note=_given(visit))
        await in_thread(self._cases.add_note, case.conversation, visit.by.name, text)
        return await self._done(visit, "noted", case)

    async def _deliver(self, visit: Visit) -> Response:
        case = await self._case(visit)
        await in_thread(self._cases.deliver_again, case)
        return await self._done(visit, "delivers_again", case)

    async def _done(self, visit: Visit, what: str, case: Case) -> Response:
        await self._note(visit, what, case.conversation)
        return RedirectResponse(f"/staff/conversations/{case.conversation}", 303)


def _text(visit: Visit) -> str:
    """What was written; "" if it is nothing or too much."""
    text = _given(visit).strip()
    return text if len(text) <= LONGEST_TEXT else ""


def _moment(given: str, now: float) -> float:
    """When the page was shown that a decision was made on; now, if it does not say."""
    try:
        return min(float(given), now) if math.isfinite(float(given)) else now
    except ValueError:
        return now


def _given(visit: Visit) -> str:
    return visit.form.get("text", "").replace("\r\n", "\n")


def _too_long(what: str) -> str:
    return f"{what} has 1 to {LONGEST_TEXT} characters."
