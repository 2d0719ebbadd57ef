"""Logging in: passwords, the pause after wrong ones, sessions, and where forms come from."""

import re
import time
from statistics import median

import pytest
from argon2 import PasswordHasher

from bot.gateway.staff import logins, passwords
from bot.gateway.staff.accounts import FIRST_LOCK, TRIES, Accounts, Attempt, Role
from bot.gateway.staff.passwords import WeakPasswordError, check_strength, generate
from bot.gateway.staff.visit import next_page

from .conftest import HERE, OWN, PASSWORD, House


@pytest.fixture
def anna(house: House) -> Accounts:
    house.accounts.add("anna", Role.STAFF, PASSWORD)
    return house.accounts


# ---- passwords


@pytest.mark.parametrize(
    "password",
    [
        "short one 1",
        "passwordpassword",
        "123456789012345",
        "qwertyuiop[]",
        "aaaaaaaaaaaaaaaaa",
        "sampleskinclinic",
        "Sample Skin Clinic",
        "anna.meyer2026",
        "x" * 300,
    ],
)
def test_easy_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError, match=r"[.]$"):
        check_strength(password, "anna.meyer", "Sample Skin Clinic")


def test_made_up_passwords_are_strong_and_never_the_same() -> None:
    made = [generate() for _ in range(50)]
    for each in made:
        check_strength(each)
    assert len(set(made)) == 50


def test_what_is_stored_is_no_password(full_hashes: None, house: House, anna: Accounts) -> None:
    with house.door.storage.transaction() as db:
        stored = db.exec_driver_sql("select password from staff_users").scalar()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits(stored, PASSWORD)
    assert not passwords.fits(stored, PASSWORD + " ")


# ---- attempts


