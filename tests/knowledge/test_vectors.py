from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.vectors import clustered
from knowledge import vectors as store
from knowledge.build import build
from knowledge.encoder import Encoder, Vectors
from knowledge.index import Index
from knowledge.search import Searcher


@pytest.fixture(scope="module")
def many() -> Vectors:
    return clustered(3_000)[0]


@pytest.fixture(params=["flat", "graph"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(store, "FLAT_UP_TO", 20_000 if request.param == "flat" else 5)
    return str(request.param)


def test_the_kind_follows_from_the_size(many: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.FLAT_UP_TO == 20_000
    assert not store.is_graph(store.make(many))
    monkeypatch.setattr(store, "FLAT_UP_TO", len(many) - 1)
    assert store.is_graph(store.make(many))


def test_the_same_vectors_give_the_same_file(kind: str, many: Vectors, tmp_path: Path) -> None:
    for name in ("one", "two"):
        store.write(store.make(many), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_vectors_come_back_whole_and_in_order(kind: str, many: Vectors, tmp_path: Path) -> None:
    store.write(store.make(many), tmp_path / "x")
    assert np.array_equal(store.everything(store.read(tmp_path / "x")), many)


_MAPPED = """
import sys
from pathlib import Path
import numpy as np
from knowledge import vectors as store
index = store.read(Path(sys.argv[1]))
index.search(np.ones((1, 384), dtype=np.float32), 5)
maps = Path("/proc/self/smaps").read_text()
print(next(line for line in maps.splitlines() if line.endswith(sys.argv[1])).split()[1])
"""


def test_the_file_is_mapped_read_only_into_memory(kind: str, many: Vectors, tmp_path: Path) -> None:
    store.write(store.make(many), tmp_path / "x")
    run = subprocess.run(
        [sys.executable, "-c", _MAPPED, str(tmp_path / "x")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.strip().startswith("r-")


def test_a_search_gives_the_nearest_first_and_not_endlessly_many(kind: str, many: Vectors) -> None:
    index = store.make(many)
    cosines, rows = store.search(index, many[7])
    assert rows[0] == 7
    assert len(rows) == (3_000 if kind == "flat" else 160)
    assert np.allclose(cosines, many[rows] @ many[7], atol=1e-5)
    assert (np.diff(cosines) <= 0).all()


def test_a_large_index_answers_like_a_flat_one(
    small_guide: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(small_guide, tmp_path / "flat", encoder)
    monkeypatch.setattr(store, "FLAT_UP_TO", 5)
    built = build(small_guide, tmp_path / "graph", encoder)
    assert store.is_graph(Index.load(tmp_path / "graph", encoder.fingerprint).vectors)
    flat, graph = (Searcher.load(tmp_path / name, encoder) for name in ("flat", "graph"))
    for question in ("how often do I water the fern?", "does it like sun?", "xyzzy"):
        assert flat.search(question).as_json() == graph.search(question).as_json()
    again = build(small_guide, tmp_path / "graph", encoder)
    assert (again.encoded, again.generation) == (0, built.generation)


def test_rows_that_were_not_found_count_like_the_farthest_found(
    small_guide: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_MOST_OF_FLAT", 3)
    build(small_guide, tmp_path / "index", encoder)
    index = Index.load(tmp_path / "index", encoder.fingerprint)
    similarities = index.similarities(encoder.encode(["Ferns like shade."])[0])
    assert similarities.max() == pytest.approx(1.0, abs=1e-3)
    assert (similarities == similarities.min()).sum() == len(similarities) - 2
