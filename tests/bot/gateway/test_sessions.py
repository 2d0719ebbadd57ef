"""Only the server makes sessions, and nobody can name a conversation."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from actions.triage import DataError
from bot.gateway.sessions import Sessions, load_key

DAY = timedelta(days=1)


def test_a_session_leads_to_one_conversation_that_does_not_name_it() -> None:
    sessions = Sessions("key", DAY)
    token, other = sessions.new(), sessions.new()
    conversation = sessions.conversation(token)
    assert conversation
    assert conversation == sessions.conversation(token) != sessions.conversation(other)
    assert conversation.removeprefix("web-") not in token
    assert Sessions("another key", DAY).conversation(token) is None


@pytest.mark.parametrize("forged", [None, "", "web-1", "a.b.c"])
def test_what_is_not_signed_is_no_session(forged: str | None) -> None:
    assert Sessions("key", DAY).conversation(forged) is None


def test_a_changed_token_and_a_token_for_something_else_are_no_session() -> None:
    sessions = Sessions("key", DAY)
    token = sessions.new()
    # Not the last sign: two of its bits mean nothing.
    changed = "A" if token[-2] != "A" else "B"
    assert sessions.conversation(token[:-2] + changed + token[-1]) is None
    link = sessions.link("web-1")
    assert sessions.conversation(link) is None
    assert sessions.linked(link) == "web-1"
    assert sessions.linked(token) is None


def test_a_session_ends_with_the_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Sessions("key", DAY).new()
    later = URLSafeTimedSerializer("key", salt="session").make_signer("session").get_timestamp()
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: later + 86402)
    assert Sessions("key", DAY).conversation(token) is None
    assert Sessions("key", 2 * DAY).conversation(token) is not None


def test_the_key_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    key = load_key(tmp_path / "state")
    assert len(key) == 64
    assert load_key(tmp_path / "state") == key
    assert stat.S_IMODE((tmp_path / "state" / "gateway.key").stat().st_mode) == 0o600


def test_a_session_can_join_a_conversation_that_began_elsewhere() -> None:
    sessions = Sessions("key", DAY)
    token = sessions.joining("twilio-1")
    assert sessions.conversation(token) == "twilio-1"
    assert Sessions("another key", DAY).conversation(token) is None
    assert sessions.conversation(sessions.link("twilio-1")) is None


def test_a_key_that_could_be_guessed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gateway.key").write_text("")
    with pytest.raises(DataError, match=r"gateway\.key has fewer than 32"):
        load_key(tmp_path)
    monkeypatch.setenv("GATEWAY_KEY", "short")
    with pytest.raises(DataError, match="GATEWAY_KEY has fewer"):
        load_key(tmp_path)
