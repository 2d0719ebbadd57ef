"""The supervisor with the real action server: what dies comes back, and nothing stays behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ready import answers, how_to_talk, why_it_fails
from bot.run import HOST, CannotStartError, Ports, check
from bot.stack import Stack, running
from tests.processes import alive, children, listens, server_of


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def action_server(tmp_path: Path) -> Iterator[Stack]:
    with running(tmp_path / "state", "actions") as started:
        yield started


def test_what_is_killed_comes_back_and_a_stop_leaves_nothing(action_server: Stack) -> None:
    first = server_of(action_server, "actions.server")
    assert first
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: server_of(action_server, "actions.server") not in (0, first))
    assert eventually(lambda: answers(action_server.actions + "health"))

    everything = children(action_server.supervisor)
    os.kill(action_server.supervisor, signal.SIGTERM)
    assert eventually(lambda: not any(map(alive, everything)), 10)
    assert not answers(action_server.actions + "health")


def test_the_action_server_stays_on_loopback(action_server: Stack) -> None:
    assert listens(server_of(action_server, "actions.server")) == {HOST}


def test_a_server_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    supervisor = tmp_path / "supervisor.log"
    supervisor.write_text("WARN exited: actions (exit status 1; not expected)\n")
    assert why_it_fails("actions", tmp_path) is None
    supervisor.write_text(supervisor.read_text() * 2)
    (tmp_path / "actions.log").write_text("Traceback\nIndexMissing: no index\n")
    told = why_it_fails("actions", tmp_path) or ""
    assert told.startswith("The actions server stops again and again: IndexMissing: no index (see ")
    assert why_it_fails("dialogue", tmp_path) is None


def test_a_supervisor_that_is_killed_leaves_nothing(action_server: Stack) -> None:
    everything = children(action_server.supervisor)
    assert everything
    os.kill(action_server.supervisor, signal.SIGKILL)
    assert eventually(lambda: not any(map(alive, everything)), 10)


def test_the_web_address_is_printed_first() -> None:
    pages = {
        "gateway": "http://127.0.0.1:8080/health",
        "dialogue": "http://127.0.0.1:5005/webhooks/rest/",
    }
    first, second, *_ = how_to_talk(pages, "logs").splitlines()
    assert first == "The bot is at http://127.0.0.1:8080/"
    assert "5005" in second


def test_two_servers_cannot_share_a_port() -> None:
    with pytest.raises(CannotStartError, match="share a port"):
        check(["actions", "gateway"], Ports(5005, 5055, 5055))
