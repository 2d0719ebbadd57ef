"""Says when the bot can be talked to, and where; or which server does not answer.

python -m bot.ready LOG_FOLDER NAME=HEALTH_PAGE...
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
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


def main() -> None:
    """Wait for every page, then print one short paragraph."""
    logs, *servers = sys.argv[1:]
    pages = dict(server.split("=", 1) for server in servers)
    print(f"Starting {' and '.join(pages)} ...", flush=True)
    give_up = time.monotonic() + PATIENCE
    for name, page in pages.items():
        while not answers(page):
            if time.monotonic() > give_up:
                log = Path(logs) / f"{name}.log"
                sys.exit(f"The {name} server does not answer; {log} says why. Ctrl-C stops.")
            time.sleep(0.25)
    if "dialogue" in pages:
        print(
            f"The bot answers at {pages['dialogue']}webhook\n"
            '  as in: curl -d \'{"sender": "me", "message": "hi"}\' '
            f"{pages['dialogue']}webhook\n"
            "  or in another terminal: make shell\n"
            f"Ctrl-C stops it. Logs: {logs}",
            flush=True,
        )


if __name__ == "__main__":
    main()
