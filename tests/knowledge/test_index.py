from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.build import build
from knowledge.encoder import Encoder
from knowledge.index import MANIFEST, Index, IndexUnusableError
from knowledge.rows import Kind


@pytest.fixture
def folder(small_guide: Path, tmp_path: Path, encoder: Encoder) -> Path:
    build(small_guide, tmp_path / "index", encoder)
    return tmp_path / "index"


def _change(folder: Path, **values: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def _refused(folder: Path, encoder: Encoder) -> str:
    with pytest.raises(IndexUnusableError) as error:
        Index.load(folder, encoder.fingerprint)
    line = str(error.value)
    assert "\n" not in line
    assert "python -m knowledge build" in line
    return line


def test_another_encoder_is_refused(folder: Path, encoder: Encoder) -> None:
    _change(folder, encoder="0123456789abcdef")
    assert "0123456789abcdef" in _refused(folder, encoder)


def test_another_format_is_refused(folder: Path, encoder: Encoder) -> None:
    _change(folder, format=0)
    assert "format 0" in _refused(folder, encoder)


def test_no_index_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    assert "no index there" in _refused(tmp_path, encoder)


def test_a_manifest_that_is_not_json_is_refused(folder: Path, encoder: Encoder) -> None:
    (folder / MANIFEST).write_text("{")
    assert "not JSON" in _refused(folder, encoder)


@pytest.mark.parametrize("name", ["vectors.faiss", "rows.npz", "bm25.npz", "passages.jsonl"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_index_is_refused(folder: Path, encoder: Encoder, name: str, damage: str) -> None:
    path = next(folder.glob(f"*/{name}"))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:20])
    else:
        path.unlink()
    assert "cannot be read" in _refused(folder, encoder)


def test_no_array_needs_pickle(folder: Path) -> None:
    for path in folder.glob("*/*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays)


def test_similarities_are_cosines_of_all_rows(folder: Path, encoder: Encoder) -> None:
    index = Index.load(folder, encoder.fingerprint)
    vector = encoder.encode(["Ferns like shade."])[0]
    similarities = index.similarities(vector)
    stored = np.vstack([index.vectors.reconstruct(row) for row in range(len(index.row_kind))])
    assert np.allclose(similarities, stored @ vector, atol=1e-5)


def test_best_is_the_nearest_row_of_a_kind(folder: Path, encoder: Encoder) -> None:
    index = Index.load(folder, encoder.fingerprint)
    best = index.best(index.similarities(encoder.encode(["Ferns like shade."])[0]), Kind.SENTENCE)
    assert best.argmax() == 2
    assert best[2] == pytest.approx(1.0, abs=1e-3)
    assert index.best(index.similarities(encoder.encode(["x"])[0]), Kind.DECLINED).max() == -1.0


def test_an_index_in_use_survives_the_removal_of_its_files(folder: Path, encoder: Encoder) -> None:
    index = Index.load(folder, encoder.fingerprint)
    vector = encoder.encode(["shade"])[0]
    before = index.similarities(vector)
    shutil.rmtree(folder)
    assert np.array_equal(index.similarities(vector), before)
