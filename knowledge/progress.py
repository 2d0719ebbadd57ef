"""Telling a person how far a long build has come; a short one says nothing."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Writes a line now and then: `encoding: 512 of 4000, about 20 s left`."""

    def __init__(self, out: TextIO | None = None, every: float = 2.0) -> None:
        self._out = out or sys.stderr
        self._every = every
        self._told = self._began = time.monotonic()
        self._doing = ""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Take note of what is being done; say so if the last line is a while ago."""
        now = time.monotonic()
        kind = doing.partition(" ")[0]
        if kind != self._doing:
            self._doing, self._began = kind, now
        if now - self._told < self._every:
            return
        self._told = now
        left = f", about {(now - self._began) / done * (total - done):.0f} s left" if done else ""
        print(f"{doing}: {done} of {total}{left}", file=self._out, flush=True)
