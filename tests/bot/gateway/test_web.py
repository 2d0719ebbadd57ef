"""Requests to the web chat: who may ask, how much, and that nothing is taken from the client."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.clinic import load_clinic
from bot.gateway import door
from bot.gateway.app import make_app, make_door
from bot.gateway.limits import Rate
from bot.gateway.red_flags import RedFlags
from bot.gateway.sessions import Sessions, load_key
from bot.gateway.settings import Places, Settings

from .conftest import QUESTION, FakeDialogue
from .test_sessions import CLOCK

HERE = "http://localhost:8080"
CLINIC = "https://www.clinic.example"

Visit = Callable[..., Any]


@pytest.fixture
def visit(dialogue: FakeDialogue, settings: Settings, places: Places, red_flags: RedFlags) -> Visit:
    """A browser at the gateway, with settings changed as named."""

    @contextmanager
    def visit(base_url: str = HERE, **changes: Any) -> Iterator[TestClient]:
        limits = replace(settings.limits, **changes.pop("limits", {}))
        changed = replace(settings, limits=limits, **changes)
        door = make_door(changed, places, dialogue, load_clinic())
        door.red_flags = red_flags
        with TestClient(make_app(changed, places, door), base_url=base_url) as browser:
            yield browser

    return visit


def start(browser: TestClient) -> TestClient:
    assert browser.post("/chat/session", json={}).json() == {"started": True}
    assert browser.post("/chat/consent").json() == {"consented": True}
    return browser


def say(browser: TestClient, text: str, client_id: str = "1", age: float = 0, **more: Any) -> Any:
    body = {"id": client_id, "text": text, "age": age}
    return browser.post("/chat/messages", json=body, **more)


def test_a_message_is_answered_and_there_after_a_reload(visit: Visit) -> None:
    with visit() as browser:
        start(browser)
        answer = say(browser, "hello").json()
        assert [each["text"] for each in answer["messages"]] == ["heard hello"]
        again = browser.get("/chat/messages").json()
        assert [(each["from"], each["text"]) for each in again["messages"]] == [
            ("patient", "hello"),
            ("bot", "heard hello"),
        ]
        after = again["messages"][0]["seq"]
        assert len(browser.get(f"/chat/messages?after={after}").json()["messages"]) == 1


def test_what_was_kept_too_long_in_the_browser_is_asked_again(
    visit: Visit, dialogue: FakeDialogue
) -> None:
    with visit() as browser:
        start(browser)
        [asked] = say(browser, "treated 2 hours ago, pink cheeks", "1", 3600).json()["messages"]
        assert "I am back" in asked["text"]
        advised = say(browser, "my throat is closing up", "2", 3600).json()["messages"][0]
        assert advised["custom"]["disposition"] == "emergency"
        assert dialogue.heard == []
        assert say(browser, "hello", "3", 599).json()["messages"][0]["text"] == "heard hello"


def test_a_message_does_not_overtake_the_one_before_it(
    visit: Visit, dialogue: FakeDialogue
) -> None:
    """The first request hangs in a bad connection; the second is heard for red flags, and waits."""
    first, second = {"id": "1", "text": "no"}, {"id": "2", "text": "hello", "after": "1"}
    with visit() as browser:
        browser.post("/chat/session", json={})
        before_consent = browser.post("/chat/messages", json=second)
        assert before_consent.json()["consent_needed"]  # nothing is stored, so nothing is in order
        browser.post("/chat/consent")
        early = browser.post("/chat/messages", json=second)
        assert (early.status_code, early.json()) == (409, {"error": "early", "messages": []})
        alarm = {**second, "text": "my throat is closing up"}
        [advice] = browser.post("/chat/messages", json=alarm).json()["messages"]
        assert advice["custom"]["disposition"] == "emergency"
        assert browser.get("/chat/messages").json()["messages"] == []
        for message in (first, second):
            assert browser.post("/chat/messages", json=message).status_code == 200
    assert dialogue.heard == ["no", "hello"]


@pytest.mark.parametrize(
    ("age", "late"), [("-1e999", False), ("NaN", False), ("1e999", True), ("9" * 400, True)]
)
def test_an_impossible_age_harms_nothing(visit: Visit, age: str, late: bool) -> None:
    with visit() as browser:
        start(browser)
        body = f'{{"id": "1", "text": "hello", "age": {age}}}'
        [message] = browser.post("/chat/messages", content=body).json()["messages"]
    assert ("I am back" in message["text"]) is late


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [(HERE, "chat", False), ("https://chat.clinic.example", "__Host-chat", True)],
)
def test_the_cookie_is_out_of_reach(visit: Visit, base_url: str, name: str, secure: bool) -> None:
    with visit(base_url) as browser:
        cookie = browser.post("/chat/session", json={}).headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert ("Secure" in cookie) is secure


def test_without_a_session_of_ours_nothing_is_served(visit: Visit, dialogue: FakeDialogue) -> None:
    with visit() as browser:
        for cookie in ("", "forged.token.here"):
            browser.cookies.set("chat", cookie)
            assert say(browser, "hello").status_code == 401
            assert browser.get("/chat/messages").status_code == 401
            assert browser.delete("/chat/conversation").status_code == 401
    assert dialogue.heard == []


def test_what_a_client_says_of_itself_changes_nothing(visit: Visit, dialogue: FakeDialogue) -> None:
    with visit() as browser, visit() as other:
        start(browser)
        start(other)
        lie = {"sender": "web-1", "conversation": "web-1", "metadata": {}, "button": None}
        browser.post("/chat/messages", json={"id": "1", "text": "a", **lie})
        say(other, "b")
    (first, *_), (second, *_) = dialogue.said
    assert first != second
    assert "web-1" not in (first, second)


def test_two_visitors_share_nothing(visit: Visit) -> None:
    with visit() as browser:
        start(browser)
        seq = say(browser, "hello").json()["messages"][0]["seq"]
        browser.cookies.clear()
        start(browser)
        assert browser.get("/chat/messages").json()["messages"] == []
        feedback = {"message": seq, "helpful": True}
        assert browser.post("/chat/feedback", json=feedback).status_code == 404


def test_another_sites_page_may_not_ask_unless_it_is_allowed(visit: Visit) -> None:
    foreign = {"Origin": CLINIC}
    with visit() as browser:
        start(browser)
        assert say(browser, "hello", headers=foreign).status_code == 403
        assert browser.post("/chat/session", json={}, headers=foreign).status_code == 403
        assert say(browser, "hello", headers={"Origin": HERE}).status_code == 200
    with visit(allowed_origins=(CLINIC,)) as browser:
        started = browser.post("/chat/session", json={"bearer": True}, headers=foreign)
        assert started.headers["access-control-allow-origin"] == CLINIC
        assert "set-cookie" not in started.headers
        headers = {**foreign, "Authorization": f"Bearer {started.json()['token']}"}
        assert browser.post("/chat/consent", headers=headers).status_code == 200
        assert say(browser, "hello", headers=headers).status_code == 200
        assert say(browser, "hello", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"id": "", "text": "a"}',
        b'{"id": 1, "text": "a"}',
        b'{"id": "1", "text": 5}',
        b'{"id": "1", "button": {}}',
        b'{"id": "1", "text": "a", "age": "7"}',
        b'{"id": "1", "text": "a", "age": true}',
        b'{"id": "1", "text": "a", "after": 5}',
        b'{"id": "1", "text": "a", "age": null}',
        b'{"id": "1", "button": "never offered"}',
        b'{"id": "' + b"x" * 65 + b'", "text": "a"}',
        b"[" * 50000,
    ],
)
def test_an_odd_request_is_refused(visit: Visit, body: bytes, dialogue: FakeDialogue) -> None:
    with visit() as browser:
        start(browser)
        assert browser.post("/chat/messages", content=body).status_code == 400
    assert dialogue.heard == []


def test_what_is_too_long_is_turned_away_with_words(visit: Visit, dialogue: FakeDialogue) -> None:
    with visit() as browser:
        start(browser)
        for text in ("x" * 8001, "x" * 70000):
            refused = say(browser, text)
            assert refused.status_code == 413
            assert "999 or 112" in refused.json()["messages"][0]["text"]
    assert dialogue.heard == []


@pytest.mark.parametrize(
    ("rate", "allowed"), [("messages_per_session", 2), ("messages_per_address", 2)]
)
def test_too_many_messages_are_turned_away_with_words(
    visit: Visit, dialogue: FakeDialogue, rate: str, allowed: int
) -> None:
    with visit(limits={rate: f"{allowed}/minute"}) as browser:
        start(browser)
        replies = [say(browser, "hello", str(number)) for number in range(allowed + 1)]
    assert [reply.status_code for reply in replies] == [200] * allowed + [429]
    assert "999 or 112" in replies[-1].json()["messages"][0]["text"]
    assert len(dialogue.heard) == allowed


def test_a_red_flag_is_answered_even_in_a_message_that_is_turned_away(visit: Visit) -> None:
    with visit(limits={"messages_per_session": "1/minute"}) as browser:
        start(browser)
        say(browser, "hello", "1")
        for text in ("my throat is closing up", "my throat is closing up. " + "x" * 8001):
            refused = say(browser, text, "2")
            assert refused.status_code in (413, 429)
            [message] = refused.json()["messages"]
            assert message["custom"]["disposition"] == "emergency"
            assert message["calls"][0]["number"] == "999"


@pytest.mark.parametrize("consent", [True, False])
@pytest.mark.parametrize("more", ["", "x" * 8001])
def test_what_is_turned_away_is_read_with_what_is_known(
    visit: Visit, consent: bool, more: str
) -> None:
    """Hives and then vomiting are an emergency together (E6), neither by itself."""
    with visit(limits={"messages_per_session": "1/minute"}) as browser:
        browser.post("/chat/session", json={})
        if consent:
            browser.post("/chat/consent")
        assert say(browser, "I have hives all over", "1").status_code == 200
        [message] = say(browser, f"and now I keep vomiting. {more}", "2").json()["messages"]
        assert message["custom"]["disposition"] == "emergency"


def test_yes_to_the_open_question_is_an_emergency_even_when_it_is_turned_away(
    visit: Visit, dialogue: FakeDialogue
) -> None:
    dialogue.answer = lambda _: [QUESTION]
    with visit(limits={"messages_per_session": "1/minute"}) as browser:
        start(browser)
        say(browser, "my face itches a little", "1")
        refused = say(browser, "yes", "2")
        assert refused.status_code == 429
        assert refused.json()["messages"][0]["custom"]["disposition"] == "emergency"


def test_what_was_known_three_days_ago_is_not_known_any_more(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with visit(limits={"messages_per_session": "1/minute"}) as browser:
        start(browser)
        say(browser, "I have hives all over", "1")
        monkeypatch.setattr(door, "FORGET_AFTER", timedelta(0))
        [message] = say(browser, "and now I keep vomiting", "2").json()["messages"]
        assert message["custom"]["reason"] == "too_fast"


def test_a_flood_is_turned_away_without_being_read(visit: Visit) -> None:
    with visit(limits={"messages_per_address": "1/minute"}) as browser:
        start(browser)
        replies = [say(browser, "my throat is closing up", str(number)) for number in range(3)]
    assert [reply.status_code for reply in replies] == [200, 429, 429]
    read, unread = (reply.json()["messages"][0] for reply in replies[1:])
    assert read["custom"]["disposition"] == "emergency"
    assert unread["custom"]["reason"] == "too_fast"
    assert "999 or 112" in unread["text"]


def test_too_many_sessions_of_an_address_are_turned_away(visit: Visit) -> None:
    with visit(limits={"sessions_per_address": "2/minute"}) as browser:
        statuses = []
        for _ in range(3):
            browser.cookies.clear()
            statuses.append(browser.post("/chat/session", json={}).status_code)
    assert statuses == [200, 200, 429]


def test_too_many_requests_of_an_address_are_turned_away(visit: Visit) -> None:
    with visit(limits={"requests_per_address": "3/minute"}) as browser:
        start(browser)
        statuses = [browser.get("/chat/messages").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]  # the consent was the first one


def test_helpful_is_stored(visit: Visit) -> None:
    with visit() as browser:
        start(browser)
        seq = say(browser, "can I wear makeup?").json()["messages"][0]["seq"]
        for answer in (True, False):
            body = {"message": seq, "helpful": answer}
            assert browser.post("/chat/feedback", json=body).status_code == 200
            assert browser.get("/chat/messages").json()["messages"][1]["helpful"] is answer
        for body in ({"message": True, "helpful": True}, {"message": seq, "helpful": "yes"}):
            assert browser.post("/chat/feedback", json=body).status_code == 400


def test_deleting_ends_the_session(visit: Visit) -> None:
    with visit() as browser:
        start(browser)
        say(browser, "hello")
        kept = dict(browser.cookies)
        assert browser.delete("/chat/conversation").json() == {"deleted": True}
        assert dict(browser.cookies) == {}
        assert browser.get("/chat/messages").status_code == 401
        browser.cookies.update(kept)
        for method, path in [
            ("GET", "messages"),
            ("POST", "consent"),
            ("POST", "messages"),
            ("POST", "summary-link"),
            ("DELETE", "conversation"),
        ]:
            assert browser.request(method, f"/chat/{path}").status_code == 401
        start(browser)
        assert browser.get("/chat/messages").json()["messages"] == []


def test_a_kept_bearer_token_opens_nothing_after_the_deletion(visit: Visit) -> None:
    with visit() as browser:
        begun = browser.post("/chat/session", json={"bearer": True}).json()
        bearer = {"Authorization": f"Bearer {begun['token']}"}
        browser.post("/chat/consent", headers=bearer)
        assert browser.delete("/chat/conversation", headers=bearer).status_code == 200
        assert browser.post("/chat/consent", headers=bearer).status_code == 401
        anew = browser.post("/chat/session", json={"bearer": True}, headers=bearer).json()
        assert anew["started"]
        bearer = {"Authorization": f"Bearer {anew['token']}"}
        assert browser.post("/chat/consent", headers=bearer).status_code == 200


@pytest.mark.parametrize("bearer", [True, False])
def test_a_session_is_renewed_before_it_ends(
    visit: Visit, places: Places, monkeypatch: pytest.MonkeyPatch, bearer: bool
) -> None:
    """A conversation lives from its last message on, and who writes in it can always delete it."""
    now = int(time.time())

    def ask(browser: TestClient, path: str, token: str) -> Any:
        browser.cookies.clear()
        if bearer:
            headers = {"Authorization": f"Bearer {token}"}
            return browser.post(path, json={"bearer": True}, headers=headers)
        browser.cookies.set("chat", token)
        return browser.post(path, json={})

    with visit() as browser:
        sessions = Sessions(load_key(places.state), timedelta(days=30))
        with monkeypatch.context() as patch:
            patch.setattr(CLOCK, lambda _: now - 29 * 86400)
            old = sessions.new()
        assert ask(browser, "/chat/consent", old).status_code == 200
        answer = ask(browser, "/chat/session", old)
        assert answer.json()["started"] is False
        renewed = answer.json()["token"] if bearer else answer.cookies["chat"]
        before, after = sessions.open(old), sessions.open(renewed)
        assert before
        assert after
        assert after.conversation == before.conversation
        assert after.made_at >= now
        again = ask(browser, "/chat/session", renewed)
        assert again.json() == {"started": False}
        assert "set-cookie" not in again.headers


def test_a_red_flag_is_answered_though_the_database_fails(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with visit() as browser:
        start(browser)
        with monkeypatch.context() as patch:
            patch.setattr("bot.gateway.storage.Storage.transaction", None)
            message = {"id": "2", "text": "my throat is closing up", "after": "1"}
            [message] = browser.post("/chat/messages", json=message).json()["messages"]
    assert message["custom"]["disposition"] == "emergency"


def test_every_answer_carries_a_strict_policy(visit: Visit) -> None:
    with visit(allowed_origins=(CLINIC,)) as browser:
        headers = browser.get("/health").headers
        panel = browser.get("/chat/panel").headers["content-security-policy"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.endswith("frame-ancestors 'self'")
    assert panel.endswith(f"frame-ancestors 'self' {CLINIC}")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_host_with_many_addresses_counts_as_one() -> None:
    rate = Rate("1/minute")
    askers = ("2001:db8::1", "2001:db8::2", "turned away 2001:db8::3", "192.0.2.1", "192.0.2.2")
    assert [rate.allow(each) for each in askers] == [True, False, True, True, True]


def test_a_rate_gives_all_at_once_and_then_one_by_one() -> None:
    rate = Rate("2/second")
    assert [rate.allow("web-1") for _ in range(3)] == [True, True, False]
    time.sleep(0.6)
    assert [rate.allow("web-1") for _ in range(2)] == [True, False]
