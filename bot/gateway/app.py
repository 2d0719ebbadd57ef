"""The application: all parts put together, and what goes on in the background."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clinic import Clinic, load_clinic
from bot.gateway.answering import Answering, in_thread
from bot.gateway.channels import make_channels
from bot.gateway.channels.web import RefusedError, WebChat, refused
from bot.gateway.checkin import CheckIns
from bot.gateway.desk import Desk
from bot.gateway.dialogue import Dialogue
from bot.gateway.door import Door
from bot.gateway.erasure import Erasure
from bot.gateway.feed import Feed
from bot.gateway.guide import Guide
from bot.gateway.handover.clerk import HandoverClerk
from bot.gateway.handover.deliver import Outbox
from bot.gateway.handover.requests import Requests
from bot.gateway.headers import SecurityHeaders
from bot.gateway.limits import RateLimits
from bot.gateway.line import Lines, Speaks
from bot.gateway.link_pages import LinkPages
from bot.gateway.pages import Pages
from bot.gateway.red_flags import RedFlags
from bot.gateway.sessions import Sessions, load_key
from bot.gateway.settings import Places, Settings, load_settings
from bot.gateway.staff.office import Office
from bot.gateway.storage import Storage, sqlite_engine
from bot.gateway.web_links import WebLinks

logger = logging.getLogger(__name__)

#: Seconds between two looks for conversations whose time is over.
SWEEP = 60.0

#: Seconds between two looks for staff who have fallen silent.
STAFF_SWEEP = 15.0


def make_door(settings: Settings, places: Places, dialogue: Speaks, clinic: Clinic) -> Door:
    """The door over the gateway's database in `places.state`."""
    places.state.mkdir(parents=True, exist_ok=True)
    storage = Storage(sqlite_engine(places.state / "gateway.db"))
    feed = Feed()
    desk = Desk(storage, feed, settings.staff_idle.total_seconds())
    answering = Answering(storage, clinic, feed, desk)
    requests = Requests(storage.engine, storage.now)
    outbox = Outbox(requests, storage, clinic, settings.handover)
    desk.register(HandoverClerk(desk, outbox))
    check_ins = CheckIns(desk, storage, clinic.time_zone, settings.retention)
    desk.register(check_ins)
    door = Door(
        settings=settings,
        storage=storage,
        erasure=Erasure(storage, places.conversations_db, settings.retention),
        red_flags=RedFlags(clinic.time_zone),
        lines=Lines(dialogue, answering, settings.late_after.total_seconds()),
        answering=answering,
        desk=desk,
    )
    door.background = [outbox.run, partial(check_ins.run, door.prompt)]
    return door


def make_app(
    settings: Settings | None = None, places: Places | None = None, door: Door | None = None
) -> Starlette:
    """The gateway. Tests bring a door of their own, which needs no dialogue."""
    settings, places = settings or load_settings(), places or Places.from_environment()
    clinic = load_clinic()
    dialogue = Dialogue(places.dialogue)
    entrance = door or make_door(settings, places, dialogue, clinic)
    key = load_key(places.state)
    sessions = Sessions(key, settings.retention)
    limits = RateLimits(settings.limits)
    web = WebChat(entrance, sessions, limits)
    channels = make_channels(settings, places, entrance, limits)
    office = Office(entrance, settings, key)
    pages = Pages(entrance, sessions, web, Guide())
    links = LinkPages(WebLinks(entrance.storage), sessions, web, pages)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await entrance.red_flags.load()
        await entrance.open()
        gc.collect()
        gc.freeze()  # what was loaded stays: no turn waits while it is searched for garbage
        tasks = [
            asyncio.create_task(_sweep(entrance.erasure, office)),
            asyncio.create_task(_look_for_idle_staff(entrance.desk)),
            *(asyncio.create_task(work()) for work in entrance.background),
            *(asyncio.create_task(channel.run()) for channel in channels),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        entrance.close()
        await dialogue.close()

    return Starlette(
        routes=[
            Route("/health", _health),
            *web.routes(),
            *(route for channel in channels for route in channel.routes()),
            *links.routes(),
            *office.routes(),
            *pages.routes(),
        ],
        middleware=[
            Middleware(SecurityHeaders, allowed_origins=settings.allowed_origins),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["authorization", "content-type"],
            ),
        ],
        exception_handlers={RefusedError: refused, Exception: _failed},
        lifespan=lifespan,
    )


async def _failed(_: Request, __: Exception) -> Response:
    """The answer to what went wrong here; it does not pass the middleware that adds headers."""
    headers = {"cache-control": "no-store", "content-security-policy": "default-src 'none'"}
    headers |= {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
    return JSONResponse({"error": "something went wrong here"}, 500, headers)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _sweep(erasure: Erasure, office: Office) -> None:
    while True:
        try:
            await in_thread(erasure.sweep)
            await in_thread(office.sweep)
        except Exception as error:
            logger.error("Old conversations were not deleted: %s", type(error).__name__)
        await asyncio.sleep(SWEEP)


async def _look_for_idle_staff(desk: Desk) -> None:
    while True:
        try:
            await desk.sweep()
        except Exception as error:
            logger.error("Idle staff were not looked for: %s", type(error).__name__)
        await asyncio.sleep(STAFF_SWEEP)
