"""`python -m bench.vectors`: how fast, how large and how exact the search for vectors is.

For each size an index is made and written as a build does it (`knowledge.vectors`), then read in a
process of its own, which asks one question at a time on one core. Recall@5 is the share of the five
truly nearest vectors (exact search) that are the first five found. A search asks for as many
neighbours as the ranking of passages does.

The vectors are random, but spread as those of sentences are: in a few dimensions of meaning, in
overlapping clusters, topics, in them passages, around each passage its sentences and questions.
Questions are drawn near passages like one more of their questions.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np

from knowledge import vectors as store
from knowledge.encoder import DIMENSIONS, Vectors

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS = 500
NEAREST = 5

#: What a size must reach: milliseconds (p50), recall.
WANTED = {100_000: (2.0, 0.98)}

#: Vectors of a passage, passages of a topic, dimensions of meaning, and what is mere noise.
_PER_PASSAGE, _PER_TOPIC = 20, 25
_MEANING = 48
_NOISE = 0.4


@dataclass(frozen=True)
class Figures:
    """What was measured at one size."""

    vectors: int
    kind: str
    built_s: float
    loaded_ms: float
    p50_ms: float
    p95_ms: float
    recall: float
    own_mb: float
    """Memory that the searching process has for itself because of the index."""
    shared_mb: float
    """Pages of the index's file that it has mapped and that all processes share."""


def clustered(count: int, seed: int = 0) -> tuple[Vectors, Vectors]:
    """`count` unit vectors in clusters of clusters, and questions drawn from the same ones."""
    rng = np.random.default_rng(seed)

    def drawn(rows: int) -> Vectors:
        return rng.standard_normal((rows, _MEANING), dtype=np.float32)

    passages = -(-count // _PER_PASSAGE)
    topics = drawn(-(-passages // _PER_TOPIC))
    centres = topics[rng.integers(len(topics), size=passages)] + drawn(passages)
    spread = rng.standard_normal((_MEANING, DIMENSIONS), dtype=np.float32)
    vectors = np.empty((count, DIMENSIONS), dtype=np.float32)
    for start in range(0, count, 100_000):
        end = min(start + 100_000, count)
        texts = centres[np.arange(start, end) // _PER_PASSAGE] + drawn(end - start)
        vectors[start:end] = _noisy(_unit(texts @ spread), rng)
    asked = centres[rng.integers(passages, size=QUESTIONS)] + drawn(QUESTIONS)
    return vectors, _noisy(_unit(asked @ spread), rng)


def _noisy(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    noise = rng.standard_normal(vectors.shape, dtype=np.float32)
    return _unit(vectors + noise * np.float32(_NOISE / np.sqrt(DIMENSIONS)))


def _unit(vectors: Vectors) -> Vectors:
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def measure(count: int, folder: Path) -> Figures:
    """Make an index of `count` vectors in `folder` and measure searching it."""
    vectors, questions = clustered(count)
    began = time.perf_counter()
    index = store.make(vectors)
    store.write(index, folder / "vectors.faiss")
    built = time.perf_counter() - began
    exact = faiss.IndexFlatIP(DIMENSIONS)
    exact.add(vectors)
    np.save(folder / "nearest.npy", exact.search(questions, NEAREST)[1])
    np.save(folder / "questions.npy", questions)
    del vectors, index, exact
    command = [sys.executable, "-m", "bench.vectors", "--search", str(folder)]
    searched = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return Figures(vectors=count, built_s=built, **searched)


def search(folder: Path) -> dict[str, float | str]:
    """Ask every question once, one by one, on one core."""
    faiss.omp_set_num_threads(1)
    questions, nearest = np.load(folder / "questions.npy"), np.load(folder / "nearest.npy")
    before = _memory()
    began = time.perf_counter()
    index = store.read(folder / "vectors.faiss")
    loaded = time.perf_counter() - began
    for question in questions:  # what follows finds the pages in memory, as in service
        store.search(index, question)
    times, right = [], 0
    for question, expected in zip(questions, nearest, strict=True):
        began = time.perf_counter()
        _, found = store.search(index, question)
        times.append((time.perf_counter() - began) * 1000)
        right += len(set(found[:NEAREST].tolist()) & set(expected.tolist()))
    after = _memory()
    return {
        "kind": "HNSW" if store.is_graph(index) else "Flat",
        "loaded_ms": loaded * 1000,
        "p50_ms": float(np.median(times)),
        "p95_ms": float(np.quantile(times, 0.95)),
        "recall": right / nearest.size,
        "own_mb": after["own"] - before["own"],
        "shared_mb": after["shared"] - before["shared"],
    }


def _memory() -> dict[str, float]:
    """Megabytes of this process: its own, and of files that it has mapped (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {
        "own": int(fields["RssAnon"].split()[0]) / 1024,
        "shared": int(fields["RssFile"].split()[0]) / 1024,
    }


def reached(figures: Figures) -> bool:
    """Whether a size is as fast and as exact as it must be."""
    milliseconds, recall = WANTED.get(figures.vectors, (float("inf"), 0.0))
    return figures.p50_ms < milliseconds and figures.recall >= recall


def main() -> int:
    """Measure the sizes asked for and print a table; 1 if one is not what it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench.vectors", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--search", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        print(json.dumps(search(options.search)))
        return 0
    print(f"{'vectors':>9}  {'index':6} {'built':>7} {'load':>7} {'p50':>8} {'p95':>8} "
          f"{'recall@5':>8} {'own':>7} {'shared':>8}")  # fmt: skip
    missed = False
    for count in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(count, Path(folder))
        missed |= not reached(figures)
        print(
            "{vectors:>9,}  {kind:6} {built_s:>5.0f} s {loaded_ms:>4.0f} ms {p50_ms:>5.2f} ms "
            "{p95_ms:>5.2f} ms {recall:>8.4f} {own_mb:>4.0f} MB {shared_mb:>5.0f} MB".format(
                **asdict(figures)
            ),
            "" if reached(figures) else "MISSED",
            flush=True,
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
