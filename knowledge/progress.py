"""Telling a person how far a long build has come; a short one says nothing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Writes a line now and then: `encoding: 512 of 4000, about 20 s left`."""

    def __init__(self, out: TextIO | None = None, every: float = 2.0) -> None:
        self._out = out or sys.stderr
        self._every = every
        self._told = self._began = time.monotonic()
        self._doing, self._done, self._total = "", 0, 0

    @classmethod
    @contextmanager
    def watched(cls, every: float = 2.0, out: TextIO | None = None) -> Iterator[Progress]:
        """One that also speaks while a single step takes long, such as reading a large PDF."""
        progress, over = cls(out, every), threading.Event()
        watch = threading.Thread(target=progress._watch, args=(over,), daemon=True)
        watch.start()
        try:
            yield progress
        finally:
            over.set()
            watch.join()

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Take note of what is being done; say so if the last line is a while ago."""
        if doing.partition(" ")[0] != self._doing.partition(" ")[0]:
            self._began = time.monotonic()
        self._doing, self._done, self._total = doing, done, total
        self._tell()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(self._every):
            if self._doing:
                self._tell()

    def _tell(self) -> None:
        now, done, total = time.monotonic(), self._done, self._total
        if now - self._told < self._every:
            return
        self._told = now
        left = f", about {(now - self._began) / done * (total - done):.0f} s left" if done else ""
        print(f"{self._doing}: {done} of {total}{left}", file=self._out, flush=True)
