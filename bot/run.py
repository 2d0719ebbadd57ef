"""Starts the bot: dialogue, actions and gateway, under one supervisor (`make run`).

    python -m bot.run [--gateway-port 8080] [--dialogue-port 5005] [--actions-port 5055]
                      [--state .build] [--only NAME...]

All three listen on loopback; the gateway is the door that a reverse proxy may lead to. Ports may
also come from BOT_GATEWAY_PORT, BOT_DIALOGUE_PORT and BOT_ACTIONS_PORT. `--state` is the folder
for logs, conversations and the supervisor's own files. Ctrl-C or SIGTERM stops everything; what
dies is started again. Tests and benchmarks start the same through `bot.stack`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.setup.processes import ROOT, process_environment
from bot.supervise import supervise

HOST = "127.0.0.1"
MODEL = ".build/models/bot.tar.gz"
#: The servers in the order of starting.
NAMES = ("actions", "dialogue", "gateway")
DIALOGUE_PYTHON = ".venv-rasa/bin/python"


class CannotStartError(Exception):
    """Something is in the way; the message is one line that says what to do."""


@dataclass(frozen=True)
class Ports:
    """Where the servers listen."""

    dialogue: int
    actions: int
    gateway: int = 8080


def health_page(name: str, ports: Ports) -> str:
    """The page that answers once a server takes messages."""
    page = {"dialogue": "webhooks/rest/", "actions": "health", "gateway": "health"}[name]
    return f"http://{HOST}:{getattr(ports, name)}/{page}"


def commands(ports: Ports) -> dict[str, list[str]]:
    """What runs, by name."""
    return {
        "actions": [sys.executable, "-m", "actions.server", "--port", str(ports.actions)],
        "dialogue": [
            *(DIALOGUE_PYTHON, "-m", "bot.rasa_command", "run"),
            *("--interface", HOST, "--port", str(ports.dialogue), "--model", MODEL),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        ],
        "gateway": [sys.executable, "-m", "bot.gateway", "--port", str(ports.gateway)],
    }


def server_environment(ports: Ports, state: Path) -> dict[str, str]:
    """What the servers read from their environment (endpoints.yml names these)."""
    return {
        **process_environment(),
        "ACTION_ENDPOINT_URL": f"http://{HOST}:{ports.actions}/webhook",
        "CONVERSATIONS_DB": str(state / "conversations.db"),
        "DIALOGUE_URL": f"http://{HOST}:{ports.dialogue}/",
        "GATEWAY_STATE": str(state),
    }


def leash(signal: str) -> list[str]:
    """A prefix to a command: it gets this signal when its parent dies, however that dies.

    Linux only; elsewhere a supervisor killed with -9 leaves its servers behind.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal, "--"] if setpriv else []


def supervisor_settings(names: list[str], ports: Ports, state: Path) -> str:
    """The settings of supervisord, without any door to control it from outside."""
    general = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": state / "logs" / "supervisor.log",
        "logfile_maxbytes": "1MB",
        "logfile_backups": 1,
        "pidfile": state / "supervisor.pid",
    }
    sections = {"supervisord": general}
    for name in names:
        sections[f"program:{name}"] = {
            "command": shlex.join([*leash("KILL"), *commands(ports)[name]]),
            "directory": ROOT,
            "autorestart": "true",
            # Never give up; a server that dies within 10 s waits a second longer each time.
            "startsecs": 10,
            "startretries": 1_000_000,
            "stopwaitsecs": 8,
            "stopasgroup": "true",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": state / "logs" / f"{name}.log",
            "stdout_logfile_maxbytes": "5MB",
            "stdout_logfile_backups": 2,
        }
    lines = []
    for section, settings in sections.items():
        lines += [f"[{section}]", *(f"{k}={v}".replace("%", "%%") for k, v in settings.items())]
    return "\n".join(lines) + "\n"


def check(names: list[str], ports: Ports) -> None:
    """Raise `CannotStartError` if a port is taken or something was not made yet."""
    if "dialogue" in names and not all((ROOT / p).exists() for p in (MODEL, DIALOGUE_PYTHON)):
        raise CannotStartError("The dialogue is not trained yet: run `make setup` first.")
    if len({getattr(ports, name) for name in names}) < len(names):
        raise CannotStartError("Dialogue, actions and gateway cannot share a port.")
    for name in names:
        port = getattr(ports, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError) as error:
                raise CannotStartError(
                    f"Port {port} for {name} cannot be used ({error}): stop what listens there, "
                    f"or choose another with BOT_{name.upper()}_PORT=... make run"
                ) from error


def arguments(argv: list[str] | None = None) -> tuple[list[str], Ports, Path]:
    """Names, ports and state folder from command line and environment."""
    parser = argparse.ArgumentParser(prog="python -m bot.run", description=__doc__)
    for name, port in (("dialogue", "5005"), ("actions", "5055"), ("gateway", "8080")):
        default = os.environ.get(f"BOT_{name.upper()}_PORT") or port
        parser.add_argument(f"--{name}-port", type=int, default=default)
    parser.add_argument("--state", type=Path, default=ROOT / ".build")
    parser.add_argument("--only", choices=NAMES, nargs="+", default=NAMES)
    given = parser.parse_args(argv)
    ports = Ports(given.dialogue_port, given.actions_port, given.gateway_port)
    return [name for name in NAMES if name in given.only], ports, given.state.resolve()


def main() -> None:
    """Check, then supervise; a helper says when and where to talk, and ends."""
    names, ports, state = arguments()
    os.umask(0o077)  # conversations and logs are nobody else's to read on this machine
    try:
        check(names, ports)
    except CannotStartError as problem:
        sys.exit(f"make run: {problem}")
    (state / "logs").mkdir(parents=True, exist_ok=True)
    (state / "logs" / "supervisor.log").unlink(missing_ok=True)  # bot.ready reads this start's
    settings = state / f"supervisor-{'-'.join(str(getattr(ports, name)) for name in names)}.ini"
    settings.write_text(supervisor_settings(names, ports, state), encoding="utf-8")
    os.environ.update(server_environment(ports, state))
    pages = [f"{name}={health_page(name, ports)}" for name in names]
    subprocess.Popen(
        [*leash("KILL"), sys.executable, "-m", "bot.ready", str(state / "logs"), *pages]
    )
    supervise(settings)


if __name__ == "__main__":
    main()