def test_the_right_password_opens_the_inbox(house: House, anna: Accounts) -> None:
    browser = house.browser()
    assert browser.get("/staff").headers["location"] == "/staff/login"
    answer = browser.log_in(" Anna ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert browser.get("/staff").status_code == 200
    assert house.log() == [("anna", "logged_in", "")]


def test_five_wrong_tries_lock_a_name_and_each_time_for_longer(
    anna: Accounts, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lock in (FIRST_LOCK, 2 * FIRST_LOCK):
        tries = [anna.log_in("anna", "wrong") for _ in range(TRIES + 1)]
        assert tries == [Attempt.WRONG] * (TRIES - 1) + [Attempt.LOCKS, Attempt.LOCKED]
        assert anna.log_in("anna", PASSWORD) is Attempt.LOCKED
        house.later(monkeypatch, lock - 5)
        assert anna.log_in("anna", PASSWORD) is Attempt.LOCKED
        house.later(monkeypatch, 10)
    assert anna.log_in("anna", PASSWORD) is Attempt.RIGHT
    assert [anna.log_in("anna", "wrong") for _ in range(TRIES - 1)] == [Attempt.WRONG] * (TRIES - 1)
    assert anna.log_in("anna", PASSWORD) is Attempt.RIGHT  # the count began anew


def test_an_admin_ends_the_pause(anna: Accounts) -> None:
    for _ in range(TRIES):
        anna.log_in("anna", "wrong")
    anna.unlock("anna")
    assert anna.log_in("anna", PASSWORD) is Attempt.RIGHT


def test_an_outdated_hash_is_made_anew(
    house: House, anna: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    assert anna.log_in("anna", PASSWORD) is Attempt.RIGHT
    with house.door.storage.transaction() as db:
        stored = db.exec_driver_sql("select password from staff_users").scalar()
    assert "m=65536" in stored
    assert anna.log_in("anna", PASSWORD) is Attempt.RIGHT


def test_nobody_learns_which_names_exist(house: House, anna: Accounts) -> None:
    anna.add("gone", Role.STAFF, PASSWORD)
    anna.set_active("gone", False)
    for _ in range(TRIES):
        anna.log_in("anna", "wrong")
    browser = house.browser()
    answers = [
        browser.log_in(*attempt)
        for attempt in (("anna", PASSWORD), ("gone", PASSWORD), ("nobody", PASSWORD), ("", ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert "do not open the inbox" in answers[0].text


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    full_hashes: None, anna: Accounts
) -> None:
    def seconds(name: str) -> float:
        started = time.perf_counter()
        anna.log_in(name, "not the password")
        return time.perf_counter() - started

    seconds("anna")
    pairs = [(seconds("anna"), seconds("nobody")) for _ in range(7)]  # locked from the fifth on
    known, unknown = (median(column) for column in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2
    assert unknown > 0.01


def test_a_name_that_is_none_is_not_written_down(house: House, anna: Accounts) -> None:
    house.browser().log_in("my secret password", "x")
    house.browser().log_in("anna", "wrong")
    assert house.log() == [("", "log_in_unknown_name", ""), ("anna", "log_in_failed", "")]


def test_an_address_may_not_try_without_end(house: House, anna: Accounts) -> None:
    browser = house.browser()
    key = browser.key()
    given = {"key": key, "name": "nobody", "password": "x"}
    tries = [browser.client.post("/staff/login", data=given, headers=OWN) for _ in range(20)]
    assert {each.status_code for each in tries} == {401}
    assert [browser.log_in("anna").status_code for _ in range(3)] == [429] * 3
    assert [what for _, what, _ in house.log()[20:]] == ["too_many_log_ins"]  # a flood fills no log


# ---- sessions


@pytest.mark.parametrize(
    ("base", "name", "secure"),
    [(HERE, "staff", False), ("https://chat.clinic.example", "__Host-staff", True)],
)
def test_the_cookie_is_out_of_reach(
    house: House, anna: Accounts, base: str, name: str, secure: bool
) -> None:
    browser = house.browser()
    browser.client.base_url = base
    form = {"key": browser.key(), "name": "anna", "password": PASSWORD}
    answer = browser.client.post("/staff/login", data=form, headers={"Origin": base})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    for word in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert word in cookie
    assert ("Secure" in cookie) is secure
    assert not re.search("Max-Age|expires|Domain", cookie, re.IGNORECASE)


def test_logging_in_changes_the_token_and_logging_out_ends_it(house: House, anna: Accounts) -> None:
    browser = house.browser()
    browser.get("/staff/login")
    before = browser.client.cookies["staff"]
    browser.log_in("anna")
    token = browser.client.cookies["staff"]
    assert token != before
    with house.door.storage.transaction() as db:
        stored = db.exec_driver_sql("select token from staff_sessions").scalars().all()
    assert len(stored) == 1
    assert token not in stored
    assert browser.post("/staff/logout", on="/staff").headers["location"] == "/staff/login"
    browser.client.cookies.set("staff", token)
    assert browser.get("/staff").status_code == 303
    assert house.log()[-1] == ("anna", "logged_out", "")


def test_a_session_ends_after_half_an_hour_without_use(
    house: House, anna: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = house.browser()
    browser.log_in("anna")
    house.later(monkeypatch, logins.IDLE - 60)
    assert browser.get("/staff").status_code == 200
    house.later(monkeypatch, logins.IDLE - 60)
    assert browser.get("/staff/list").status_code == 200  # the page by itself: no use of anybody's
    house.later(monkeypatch, 120)
    assert browser.get("/staff/list").status_code == 401
    assert browser.get("/staff").status_code == 303


def test_a_session_ends_after_twelve_hours_whatever_is_done(
    house: House, anna: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = house.browser()
    browser.log_in("anna")
    for _ in range(25):
        assert browser.get("/staff").status_code == 200
        house.later(monkeypatch, logins.LONGEST / 25)
    house.later(monkeypatch, 1)
    assert browser.get("/staff").status_code == 303


def test_sessions_that_are_over_are_thrown_away(
    house: House, anna: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = logins.Logins(anna.engine, "key", house.now)
    book.open("anna")
    house.later(monkeypatch, logins.IDLE + 1)
    book.open("anna")
    book.sweep()
    with house.door.storage.transaction() as db:
        assert db.exec_driver_sql("select count(*) from staff_sessions").scalar() == 1


def test_a_changed_password_or_a_disabled_name_ends_all_sessions(
    house: House, anna: Accounts
) -> None:
    for end in (
        lambda: anna.set_password("anna", "another fine ladder"),
        lambda: anna.set_active("anna", False),
    ):
        anna.set_active("anna", True)
        anna.set_password("anna", PASSWORD)
        browsers = [house.browser(), house.browser()]
        for browser in browsers:
            browser.log_in("anna")
            assert browser.get("/staff").status_code == 200
        end()
        assert [browser.get("/staff").status_code for browser in browsers] == [303, 303]


def test_ones_own_password_is_changed_with_the_one_before(house: House, anna: Accounts) -> None:
    browser, elsewhere = house.browser(), house.browser()
    browser.log_in("anna")
    elsewhere.log_in("anna")
    new = "nine grey harbours"
    page = "/staff/password"
    for current, first, again, told in (
        ("wrong", new, new, "The current password is not right"),
        (PASSWORD, new, "other", "not the same"),
        (PASSWORD, "password1234", "password1234", "easy|common|Take three"),
        (PASSWORD, PASSWORD, PASSWORD, "another password"),
    ):
        answer = browser.post(page, on=page, current=current, new=first, again=again)
        assert answer.status_code == 422
        assert re.search(told, answer.text)
    assert browser.post(page, on=page, current=PASSWORD, new=new, again=new).status_code == 303
    assert browser.get("/staff").status_code == 200
    assert elsewhere.get("/staff").status_code == 303
    assert anna.log_in("anna", PASSWORD) is Attempt.WRONG
    assert anna.log_in("anna", new) is Attempt.RIGHT


def test_a_password_that_others_have_made_is_changed_first(house: House) -> None:
    house.accounts.add("ben", Role.ADMIN, PASSWORD, must_change=True)
    browser = house.browser()
    browser.log_in("ben")
    for path in ("/staff", "/staff/users", "/staff/access"):
        assert browser.get(path).headers["location"] == "/staff/password"
    page, new = "/staff/password", "nine grey harbours"
    browser.post(page, on=page, current=PASSWORD, new=new, again=new)
    assert browser.get("/staff/users").status_code == 200


# ---- where requests come from


def test_a_form_counts_only_from_our_own_page_in_the_same_browser(
    house: House, anna: Accounts
) -> None:
    browser, other = house.browser(), house.browser()
    form = {"name": "anna", "password": PASSWORD}
    key, theirs = browser.key(), other.key()
    for fields, headers in (
        ({**form, "key": key}, {"Origin": "https://evil.example"}),
        ({**form, "key": key}, {"Origin": "null"}),
        ({**form, "key": key}, {}),
        ({**form, "key": theirs}, OWN),
        (form, OWN),
    ):
        answer = browser.client.post("/staff/login", data=fields, headers=headers)
        assert answer.status_code == 403
    assert house.log() == []
    assert browser.client.post("/staff/login", data={**form, "key": key}, headers=OWN)
    assert house.log() == [("anna", "logged_in", "")]


def test_a_key_from_before_logging_in_is_none_afterwards(house: House, anna: Accounts) -> None:
    browser = house.browser()
    before = browser.key()
    browser.log_in("anna")
    answer = browser.client.post("/staff/logout", data={"key": before}, headers=OWN)
    assert answer.status_code == 403


def test_a_form_may_not_be_endless(house: House) -> None:
    browser = house.browser()
    fields = {"key": browser.key(), "name": "x" * 70_000}
    assert browser.client.post("/staff/login", data=fields, headers=OWN).status_code == 413


def test_browsers_tell_our_forms_where_they_come_from(house: House) -> None:
    """With `no-referrer` they would say `Origin: null`."""
    headers = house.browser().get("/staff/login").headers
    assert headers["referrer-policy"] == "same-origin"
    assert "form-action 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert house.browser().get("/guide").headers["referrer-policy"] == "no-referrer"


def test_a_link_elsewhere_leads_in_without_logging_anybody_out(
    house: House, anna: Accounts
) -> None:
    """Browsers keep a strict cookie back on the way from another site."""
    answer = house.browser().get("/staff", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0"' in answer.text
    assert "set-cookie" not in answer.headers


def test_after_logging_in_one_is_where_one_wanted_to_be(house: House, anna: Accounts) -> None:
    browser = house.browser()
    asked = browser.get("/staff/conversations/web-1")
    assert asked.headers["location"] == "/staff/login?next=/staff/conversations/web-1"
    assert 'value="/staff/conversations/web-1"' in browser.get(asked.headers["location"]).text
    answer = browser.log_in("anna", next="/staff/conversations/web-1")
    assert answer.headers["location"] == "/staff/conversations/web-1"


@pytest.mark.parametrize(
    "given",
    ["", "https://evil.example", "//evil.example", "/staff//evil.example", "/staff/../chat",
     "/staffed", "/staff\\evil", "/staff/login", "/staff/a?b=c", "/staff\n"],
)  # fmt: skip
def test_logging_in_leads_nowhere_else(given: str) -> None:
    assert next_page(given) == "/staff"
