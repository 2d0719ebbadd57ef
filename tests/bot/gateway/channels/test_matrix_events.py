"""What events of a Matrix room say, written as the protocol's specification shows them."""

from typing import Any

import pytest

from bot.gateway.channels.matrix_events import Heard, heard, is_join_of


def event(content: Any, kind: str = "m.room.message") -> dict[str, Any]:
    return {"type": kind, "event_id": "$1", "sender": "@ann:example.org", "content": content}


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


EDIT = {
    **text("* my lips swell"),
    "m.new_content": text("my lips swell"),
    "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
}
REPLY = {
    **text("> <@bot:example.org> Any of these?\n> 1. hives\n\nyes, 1"),
    "m.relates_to": {"m.in_reply_to": {"event_id": "$0"}},
}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text("hello"), "hello"),
        ({"msgtype": "m.emote", "body": "feels dizzy"}, "feels dizzy"),
        (EDIT, "my lips swell"),
        (REPLY, "yes, 1"),
        (text("> <3 you", **{"m.relates_to": {}}), "> <3 you"),
        ({"msgtype": "m.image", "body": "IMG_1.jpg"}, "[photo]"),
        ({"msgtype": "m.image", "body": "IMG_1.jpg", "filename": "IMG_1.jpg"}, "[photo]"),
        ({"msgtype": "m.image", "body": "my lip", "filename": "IMG_1.jpg"}, "[photo]\nmy lip"),
        ({"msgtype": "m.audio", "body": "voice.ogg"}, "[recording]"),
        ({"msgtype": "m.location", "body": "geo:51,0"}, "[attachment]"),
        ({"msgtype": "org.example.new", "body": "a fallback"}, "a fallback"),
    ],
)
def test_a_message_is_read(content: dict[str, Any], said: str) -> None:
    assert heard(event(content)) == Heard("$1", said)


def test_what_is_encrypted_is_known_to_be() -> None:
    encrypted = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnAC"}
    assert heard(event(encrypted, "m.room.encrypted")) == Heard("$1", encrypted=True)


@pytest.mark.parametrize(
    "nothing",
    [
        event({"msgtype": "m.notice", "body": "from another bot"}),
        event({"msgtype": "m.key.verification.request", "body": "verify me"}),
        event({}),  # deleted
        event({}, "m.room.encrypted"),
        event({"membership": "join"}, "m.room.member"),
        event({"m.relates_to": {"rel_type": "m.annotation", "key": "👍"}}, "m.reaction"),
        event(text(7)),  # type: ignore[arg-type]
        event("text"),
        {"type": "m.room.message", "content": text("no id")},
        {},
    ],
)
def test_what_is_no_message_says_nothing(nothing: dict[str, Any]) -> None:
    assert heard(nothing) is None


def test_a_longer_id_than_fits_still_tells_messages_apart() -> None:
    one, other = Heard("$" + "x" * 100 + ":a"), Heard("$" + "x" * 100 + ":b")
    assert len(one.client_id) == len(other.client_id) == 64
    assert one.client_id != other.client_id
    assert Heard("$1").client_id == "$1"


def test_a_join_is_seen() -> None:
    join = {**event({"membership": "join"}, "m.room.member"), "state_key": "@bot:example.org"}
    assert is_join_of(join, "@bot:example.org")
    assert not is_join_of(join, "@ann:example.org")
    assert not is_join_of(event(text("join")), "@bot:example.org")
