"""Only the server makes sessions, and nobody can name a conversation."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from actions.triage import DataError
from bot.gateway.sessions import Sessions, load_key

DAY = timedelta(days=1)
CLOCK = "itsdangerous.timed.TimestampSigner.get_timestamp"


def opened(sessions: Sessions, token: str | None) -> str | None:
    session = sessions.open(token)
    return session and session.conversation


def test_a_session_leads_to_one_conversation_that_does_not_name_it() -> None:
    sessions = Sessions("key", DAY)
    token, other = sessions.new(), sessions.new()
    conversation = opened(sessions, token)
    assert conversation
    assert conversation == opened(sessions, token) != opened(sessions, other)
    assert conversation.removeprefix("web-") not in token
    assert opened(Sessions("another key", DAY), token) is None


@pytest.mark.parametrize("forged", [None, "", "web-1", "a.b.c"])
def test_what_is_not_signed_is_no_session(forged: str | None) -> None:
    assert opened(Sessions("key", DAY), forged) is None


def test_a_changed_token_and_a_token_for_something_else_are_no_session() -> None:
    sessions = Sessions("key", DAY)
    token = sessions.new()
    # Not the last sign: two of its bits mean nothing.
    changed = "A" if token[-2] != "A" else "B"
    assert opened(sessions, token[:-2] + changed + token[-1]) is None
    link = sessions.link("web-1")
    assert opened(sessions, link) is None
    assert sessions.linked(link) == "web-1"
    assert sessions.linked(token) is None


def test_a_session_ends_with_the_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Sessions("key", DAY).new()
    later = URLSafeTimedSerializer("key", salt="session").make_signer("session").get_timestamp()
    monkeypatch.setattr(CLOCK, lambda _: later + 86402)
    assert opened(Sessions("key", DAY), token) is None
    assert opened(Sessions("key", 2 * DAY), token) is not None


@pytest.mark.parametrize("joined", [True, False])
def test_a_renewed_token_opens_the_same_for_longer(
    monkeypatch: pytest.MonkeyPatch, joined: bool
) -> None:
    sessions, now = Sessions("key", DAY), [1_800_000_000]
    monkeypatch.setattr(CLOCK, lambda _: now[0])
    token = sessions.joining("twilio-1") if joined else sessions.new()
    before = sessions.open(token)
    assert before is not None
    now[0] += 86000
    renewed = sessions.renewed(before)
    now[0] += 86000
    assert sessions.open(token) is None
    after = sessions.open(renewed)
    assert after is not None
    assert (after.conversation, after.made_at) == (before.conversation, before.made_at + 86000)


def test_the_key_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    key = load_key(tmp_path / "state")
    assert len(key) == 64
    assert load_key(tmp_path / "state") == key
    assert stat.S_IMODE((tmp_path / "state" / "gateway.key").stat().st_mode) == 0o600


def test_a_session_can_join_a_conversation_that_began_elsewhere() -> None:
    sessions = Sessions("key", DAY)
    token = sessions.joining("twilio-1")
    assert opened(sessions, token) == "twilio-1"
    assert opened(Sessions("another key", DAY), token) is None
    assert opened(sessions, sessions.link("twilio-1")) is None


def test_a_key_that_could_be_guessed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gateway.key").write_text("")
    with pytest.raises(DataError, match=r"gateway\.key has fewer than 32"):
        load_key(tmp_path)
    monkeypatch.setenv("GATEWAY_KEY", "short")
    with pytest.raises(DataError, match="GATEWAY_KEY has fewer"):
        load_key(tmp_path)
