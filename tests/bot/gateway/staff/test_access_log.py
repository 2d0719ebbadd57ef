"""The access log: who read what, for how long it is kept, and what deletion leaves of it."""

import time
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from bot.clinic import load_clinic
from bot.gateway.app import make_app, make_door
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.accounts import Role
from bot.gateway.staff.logins import Logins
from tests.bot.gateway.conftest import FakeDialogue

from .conftest import House

CASE = "/staff/conversations/web-secret"


def test_it_says_who_read_which_conversation(house: House) -> None:
    house.case(name="web-secret")
    house.somebody(Role.VIEWER).get(CASE)
    assert house.log()[-1] == ("viewer", "read", "web-secret")
    page = house.somebody(Role.ADMIN).get("/staff/access").text
    assert "web-secret" in page
    assert "testclient" in page  # where it came from


def test_a_page_that_asks_by_itself_shows_nothing_that_was_not_opened(house: House) -> None:
    """Otherwise one could read without a trace."""
    house.case("my words", name="web-secret")
    browser = house.somebody(Role.VIEWER)
    assert browser.get(f"{CASE}/news").status_code == 403
    browser.get(CASE)
    assert "my words" in browser.get(f"{CASE}/news").text
    assert [what for _, what, _ in house.log()] == ["logged_in", "read"]


def test_deletion_takes_the_conversation_out_of_it(house: House, places: Places) -> None:
    house.case(name="web-secret")
    house.somebody(Role.STAFF).get(CASE)
    house.somebody(Role.STAFF).post(f"{CASE}/note", on=CASE, text="call at noon")
    house.do(house.door.forget, "web-secret")
    assert [(user, what) for user, what, _ in house.log()][-2:] == [
        ("staff", "read"),
        ("staff", "noted"),
    ]
    assert {subject for _, _, subject in house.log()} == {""}
    house.door.storage.forget_erased(house.now() + 1)  # when none of its tokens lives any more
    with house.door.storage.engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in places.state.iterdir():
        assert b"web-secret" not in file.read_bytes()
        assert b"call at noon" not in file.read_bytes()


def test_what_was_under_way_at_a_deletion_names_the_conversation_no_more(house: House) -> None:
    house.case(name="web-secret")
    house.do(house.door.forget, "web-secret")
    AccessLog(house.door.storage.engine, timedelta(days=1)).note("read", "anna", "", "web-secret")
    assert house.log() == [("anna", "read", "")]
    house.do(house.door.consent, "web-secret")  # begun anew
    AccessLog(house.door.storage.engine, timedelta(days=1)).note("read", "anna", "", "web-secret")
    assert house.log()[-1] == ("anna", "read", "web-secret")


def test_it_is_kept_for_as_long_as_the_settings_say(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AccessLog(house.door.storage.engine, timedelta(days=30), house.now)
    log.note("read", "anna", "::1", "web-1")
    house.later(monkeypatch, timedelta(days=29).total_seconds())
    log.note("read", "ben", "::1", "web-1")
    log.sweep()
    assert [entry.user for entry in log.latest(9)] == ["ben", "anna"]
    house.later(monkeypatch, timedelta(days=2).total_seconds())
    log.sweep()
    assert [entry.user for entry in log.latest(9)] == ["ben"]


def test_what_is_over_is_thrown_away_in_the_background(
    settings: Settings, places: Places, dialogue: FakeDialogue, red_flags: RedFlags
) -> None:
    door = make_door(settings, places, dialogue, load_clinic())
    door.red_flags = red_flags
    long_ago = time.time() - timedelta(days=366).total_seconds()
    keep = settings.staff.access_log
    AccessLog(door.storage.engine, keep, lambda: long_ago).note("read", "anna")
    Logins(door.storage.engine, "key", lambda: long_ago).open("anna")
    with TestClient(make_app(settings, places, door)), door.storage.engine.connect() as db:
        for table in ("access_log", "staff_sessions"):
            deadline = time.monotonic() + 10
            while db.exec_driver_sql(f"select count(*) from {table}").scalar():
                assert time.monotonic() < deadline, table
                db.rollback()
                time.sleep(0.05)


def test_older_entries_are_on_further_pages(house: House) -> None:
    admin = house.somebody(Role.ADMIN)
    log = AccessLog(house.door.storage.engine, timedelta(days=30), house.now)
    for number in range(150):
        log.note("read", "anna", "::1", f"web-{number}x")
    first = admin.get("/staff/access").text
    assert "web-149x" in first
    assert "web-49x" not in first
    second = admin.get(first.partition('href="/staff/access?before=')[2].partition('"')[0])
    assert second.status_code == 404  # only a number was cut out
    number = first.partition("/staff/access?before=")[2].partition('"')[0]
    page = admin.get(f"/staff/access?before={number}").text
    assert "web-49x" in page
    assert "Older entries" not in page
    for odd in ("x", "-1", "9" * 30):
        assert admin.get(f"/staff/access?before={odd}").status_code == 200
