"""Adapters: what the encoder's top layers have learnt beyond their own task, as differences.

There are two, each kept as by how much every weight of the top layers has moved: `retrieval` brings
questions and passages together (`knowledge/adapt.py`), `reading` knows how patients write
(`bot/training/encoder.py`). `knowledge/export.py` gives the exported encoder an end for each.

A difference is kept in steps of a quarter of what is usual in its row, as whole numbers of 8 bits:
that costs a half per cent of it, and a seventh of the space of the layers themselves.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).with_name("adapters")
RETRIEVAL, READING = FOLDER / "retrieval.npz", FOLDER / "reading.npz"

#: How many of the encoder's layers are adapted, counted from the top.
LAYERS = 5

_STEPS = 4.0
_STEP = ":step"

Arrays = Mapping[str, npt.NDArray[Any]]


class AdapterError(RuntimeError):
    """An adapter is missing or broken."""


def fingerprint(path: Path) -> str:
    """Names an adapter; raises `AdapterError` when there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise AdapterError(f"{path}: {error.strerror}; take it from the repository") from None


def differences(before: Iterable[Any], after: Iterable[Any]) -> Arrays:
    """By how much each weight of some layers (PyTorch) has moved; names begin with the layer's
    number, from the lowest."""
    return {
        f"{number}.{name}": (moved - weight).detach().numpy()
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        for (name, weight), moved in zip(
            old.state_dict().items(), new.state_dict().values(), strict=True
        )
    }


def write(differences: Arrays, path: Path) -> None:
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


def read(path: Path) -> dict[str, npt.NDArray[np.float32]]:
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


def average(one: Arrays, other: Arrays) -> Arrays:
    """Halfway between two adapters that began at the same weights; raises `AdapterError`.

    What one of them has learnt by chance the other has not, so that their middle reads unseen
    texts better than either, at no cost (Wortsman et al., "Model soups", ICML 2022).
    """
    if {name: array.shape for name, array in one.items()} != {
        name: array.shape for name, array in other.items()
    }:
        raise AdapterError("adapters of other layers cannot be averaged")
    return {name: (array + other[name]) / 2 for name, array in one.items()}
