"""What is checked of the Matrix channel before anything is asked over the wire."""

from pathlib import Path

import pytest
import yaml

from actions.triage import DataError
from bot.gateway.channels.matrix import Cursor, MatrixSettings
from bot.gateway.settings import SETTINGS_FILE, load_settings
from bot.gateway.storage import Storage, sqlite_engine

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
