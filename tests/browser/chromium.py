"""Finding Chromium; Debian's package is installed where that is allowed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

#: No sandbox as root, nothing looked up in the background.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoChromiumError(Exception):
    """There is none; the message is one line that says what to do."""


def find_chromium() -> str:
    """The path of a Chromium, installed if need be; raises `NoChromiumError`."""
    found = _found()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _found()
    if found is None:
        raise NoChromiumError(
            "The browser tests need Chromium: install it (on Debian: apt-get install chromium)."
        )
    return found


def _install() -> None:
    """Install it once, though tests that run side by side ask for it together."""
    with (Path(tempfile.gettempdir()) / "chromium-for-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _found():
            return
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *step], capture_output=True, check=False)


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
