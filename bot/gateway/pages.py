"""Everything that a browser is shown: the script tag's file, the chat's panel, guide, summary.

`/chat.js` is the only thing that runs in a clinic's own page. The chat itself lives in a frame
(`/chat/panel`), so that neither page can read or restyle the other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from bot.fixed_words import rendered_responses
from bot.gateway.answering import in_thread
from bot.gateway.channels.web import WebChat, address
from bot.gateway.door import Door
from bot.gateway.fhir import MEDIA_TYPE, summary_bundle, to_json
from bot.gateway.guide import Guide, sections
from bot.gateway.sessions import Sessions
from bot.gateway.summary import summary

HERE = Path(__file__).parent
WEB = HERE / "web"

_COMPRESSED = [Middleware(GZipMiddleware, minimum_size=500, compresslevel=9)]


class Pages:
    """The pages and their files."""

    def __init__(self, door: Door, sessions: Sessions, web: WebChat, guide: Guide) -> None:
        self._door, self._sessions, self._web, self._guide = door, sessions, web, guide
        self._clinic = door.answering.clinic
        self._templates = Jinja2Templates(directory=HERE / "templates")
        self._templates.env.globals["clinic"] = self._clinic
        self._templates.env.filters["tel"] = tel

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        pages = Mount(
            "",
            routes=[
                Route("/", self._demo),
                Route("/chat.js", self._loader),
                Route("/chat/panel", self._panel),
                Route("/chat/summary", self._summary),
                Route("/chat/summary.json", self._summary_as_fhir),
                Route("/guide", self._contents),
                Route("/guide/{slug}", self._document),
                Mount("/chat/static", app=Files(directory=WEB)),
            ],
            middleware=_COMPRESSED,
        )
        return [pages]

    async def _demo(self, request: Request) -> Response:
        return self.page(request, "demo.html")

    async def _loader(self, _: Request) -> Response:
        """The script tag's file, with the words that must be there without any server."""
        code = (WEB / "chat.js").read_text("utf-8")
        words = {"clinic": self._clinic.name, **self._emergency()}
        code = code.replace("/*words*/ null", json.dumps(words), 1)
        cached = {"cache-control": "public, max-age=300, stale-if-error=604800"}
        return Response(code, media_type="text/javascript", headers=cached)

    async def _panel(self, request: Request) -> Response:
        config = {
            **self._emergency(),
            "clinic": self._clinic.name,
            "phone": _contact(self._clinic.name, self._clinic.phone),
            "consent": rendered_responses()["utter_consent"],
            "retentionDays": self._door.settings.retention.days,
            "longest": self._door.settings.limits.text_characters,
            "embedded": "embedded" in request.query_params,
        }
        direction = "rtl" if request.query_params.get("dir") == "rtl" else "ltr"
        return self.page(request, "panel.html", config=config, dir=direction)

    def _emergency(self) -> dict[str, Any]:
        numbers = self._clinic.emergency_numbers
        return {
            "emergency": [_contact("Emergency", number) for number in numbers],
            "unavailable": rendered_responses()["utter_unavailable"],
        }

    async def _summary(self, request: Request) -> Response:
        self._count(request)
        key = request.query_params.get("key", "")
        conversation = self._sessions.linked(key)
        if conversation is None:
            return self.page(request, "summary_gone.html", status=404)
        history = await in_thread(self._door.storage.history, conversation)
        return self.page(request, "summary.html", key=key, **summary(history, self._clinic))

    async def _summary_as_fhir(self, request: Request) -> Response:
        """The same for programs; `bot.gateway.fhir`."""
        self._count(request)
        conversation = self._sessions.linked(request.query_params.get("key", ""))
        if conversation is None:
            return self.page(request, "summary_gone.html", status=404)
        storage = self._door.storage
        history = await in_thread(storage.history, conversation)
        known = await in_thread(storage.conversation, conversation)
        bundle = await in_thread(
            summary_bundle, conversation, history, known.slots if known else {}
        )
        named = {"content-disposition": 'attachment; filename="microneedling-summary.fhir.json"'}
        return Response(to_json(bundle), media_type=MEDIA_TYPE, headers=named)

    async def _contents(self, request: Request) -> Response:
        self._count(request)
        return await self._list(request)

    async def _list(self, request: Request, status: int = 200) -> Response:
        documents = [each.entry for each in await in_thread(self._guide.documents)]
        return self.page(request, "guide.html", status, documents=documents, document=None)

    async def _document(self, request: Request) -> Response:
        self._count(request)
        document = await in_thread(self._guide.document, request.path_params["slug"])
        if document is None:
            return await self._list(request, 404)
        shown = sections(document, request.query_params.get("quote", ""))
        return self.page(request, "guide.html", document=document.entry, sections=shown)

    def _count(self, request: Request) -> None:
        """Refuse what an address looks up too often. The chat's own files always come: a page
        without them could not even tell whom to call."""
        self._web.allow("requests_per_address", address(request))

    def page(self, request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """One of the templates, filled in."""
        return self._templates.TemplateResponse(request, name, values, status_code=status)


class Files(StaticFiles):
    """The page's files: what carries its version in its path is kept, all else asked for anew.

    A large file lies beside its brotli-compressed twin, which is a sixth smaller than gzip's.
    """

    def file_response(
        self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200
    ) -> Response:
        """As Starlette's, with `Cache-Control`, and the twin for browsers that read it."""
        twin = Path(f"{full_path}.br")
        brotli = "br" in Headers(scope=scope).get("accept-encoding", "") and twin.exists()
        if brotli:
            stat_result = twin.stat()
        path = twin if brotli else full_path
        response = super().file_response(path, stat_result, scope, status_code)
        if brotli:
            response.headers["content-encoding"] = "br"
            response.headers["content-type"] = "text/javascript; charset=utf-8"
            response.headers["vary"] = "Accept-Encoding"
        kept = "public, max-age=31536000, immutable" if "/vendor/" in str(full_path) else "no-cache"
        response.headers["cache-control"] = kept
        return response


def tel(number: str) -> str:
    """The address that dials a number."""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _contact(name: str, number: str) -> dict[str, str]:
    return {"name": name, "number": number, "tel": tel(number)}
