"""Looking at, freezing and killing processes of a running stack."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


def listens(pid: int) -> set[str]:
    """The addresses at which a process and those below it take connections over TCP."""
    own: set[str] = set()
    for each in {pid, *children(pid)}:
        for handle in Path(f"/proc/{each}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                own.add(os.readlink(handle))
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == "0A" and f"socket:[{rest[5]}]" in own:
                found.add(_address(local.partition(":")[0], family))
    return found


def _address(digits: str, family: socket.AddressFamily) -> str:
    """As one reads it; the kernel writes words of four bytes in the machine's own order."""
    words = [bytes.fromhex(digits[at : at + 8]) for at in range(0, len(digits), 8)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return socket.inet_ntop(family, b"".join(words))
