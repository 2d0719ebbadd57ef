"""Who may do what: every page with every role. A page that is not listed here fails the test."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest

from bot.gateway.sessions import load_key
from bot.gateway.settings import Places, Settings
from bot.gateway.staff.accounts import Role
from bot.gateway.staff.office import Office

from .conftest import OWN, PASSWORD, House, asked

_CASE = "/staff/conversations/web-1"
_REPLY = {"text": "Good morning"}


class Use(NamedTuple):
    """A page, who may use it, and how."""

    least: Role | None
    path: str
    fields: Mapping[str, str] = MappingProxyType({})
    served: int = 303
    """The status where it is allowed."""


#: By method and path as in `Office.pages()`.
USES = {
    ("GET", "/staff"): Use(Role.VIEWER, "/staff", served=200),
    ("GET", "/staff/list"): Use(Role.VIEWER, "/staff/list", served=200),
    ("GET", "/staff/requests/{reference}"): Use(Role.VIEWER, "/staff/requests/REF"),
    ("GET", "/staff/conversations/{conversation}"): Use(Role.VIEWER, _CASE, served=200),
    ("GET", "/staff/conversations/{conversation}/news"): Use(
        Role.VIEWER, f"{_CASE}/news", served=200
    ),
    ("POST", "/staff/conversations/{conversation}/take"): Use(Role.STAFF, f"{_CASE}/take"),
    ("POST", "/staff/conversations/{conversation}/say"): Use(Role.STAFF, f"{_CASE}/say", _REPLY),
    ("POST", "/staff/conversations/{conversation}/release"): Use(Role.STAFF, f"{_CASE}/release"),
    ("POST", "/staff/conversations/{conversation}/status"): Use(
        Role.STAFF, f"{_CASE}/status", {"status": "open", "assigned_to": ""}
    ),
    ("POST", "/staff/conversations/{conversation}/note"): Use(Role.STAFF, f"{_CASE}/note", _REPLY),
    ("POST", "/staff/conversations/{conversation}/deliver"): Use(Role.STAFF, f"{_CASE}/deliver"),
    ("GET", "/staff/login"): Use(None, "/staff/login", served=200),
    ("POST", "/staff/login"): Use(None, "/staff/login", {"name": "x", "password": "x"}, 401),
    ("POST", "/staff/logout"): Use(Role.VIEWER, "/staff/logout"),
    ("GET", "/staff/password"): Use(Role.VIEWER, "/staff/password", served=200),
    ("POST", "/staff/password"): Use(Role.VIEWER, "/staff/password", {"current": "x"}, 422),
    ("GET", "/staff/users"): Use(Role.ADMIN, "/staff/users", served=200),
    ("POST", "/staff/users"): Use(
        Role.ADMIN, "/staff/users", {"name": "new", "role": "viewer"}, 200
    ),
    ("POST", "/staff/users/{name}"): Use(
        Role.ADMIN, "/staff/users/other", {"action": "unlock"}, 200
    ),
    ("GET", "/staff/access"): Use(Role.ADMIN, "/staff/access", served=200),
}

#: Asked for by scripts, which cannot log in.
BY_THEMSELVES = ("/staff/list", f"{_CASE}/news")


def test_every_page_is_in_the_table(house: House, settings: Settings, places: Places) -> None:
    office = Office(house.door, settings, load_key(places.state))
    pages = {(page.method, page.path): page.role for page in office.pages()}
    assert pages == {key: use.least for key, use in USES.items()}
    for method, path in pages:  # no other way in beside the guard
        assert path.startswith("/staff")
        assert method in ("GET", "POST")


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "nobody")
def test_every_page_with_every_role(house: House, role: Role | None) -> None:
    house.case()
    request = asked(house, "web-1")
    house.accounts.add("other", Role.STAFF, PASSWORD)
    browser = house.somebody(role) if role else house.browser()
    if role:
        browser.get(_CASE)  # news only for who has opened it
    page = "/staff/password" if role else "/staff/login"
    for (method, _), use in sorted(USES.items(), key=lambda item: "logout" in item[1].path):
        if method == "GET":
            answer = browser.get(use.path.replace("REF", request.reference))
        else:
            fields = {"key": browser.key(page), **use.fields}
            answer = browser.client.post(use.path, data=fields, headers=OWN)
        if use.path == "/staff/login" and method == "GET" and role:
            assert answer.headers["location"] == "/staff"
        elif use.least is None or (role and role.may(use.least)):
            assert answer.status_code == use.served, use
        elif role:
            assert answer.status_code == 403, use
            assert house.log()[-1] == (role.value, "refused", "")
        elif use.path in BY_THEMSELVES:
            assert answer.status_code == 401, use
        else:
            assert answer.headers["location"].startswith("/staff/login"), use


def test_a_new_role_counts_from_the_next_request_on(house: House) -> None:
    house.case()
    browser = house.somebody(Role.STAFF)
    assert browser.post(f"{_CASE}/take", on=_CASE).status_code == 303
    house.accounts.set_role("staff", Role.VIEWER)
    assert browser.post(f"{_CASE}/release", on="/staff/password").status_code == 403
    assert house.door.storage.conversation("web-1").staff == "Staff Smith"
