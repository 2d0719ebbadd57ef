"""The index in service, followed as it changes, for a process that runs on.

Every question looks at the manifest's stat, which costs microseconds. When the manifest is another
one, the new index is loaded whole beside the old one and then takes its place; questions that come
in between are answered from the old one.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from knowledge.data import DataError
from knowledge.encoder import Encoder
from knowledge.index import FOLDER, MANIFEST, IndexUnusableError
from knowledge.search import Searcher

logger = logging.getLogger("knowledge")

#: A question waits this long for a new index that is being loaded, then takes the old one.
PATIENCE = 0.5

#: What tells one manifest from another: its inode, size and time of change.
_Stamp = tuple[int, int, int]


class Served:
    """Gives the searcher of the index in service; safe to share between threads."""

    def __init__(self, folder: Path = FOLDER, encoder: Encoder | None = None) -> None:
        """Load the index.

        Raises `EncoderMissingError`, `IndexUnusableError` or `DataError`, each with one clear line.
        """
        self._folder = folder
        self._encoder = encoder or Encoder.load()
        self._seen = self._stamp()
        self._searcher = Searcher.load(folder, self._encoder)
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None

    def searcher(self) -> Searcher:
        """The searcher to answer this question with; never a half-loaded one. Never raises."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen and self._loading is None:
                self._seen = stamp
                self._loading = threading.Thread(target=self._load, daemon=True)
                self._loading.start()
            loading = self._loading
        if loading is not None:
            loading.join(PATIENCE)
        return self._searcher

    def _stamp(self) -> _Stamp | None:
        try:
            stat = (self._folder / MANIFEST).stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def _load(self) -> None:
        """Load what is in service now and swap it in; what cannot be used changes nothing."""
        try:
            self._searcher = Searcher.load(self._folder, self._encoder)
        except (IndexUnusableError, DataError, OSError) as error:
            logger.warning("%s; the index before stays in service", error)
        finally:
            with self._lock:
                self._loading = None
