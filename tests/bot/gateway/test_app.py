"""What goes on in the background of a running gateway."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from bot.clinic import load_clinic
from bot.gateway import app
from bot.gateway.app import make_app, make_door
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from bot.gateway.staff.tables import access_log

from .conftest import FakeDialogue


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_idle_staff_and_what_is_over_are_looked_for_all_the_time(
    dialogue: FakeDialogue,
    settings: Settings,
    places: Places,
    red_flags: RedFlags,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "SWEEP", 0.05)
    monkeypatch.setattr(app, "STAFF_SWEEP", 0.05)
    short = replace(
        settings,
        retention=timedelta(seconds=3),
        staff_idle=timedelta(seconds=0.5),
        staff=replace(settings.staff, access_log=timedelta(seconds=3)),
    )
    door = make_door(short, places, dialogue, load_clinic())
    door.red_flags = red_flags
    storage = door.storage

    def logged() -> int:
        with storage.transaction() as db:
            return len(db.execute(access_log.select()).all())

    with TestClient(make_app(short, places, door)) as browser:
        assert browser.portal
        began = time.time()
        storage.consent("web-1")
        entry = {"at": began, "user": "anna", "address": "", "what": "read", "subject": "web-1"}
        with storage.transaction() as db:
            db.execute(access_log.insert().values(entry))
        browser.portal.call(door.desk.take, "web-1", "Anna")

        def said() -> list[str]:
            return [str(each.body["text"]) for each in storage.history("web-1")]

        until(lambda: any("Anna from the clinic has not written" in each for each in said()))
        assert time.time() - began >= 0.5
        until(lambda: storage.conversation("web-1") is None and not logged())
        assert time.time() - began >= 3
