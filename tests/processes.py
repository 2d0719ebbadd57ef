"""Looking at, freezing and killing processes of a running stack."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.stack import Stack


def children(pid: int) -> set[int]:
    """Process ids of everything below a process, whatever its depth."""
    below = {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return below.union(*(children(each) for each in below))


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and ") Z" not in stat.read_text()


def server_of(stack: Stack, module: str) -> int:
    """The process of a stack that runs a module, such as `bot.gateway`; 0 if there is none."""
    for pid in children(stack.supervisor):
        if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            return pid
    return 0


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process that accepts connections and answers none."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
