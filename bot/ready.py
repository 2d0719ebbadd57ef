"""Says when the bot can be talked to, and where; or which server does not answer.

python -m bot.ready LOG_FOLDER NAME=HEALTH_PAGE...
"""

from __future__ import annotations

import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

#: Seconds until somebody should look: stock Rasa needs about 70 on a slow machine.
PATIENCE = 180


def answers(page: str) -> bool:
    """Whether a health page answers now."""
    try:
        with urllib.request.urlopen(page, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def why_it_fails(name: str, logs: Path) -> str | None:
    """The last words of a server that has stopped twice since the start; None if it has not."""
    supervisor, log = logs / "supervisor.log", logs / f"{name}.log"
    stops = supervisor.read_text("utf-8").count(f"exited: {name} ") if supervisor.exists() else 0
    if stops < 2:
        return None
    said = log.read_text("utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return f"The {name} server stops again and again: {said[-1] if said else ''} (see {log})"


def main() -> None:
    """Wait for every page, then print one short paragraph."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C meanwhile: end without a word
    logs, *servers = sys.argv[1:]
    pages = dict(server.split("=", 1) for server in servers)
    print(f"Starting {' and '.join(pages)} ...", flush=True)
    give_up = time.monotonic() + PATIENCE
    for name, page in pages.items():
        while not answers(page):
            problem = why_it_fails(name, Path(logs))
            if problem or time.monotonic() > give_up:
                sys.exit(f"{problem or f'{name} does not answer; see {logs}'}. Ctrl-C stops.")
            time.sleep(0.25)
    print(how_to_talk(pages, logs), flush=True)


def how_to_talk(pages: Mapping[str, str], logs: str) -> str:
    """Where to talk to what runs now."""
    lines = []
    if "gateway" in pages:
        lines.append(f"The bot is at {pages['gateway'].removesuffix('health')}")
    if "dialogue" in pages:
        lines += [
            f"Programs talk to {pages['dialogue']}webhook",
            f'  as in: curl -d \'{{"sender": "me", "message": "hi"}}\' {pages["dialogue"]}webhook',
            "  or in another terminal: make shell",
        ]
    return "\n".join([*lines, f"Ctrl-C stops it. Logs: {logs}"])


if __name__ == "__main__":
    main()
