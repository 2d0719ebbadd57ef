"""Accounts: on the command line, and by admins in the browser."""

import io
import re

import pytest

from bot.gateway.settings import Places
from bot.gateway.staff.__main__ import main
from bot.gateway.staff.accounts import AccountError, Accounts, Attempt, Role
from bot.gateway.storage import sqlite_engine

from .conftest import PASSWORD, House

USERS = "/staff/users"


@pytest.fixture
def accounts(places: Places, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    monkeypatch.setenv("GATEWAY_STATE", str(places.state))
    places.state.mkdir()
    return Accounts(sqlite_engine(places.state / "gateway.db"))


def run(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    main(list(words))


def test_the_first_admin_is_made_on_the_command_line(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "list")
    assert "no accounts yet" in capsys.readouterr().out
    run(monkeypatch, "add", "Anna", "--role", "admin", "--shown-as", "Dr Meyer", typed=PASSWORD)
    user = accounts.user("anna")
    assert user
    assert (user.role, user.shown_as, user.must_change) == (Role.ADMIN, "Dr Meyer", False)
    assert accounts.log_in("anna", PASSWORD) is Attempt.RIGHT
    run(monkeypatch, "add", "ben", "--generate")
    found = re.search(r"shown only now: (\S+)", capsys.readouterr().out)
    assert found
    assert accounts.log_in("ben", found[1]) is Attempt.RIGHT
    ben = accounts.user("ben")
    assert ben
    assert (ben.role, ben.must_change) == (Role.STAFF, True)
    run(monkeypatch, "list")
    assert capsys.readouterr().out.splitlines() == [
        "anna                 admin    active    Dr Meyer",
        "ben                  staff    active    ben",
    ]


def test_accounts_are_changed_on_the_command_line(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.add("anna", Role.STAFF, PASSWORD)
    for _ in range(5):
        accounts.log_in("anna", "wrong")
    run(monkeypatch, "list")
    assert "locked" in capsys.readouterr().out
    run(monkeypatch, "unlock", "anna")
    assert accounts.log_in("anna", PASSWORD) is Attempt.RIGHT
    run(monkeypatch, "password", "anna", typed="nine grey harbours")
    assert accounts.log_in("anna", "nine grey harbours") is Attempt.RIGHT
    run(monkeypatch, "role", "anna", "viewer")
    run(monkeypatch, "disable", "anna")
    user = accounts.user("anna")
    assert user
    assert (user.role, user.active) == (Role.VIEWER, False)
    assert accounts.log_in("anna", "nine grey harbours") is Attempt.UNKNOWN
    run(monkeypatch, "enable", "anna")
    assert accounts.log_in("anna", "nine grey harbours") is Attempt.RIGHT
    with accounts.engine.begin() as db:
        noted = db.exec_driver_sql("select user, what, subject from access_log").all()
    assert [each.what for each in noted] == [
        f"account_{each}" for each in ("unlock", "password", "role", "disable", "enable")
    ]
    assert {(each.user, each.subject) for each in noted} == {("(command line)", "anna")}


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("add", "new"), "short", "at least 12"),
        (("add", "anna"), PASSWORD, "already"),
        (("add", "a/b"), PASSWORD, "2 to 32 letters"),
        (("add", "new", "--shown-as", "x" * 65), PASSWORD, "at most 64"),
        (("password", "nobody"), PASSWORD, "no user nobody"),
        (("disable", "nobody"), "", "no user nobody"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    accounts: Accounts,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    typed: str,
    told: str,
) -> None:
    accounts.add("anna", Role.STAFF, PASSWORD)
    with pytest.raises(SystemExit, match=told):
        run(monkeypatch, *words, typed=typed)


def test_names_are_the_same_in_small_and_capital_letters(accounts: Accounts) -> None:
    accounts.add("Anna", Role.STAFF, PASSWORD)
    with pytest.raises(AccountError, match="already"):
        accounts.add("ANNA", Role.STAFF, PASSWORD)


def test_an_admin_adds_somebody_with_a_password_shown_once(house: House) -> None:
    admin = house.somebody(Role.ADMIN)
    answer = admin.post(USERS, on=USERS, name="Cleo", shown_as="Cleo Park", role="staff")
    found = re.search(r'class="password">([^<]+)<', answer.text)
    assert found
    assert found[1] not in admin.get(USERS).text
    browser = house.browser()
    assert browser.log_in("cleo", found[1]).status_code == 303
    assert browser.get("/staff").headers["location"] == "/staff/password"
    assert ("admin", "account_add", "cleo") in house.log()


def test_an_admin_changes_others(house: House) -> None:
    admin, other = house.somebody(Role.ADMIN), house.somebody(Role.STAFF)
    page = f"{USERS}/staff"
    admin.post(page, on=USERS, action="role", role="viewer")
    assert house.accounts.user("staff").role is Role.VIEWER
    admin.post(page, on=USERS, action="disable")
    assert other.get("/staff").status_code == 303
    assert "disabled" in admin.get(USERS).text
    admin.post(page, on=USERS, action="enable")
    for _ in range(5):
        house.accounts.log_in("staff", "wrong")
    assert "locked" in admin.get(USERS).text
    admin.post(page, on=USERS, action="unlock")
    assert house.accounts.log_in("staff", PASSWORD) is Attempt.RIGHT
    answer = admin.post(page, on=USERS, action="password")
    found = re.search(r'class="password">([^<]+)<', answer.text)
    assert found
    assert house.accounts.log_in("staff", found[1]) is Attempt.RIGHT
    assert [what for _, what, subject in house.log() if subject == "staff"] == [
        f"account_{each}" for each in ("role", "disable", "enable", "unlock", "password")
    ]


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        (USERS, {"name": "admin", "role": "staff"}, "already"),
        (USERS, {"name": "new", "role": "king"}, "no such role"),
        (USERS, {"name": "", "role": "staff"}, "2 to 32"),
        (f"{USERS}/admin", {"action": "disable"}, "Your own account"),
        (f"{USERS}/ADMIN", {"action": "disable"}, "Your own account"),
        (f"{USERS}/nobody", {"action": "disable"}, "no user nobody"),
        (f"{USERS}/nobody", {"action": "password"}, "no user nobody"),
        (f"{USERS}/other", {"action": "sink"}, "no such change"),
    ],
)
def test_an_admin_is_told_what_cannot_be(
    house: House, path: str, fields: dict[str, str], told: str
) -> None:
    house.accounts.add("other", Role.STAFF, PASSWORD)
    answer = house.somebody(Role.ADMIN).post(path, on=USERS, **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert house.log() == [("admin", "logged_in", "")]
    assert house.accounts.user("other").active
