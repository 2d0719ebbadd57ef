"""Putting an index into service: written beside the old one, then one rename.

Whatever happens before that rename, an error, a full disk, a kill, a loss of power, the old index
stays in service whole; whoever reads the manifest after it finds all of the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knowledge.index import MANIFEST, IndexUnusableError, read_manifest

_HOUR = 3600.0
_CHUNK = 1 << 20


def publish(folder: Path, write: Callable[[Path], None], manifest: dict[str, Any]) -> str:
    """Let `write` fill a new generation and put it into service; the generation's name.

    Raises `OSError` when it cannot be written; the index in service is then unchanged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=folder))
    try:
        write(fresh)
        generation = content_hash(fresh)
        for path in (*fresh.iterdir(), fresh):
            _to_disk(path)
        with _alone(folder):
            _put_into_service(fresh, folder, {**manifest, "generation": generation})
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return generation


def content_hash(folder: Path) -> str:
    """The name of a generation: a hash of all its files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()[:16]


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time: two would clear away each other's work."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put_into_service(fresh: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Name the generation, then point the manifest at it in one step.

    The generation before stays for processes that are just opening it; older ones go, and so does
    what a killed build left behind.
    """
    target = folder / manifest["generation"]
    if target.exists() and content_hash(target) != manifest["generation"]:
        shutil.rmtree(target)
    if not target.exists():
        fresh.chmod(0o755)
        fresh.rename(target)
    kept = {target.name, _generation_in_service(folder)}
    handle, name = tempfile.mkstemp(prefix=".manifest-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        os.replace(name, folder / MANIFEST)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _to_disk(folder)
    _clear(folder, kept)


def _clear(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name in kept or path.name == MANIFEST:
            continue
        if not path.name.startswith(".") or time.time() - path.stat().st_mtime > _HOUR:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(".manifest-"):
                path.unlink(missing_ok=True)


def _generation_in_service(folder: Path) -> str:
    try:
        return str(read_manifest(folder).get("generation"))
    except IndexUnusableError:
        return ""
