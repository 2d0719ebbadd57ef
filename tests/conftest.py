"""The live bot, started once for all tests that need it, with a valve before its action server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from bot.stack import Stack

    from .valve import Valve


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests run side by side, those of the live bot share one, and those of a file stay.

    The live ones wait most and come first, so that the others run beside all of them.
    """
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group("live" if _is_live(item) else str(item.path)))
    items.sort(key=lambda item: not _is_live(item))


def _is_live(item: pytest.Item) -> bool:
    return "bot" in getattr(item, "fixturenames", ())


@dataclass(frozen=True)
class LiveBot:
    """Dialogue and gateway, the valve to their actions, and where all of them write their logs."""

    stack: Stack
    valve: Valve
    logs: tuple[Path, ...]
    other_site: int
    """The port at which localhost and 127.0.0.1 are sites that may show the chat."""

    @property
    def address(self) -> str:
        """Of the dialogue."""
        return self.stack.dialogue.rstrip("/")


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBot]:
    """Real gateway, real Rasa, real action server, real index."""
    # Here, because what runs in Rasa's environment has no supervisor.
    from bot.gateway.settings import SETTINGS_FILE
    from bot.run import Ports
    from bot.stack import free_port, running

    from .valve import Valve

    state = tmp_path_factory.mktemp("bot")
    other_site = free_port()
    settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
    settings["allowed_origins"] = [
        f"http://{host}:{other_site}" for host in ("localhost", "127.0.0.1")
    ]
    for rate in ("messages_per_address", "sessions_per_address", "messages_per_session"):
        settings["limits"][rate] = "10000/minute"  # all tests come from one address
    (state / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
    os.environ["GATEWAY_SETTINGS"] = str(state / "settings.yml")
    with (
        running(state / "actions", "actions") as actions,
        Valve(actions.ports.actions) as valve,
    ):
        ports = Ports(free_port(), valve.port, free_port())
        with running(state / "bot", "dialogue", "gateway", ports=ports) as stack:
            yield LiveBot(stack, valve, (actions.logs, stack.logs), other_site)
    del os.environ["GATEWAY_SETTINGS"]


@pytest.fixture
def address(bot: LiveBot) -> str:
    return bot.address


@pytest.fixture
def stack(bot: LiveBot) -> Stack:
    return bot.stack
