from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge import adapter
from knowledge.adapter import AdapterError


def test_what_is_kept_is_read_again_within_a_half_per_cent(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    sizes = dice.uniform(1e-4, 1e-1, (384, 1))  # rows move by very different amounts
    given = {
        "0.weight": (dice.normal(size=(384, 96)) * sizes).astype(np.float32),
        "0.still": np.zeros((3, 4), np.float32),
        "1.bias": dice.normal(size=384).astype(np.float32),
    }
    adapter.write(given, tmp_path / "adapter.npz")
    read = adapter.read(tmp_path / "adapter.npz")
    assert read.keys() == given.keys()
    for name, difference in given.items():
        lost = ((read[name] - difference) ** 2).sum(axis=-1)
        assert (lost <= 0.007 * (difference**2).sum(axis=-1)).all()


def test_the_same_differences_give_the_same_file(tmp_path: Path) -> None:
    given = {"0.weight": np.eye(4, dtype=np.float32)}
    names = []
    for name in ("one.npz", "other.npz"):
        adapter.write(given, tmp_path / name)
        names.append(adapter.fingerprint(tmp_path / name))
    assert names[0] == names[1]
    adapter.write({"0.weight": 2 * given["0.weight"]}, tmp_path / "one.npz")
    assert adapter.fingerprint(tmp_path / "one.npz") != names[1]


@pytest.mark.parametrize("content", [None, b"", b"PK no zip", b"\x80pickle"])
def test_a_broken_adapter_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "adapter.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AdapterError, match=r"adapter\.npz: .*take it from the repository"):
        adapter.read(file)
    if content is None:
        with pytest.raises(AdapterError, match="take it from the repository"):
            adapter.fingerprint(file)


def test_the_middle_of_two_adapters() -> None:
    one = {"0.weight": np.float32([[1, 3]]), "0.bias": np.float32([2])}
    other = {"0.weight": np.float32([[3, 5]]), "0.bias": np.float32([-2])}
    middle = adapter.average(one, other)
    assert {name: array.tolist() for name, array in middle.items()} == {
        "0.weight": [[2, 4]],
        "0.bias": [0],
    }
    with pytest.raises(AdapterError, match="other layers"):
        adapter.average(one, {"0.weight": other["0.weight"]})
