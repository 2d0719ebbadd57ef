"""The live bot for conversation tests, with a valve between dialogue and action server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.run import Ports
from bot.stack import free_port, running

from .valve import Valve


@dataclass(frozen=True)
class LiveBot:
    """Address of the dialogue, the valve to its actions, and where both write their logs."""

    address: str
    valve: Valve
    logs: tuple[Path, ...]


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBot]:
    """Real Rasa, real action server, real index; one start for all conversations."""
    state = tmp_path_factory.mktemp("bot")
    with (
        running(state / "actions", only="actions") as actions,
        Valve(actions.ports.actions) as valve,
    ):
        ports = Ports(free_port(), valve.port)
        with running(state / "dialogue", only="dialogue", ports=ports) as dialogue:
            yield LiveBot(dialogue.dialogue.rstrip("/"), valve, (actions.logs, dialogue.logs))


@pytest.fixture
def address(bot: LiveBot) -> str:
    return bot.address
