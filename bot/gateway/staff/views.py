"""The inbox's templates, rendered for whoever is looking."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.templating import Jinja2Templates

from bot.clinic import Clinic
from bot.gateway.handover.reach import national
from bot.gateway.pages import tel
from bot.gateway.staff.accounts import Role
from bot.gateway.staff.logins import Logins
from bot.gateway.staff.visit import NotAllowedError, Visit

_TEMPLATES = Path(__file__).parent.parent / "templates"


class Views:
    """Renders pages; times are the clinic's."""

    def __init__(self, clinic: Clinic, logins: Logins) -> None:
        self._logins, self._zone = logins, ZoneInfo(clinic.time_zone)
        self._templates = Jinja2Templates(directory=_TEMPLATES)
        self._templates.env.globals.update(clinic=clinic, Role=Role)
        self._templates.env.filters.update(
            tel=tel,
            national=lambda number: national(number, clinic.country),
            moment=self._moment,
            machine=self._machine,
        )

    def page(self, visit: Visit, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A template of `templates/staff/`, with the user and the key for its forms."""
        values |= {"user": visit.user, "key": self._logins.form_key(visit.token)}
        request, file = visit.request, f"staff/{name}"
        return self._templates.TemplateResponse(request, file, values, status_code=status)

    def refusal(self, request: Request, problem: NotAllowedError) -> Response:
        """The page for a request that is not served."""
        values = {"message": str(problem)}
        return self._templates.TemplateResponse(
            request, "staff/refused.html", values, status_code=problem.status
        )

    def arriving(self, request: Request) -> Response:
        """A page that loads itself again, as one of ours."""
        return self._templates.TemplateResponse(request, "staff/arriving.html")

    def _moment(self, timestamp: float) -> str:
        return f"{datetime.fromtimestamp(timestamp, self._zone):%d %b %Y, %H:%M}"

    def _machine(self, timestamp: float) -> str:
        return datetime.fromtimestamp(timestamp, self._zone).isoformat(timespec="seconds")
