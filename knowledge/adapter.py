"""The adapter: what the encoder's top layers have learnt beside their own task, as differences.

`bot/adapt_encoder.py` learns how patients write, and keeps here by how much each weight of the top
layers has moved. `knowledge/export.py` adds those layers to the exported encoder as a second end:
vectors for retrieval come out of the first as ever, token vectors for reading out of the second.

A difference is kept in steps of a quarter of what is usual in its row, as whole numbers of 8 bits:
that costs a half per cent of it, and a seventh of the space of the layers themselves.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = Path(__file__).with_name("adapter.npz")

#: How many of the encoder's layers are adapted, counted from the top.
LAYERS = 5

_STEPS = 4.0
_STEP = ":step"

Arrays = Mapping[str, npt.NDArray[Any]]


class AdapterError(RuntimeError):
    """The adapter is missing or broken."""


def fingerprint(path: Path = FILE) -> str:
    """Names the adapter; raises `AdapterError` when there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise AdapterError(f"{path}: {error.strerror}; take it from the repository") from None


def write(differences: Arrays, path: Path = FILE) -> None:
    """Keep the differences: of a matrix in steps for each row, of anything else as they are."""
    kept: dict[str, npt.NDArray[Any]] = {}
    for name, given in sorted(differences.items()):
        if given.ndim != 2:
            kept[name] = given.astype(np.float16)
            continue
        usual = np.sqrt((given.astype(np.float32) ** 2).mean(axis=1, keepdims=True))
        step = np.maximum(usual / _STEPS, 1e-6).astype(np.float16)
        whole = np.rint(given / step.astype(np.float32))
        kept[name] = np.clip(whole, -127, 127).astype(np.int8)
        kept[name + _STEP] = step
    np.savez_compressed(path, **kept)


def read(path: Path = FILE) -> dict[str, npt.NDArray[np.float32]]:
    """The differences by the names of their weights; raises `AdapterError`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            kept = {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise AdapterError(f"{path}: {type(error).__name__}; take it from the repository") from None
    steps = {
        name.removesuffix(_STEP): kept.pop(name).astype(np.float32)
        for name in [*kept]
        if name.endswith(_STEP)
    }
    return {
        name: array.astype(np.float32) * steps.get(name, np.float32(1))
        for name, array in kept.items()
    }
