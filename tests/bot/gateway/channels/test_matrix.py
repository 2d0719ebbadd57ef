"""What is checked of the Matrix channel without a homeserver (tests/conversations has one)."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nio
import pytest
import yaml

from actions.triage import DataError
from bot.gateway.channels.addresses import Missing, not_arrived
from bot.gateway.channels.matrix import Cursor, Matrix, MatrixSettings
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits
from bot.gateway.settings import SETTINGS_FILE, Places, load_settings
from bot.gateway.storage import Storage, sqlite_engine

from ..conftest import eventually

GIVEN = {"homeserver": "https://matrix.clinic.example/", "user_id": "@care-bot:clinic.example"}


def test_without_a_token_the_message_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATRIX_ACCESS_TOKEN", raising=False)
    with pytest.raises(DataError, match="MATRIX_ACCESS_TOKEN is missing"):
        MatrixSettings.from_data(GIVEN)


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATRIX_ACCESS_TOKEN", "syt_x")
    found = MatrixSettings.from_data(GIVEN)
    assert (found.homeserver, found.token) == ("https://matrix.clinic.example", "syt_x")


@pytest.mark.parametrize(
    "wrong",
    [{"homeserver": "http://matrix.clinic.example"}, {"user_id": "care-bot"}, {"token": "syt_x"}],
)
def test_settings_that_would_not_be_safe_are_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
    settings["channels"] = {"matrix": GIVEN}
    (tmp_path / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
    assert load_settings(tmp_path / "settings.yml").channels == {"matrix": GIVEN}
    settings["channels"] = {"matrix": {**GIVEN, **wrong}}
    (tmp_path / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
    with pytest.raises(DataError, match=r"settings\.yml:\d+"):
        load_settings(tmp_path / "settings.yml")


def test_how_far_was_read_outlives_the_process_and_another_database_has_other_keys(
    tmp_path: Path,
) -> None:
    def opened(name: str) -> Cursor:
        return Cursor(Storage(sqlite_engine(tmp_path / name)), "@bot:clinic.example")

    first = opened("one.db")
    assert first.load() is None
    first.save("s1")
    assert opened("one.db").load() == "s1"
    assert opened("one.db").salt == first.salt
    assert opened("two.db").salt != first.salt


class Homeserver:
    """What the bot does in its rooms."""

    def __init__(self, room: str, members: int) -> None:
        self.rooms = {room: SimpleNamespace(member_count=members)}
        self.done: list[str] = []

    async def room_send(self, room: str, kind: str, content: Any, key: str, **_: Any) -> Any:
        self.done.append(content["body"])
        return nio.RoomSendResponse("$1", room)

    async def room_leave(self, room: str) -> None:
        self.done.append(f"left {room}")


def channel(door: Door, places: Places, server: Homeserver) -> Any:
    """The channel, before a homeserver of ours."""
    settings = MatrixSettings(GIVEN["homeserver"], GIVEN["user_id"], "syt_x")
    matrix: Any = Matrix(settings, places, door, RateLimits(door.settings.limits))
    matrix._client = server
    return matrix


def test_words_into_a_room_that_the_bot_was_thrown_out_of_are_known_to_be_missing(
    play: Callable[..., Any], places: Places
) -> None:
    async def scene(door: Door) -> None:
        matrix = channel(door, places, Homeserver("!another", 2))
        await door.consent("matrix-1")
        matrix._texting.addresses.add("matrix-1", "!room")
        await door.desk.say("matrix-1", "Sam", "Are you there?")
        await eventually(lambda: len(not_arrived(door.storage, "matrix-1")) == 2)
        assert set(not_arrived(door.storage, "matrix-1").values()) == {Missing.UNREACHABLE}

    play(scene)


def test_a_red_flag_before_others_gets_its_advice_before_the_bot_leaves(
    play: Callable[..., Any], places: Places
) -> None:
    def said(text: str) -> dict[str, Any]:
        event: dict[str, Any] = {"type": "m.room.message", "event_id": "$1"}
        event |= {"sender": "@ann:clinic.example", "origin_server_ts": int(time.time() * 1000)}
        return {**event, "content": {"msgtype": "m.text", "body": text}}

    async def scene(door: Door) -> None:
        for texts in (["hello"], ["hello", "my throat is closing up", "help"], []):
            server = Homeserver("!room", 3)
            matrix = channel(door, places, server)
            await asyncio.gather(*matrix._take("!room", [said(each) for each in texts]))
            *advice, refusal, left = server.done
            assert ["🔴 Call 999 or 112 now" in each for each in advice] == [True] * (
                "help" in texts
            )
            assert "only in private" in refusal
            assert "call 999 or 112 now" in refusal
            assert left == "left !room"

    play(scene)
