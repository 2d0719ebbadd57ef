"""The environment variables that every process of the project gets."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def process_environment() -> dict[str, str]:
    """The caller's environment over the settings of `process.env`."""
    lines = (Path(__file__).parent / "process.env").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {**settings, **os.environ}
