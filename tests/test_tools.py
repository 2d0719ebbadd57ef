"""What the tests themselves need: where it cannot be installed, one line says what to do."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import synapse
from tests.browser import chromium


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The commands that were run; all of them fail."""
    commands: list[Sequence[str]] = []

    def fail(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1, "", "no network")

    monkeypatch.setattr(subprocess, "run", fail)
    return commands


def only(*there: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in there else None


def one_line(error: pytest.ExceptionInfo[Exception]) -> str:
    told = str(error.value)
    assert len(told.splitlines()) == 1
    return told


def test_a_chromium_that_cannot_be_installed_is_one_line(
    ran: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", only("apt-get"))
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    with pytest.raises(chromium.NoChromiumError) as caught:
        chromium.find_chromium()
    assert "apt-get install chromium" in one_line(caught)
    assert [command[0] for command in ran] == ["apt-get", "apt-get"]


@pytest.mark.parametrize(("user", "there"), [(1000, ("apt-get",)), (0, ())])
def test_where_nothing_can_be_installed_nothing_is_tried(
    ran: list[Sequence[str]],
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    there: tuple[str, ...],
) -> None:
    monkeypatch.setattr(shutil, "which", only(*there))
    monkeypatch.setattr(chromium.os, "geteuid", lambda: user)
    with pytest.raises(chromium.NoChromiumError):
        chromium.find_chromium()
    assert ran == []


def test_a_chromium_that_is_there_is_taken(
    ran: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", only("apt-get", "google-chrome"))
    assert chromium.find_chromium() == "/usr/bin/google-chrome"
    assert ran == []


def test_a_synapse_that_cannot_be_installed_is_one_line(
    ran: list[Sequence[str]], tmp_path: Path
) -> None:
    with pytest.raises(synapse.NoSynapseError) as caught, synapse.running_synapse(tmp_path):
        pass
    assert "python3 -m bot.setup synapse" in one_line(caught)
    assert [command[1:] for command in ran] == [["-m", "bot.setup", "synapse"]]
