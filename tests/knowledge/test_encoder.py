"""Runs in both Pythons: the dialogue process uses the encoder too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import DIMENSIONS, RETRIEVAL, Encoder, EncoderMissingError


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(["redness", "", "😟 что", "word " * 30_000])
    assert vectors.shape == (4, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_vector_does_not_depend_on_the_others(encoder: Encoder) -> None:
    alone = encoder.encode(["hives"])[0]
    together = encoder.encode(["a much longer text about something else", "hives"])[1]
    assert np.allclose(alone, together, atol=1e-6)


def test_rows_keep_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = ["a long text about needles and skin", "hives", "red", "another long text", "welts"]
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.allclose(encoder.encode(texts), alone, atol=1e-6)
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_meaning_decides(encoder: Encoder) -> None:
    ask, same, other = encoder.encode(
        ["how long will I be red", "duration of redness", "what does a car cost"]
    )
    assert ask @ same > 0.5 > ask @ other


def test_known_numbers(encoder: Encoder) -> None:
    """The first numbers that sentence-transformers gives for this text with the adapted layers."""
    expected = [-0.0234, 0.0384, 0.0396]
    assert np.allclose(encoder.encode(["hello"])[0, :3], expected, atol=1e-3)


def test_the_token_vectors_of_both_ends(encoder: Encoder) -> None:
    texts = ["my lips are swollen", "", "red"]
    for text in texts:
        [(retrieval, offsets)] = encoder.token_vectors([text], RETRIEVAL)
        [(reading, same)] = encoder.token_vectors([text])
        assert retrieval.shape == reading.shape == (len(offsets), DIMENSIONS)
        assert offsets == same
        mean = retrieval.mean(axis=0)
        [vector] = encoder.encode([text])
        assert np.allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)
        assert not np.allclose(retrieval, reading, atol=0.1)
        assert [text[a:b] for a, b in offsets[1:-1]] == text.split()


def test_no_encoder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match=r"python -m knowledge\.export"):
        Encoder.load(tmp_path)


def test_the_dialogue_process_needs_neither_faiss_nor_torch() -> None:
    code = (
        "import sys, knowledge.encoder; "
        "print(sorted({'faiss', 'torch', 'sklearn', 'markdown_it'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"
