"""The bot as a context manager, for tests, benchmarks and `make shell`.

with running(state=folder) as stack:
    requests go to stack.dialogue, for example stack.dialogue + "webhooks/rest/webhook"
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.ready import answers, why_it_fails
from bot.run import HOST, NAMES, Ports, health_page, leash
from bot.setup.processes import ROOT


@dataclass(frozen=True)
class Stack:
    """A running bot: its ports, its supervisor's process id and its logs."""

    ports: Ports
    supervisor: int
    logs: Path

    @property
    def dialogue(self) -> str:
        """Address of the dialogue server, with a slash at its end."""
        return f"http://{HOST}:{self.ports.dialogue}/"

    @property
    def gateway(self) -> str:
        """Address of the gateway, with a slash at its end."""
        return f"http://{HOST}:{self.ports.gateway}/"

    @property
    def actions(self) -> str:
        """Address of the action server, with a slash at its end."""
        return f"http://{HOST}:{self.ports.actions}/"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    state: Path, *only: str, ports: Ports | None = None, patience: float = 180
) -> Iterator[Stack]:
    """Start the bot (or `only` some servers) on free ports; it answers within, stops at the end.

    Raises `RuntimeError` with what was said if it does not answer within `patience` seconds.
    """
    ports = ports or Ports(free_port(), free_port(), free_port())
    state.mkdir(parents=True, exist_ok=True)
    (state / "logs" / "supervisor.log").unlink(missing_ok=True)
    output = state / "run.log"
    command = [*leash("TERM"), sys.executable, "-m", "bot.run", "--state", str(state)]
    for name in NAMES:
        command += [f"--{name}-port", str(getattr(ports, name))]
    with output.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--only", *(only or NAMES)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
    try:
        deadline = time.monotonic() + patience
        for name in only or NAMES:
            while not answers(health_page(name, ports)):
                problem = why_it_fails(name, state / "logs")
                if problem or process.poll() is not None or time.monotonic() > deadline:
                    said = output.read_text(encoding="utf-8", errors="replace").strip()
                    raise RuntimeError(problem or f"{name} did not start: {said}")
                time.sleep(0.1)
        yield Stack(ports, process.pid, state / "logs")
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
