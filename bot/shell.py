"""Rasa's shell against the same actions as `make run` (`make shell`).

The action server of a running bot is used if there is one; otherwise one is started and stopped
with the shell.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from bot.ready import answers
from bot.run import (
    DIALOGUE_PYTHON,
    HOST,
    MODEL,
    CannotStartError,
    Ports,
    arguments,
    check,
    health_page,
    server_environment,
)
from bot.setup.processes import ROOT
from bot.stack import free_port, running


def main() -> int:
    """Talk until the person stops; returns the shell's exit code."""
    _, ports, state = arguments()
    with ExitStack() as started:
        if not answers(health_page("actions", ports)):
            try:
                check(["actions"], ports)
                started.enter_context(running(state / "shell", "actions", ports=ports))
            except (CannotStartError, RuntimeError) as problem:
                print(f"make shell: {problem}", file=sys.stderr)
                return 1
        # The shell opens a server port too, which it needs for nothing.
        return talk(Ports(free_port(), ports.actions), state)


def talk(ports: Ports, state: Path) -> int:
    """Run the shell in this terminal; Ctrl-C is for it alone."""
    command = [DIALOGUE_PYTHON, "-m", "bot.rasa_command", "shell", "--model", MODEL]
    command += ["--endpoints", "endpoints.yml", "--interface", HOST, "--port", str(ports.dialogue)]
    process = subprocess.Popen(command, cwd=ROOT, env=server_environment(ports, state))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
