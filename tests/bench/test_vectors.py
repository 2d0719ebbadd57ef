from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.vectors import clustered, measure, reached
from knowledge import vectors as store


def test_vectors_have_unit_length_and_are_the_same_every_time() -> None:
    vectors, questions = clustered(1_000)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    again, asked = clustered(1_000)
    assert np.array_equal(vectors, again)
    assert np.array_equal(questions, asked)


def test_vectors_are_clustered_like_those_of_sentences() -> None:
    vectors, _ = clustered(1_000)
    cosines = vectors @ vectors.T
    same_passage, other = cosines[0, 1:20].mean(), cosines[0, 500:].mean()
    assert 0.5 < same_passage < 0.9
    assert same_passage > other + 0.1


@pytest.mark.parametrize("flat_up_to", [20_000, 100])
def test_a_size_is_measured_and_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flat_up_to: int
) -> None:
    monkeypatch.setattr(store, "FLAT_UP_TO", flat_up_to)
    figures = measure(2_000, tmp_path)
    assert figures.kind.startswith("Flat" if flat_up_to > 2_000 else "HNSW")
    assert 0.95 <= figures.recall <= 1.0
    assert 0.0 < figures.p50_ms <= figures.p95_ms
    assert reached(figures), "there is nothing to reach at this size"
    assert reached(replace(figures, vectors=100_000, p50_ms=1.9, recall=0.98))
    assert not reached(replace(figures, vectors=100_000, p50_ms=1.9, recall=0.97))
    assert not reached(replace(figures, vectors=100_000, p50_ms=2.0, recall=0.99))
