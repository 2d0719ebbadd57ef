"""The supervisor with the real action server: what dies comes back, and nothing stays behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ready import answers, why_it_fails
from bot.stack import Stack, running


def children(pid: int) -> set[int]:
    """Process ids of everything below a process, whatever its depth."""
    below = {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return below.union(*(children(each) for each in below))


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and ") Z" not in stat.read_text()


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running(tmp_path / "state", only="actions") as started:
        yield started


def server_of(stack: Stack) -> int:
    """The process that listens on the action server's port."""
    for pid in children(stack.supervisor):
        if b"actions.server" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return 0


def test_what_is_killed_comes_back_and_a_stop_leaves_nothing(stack: Stack) -> None:
    first = server_of(stack)
    assert first
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: server_of(stack) not in (0, first))
    assert eventually(lambda: answers(stack.actions + "health"))

    everything = children(stack.supervisor)
    os.kill(stack.supervisor, signal.SIGTERM)
    assert eventually(lambda: not any(map(alive, everything)), 10)
    assert not answers(stack.actions + "health")


def test_a_server_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    supervisor = tmp_path / "supervisor.log"
    supervisor.write_text("WARN exited: actions (exit status 1; not expected)\n")
    assert why_it_fails("actions", tmp_path) is None
    supervisor.write_text(supervisor.read_text() * 2)
    (tmp_path / "actions.log").write_text("Traceback\nIndexMissing: no index\n")
    told = why_it_fails("actions", tmp_path) or ""
    assert told.startswith("The actions server stops again and again: IndexMissing: no index (see ")
    assert why_it_fails("dialogue", tmp_path) is None


def test_a_supervisor_that_is_killed_leaves_nothing(stack: Stack) -> None:
    everything = children(stack.supervisor)
    assert everything
    os.kill(stack.supervisor, signal.SIGKILL)
    assert eventually(lambda: not any(map(alive, everything)), 10)
