"""Vectors that the index in service already has are not computed again.

A text is known by its hash, and only an index of the same encoder and format is taken over, whose
files are what they were when they were written. The encoder gives every text the same vector
whatever is encoded beside it, so an index that was built piece by piece is the same, byte for byte,
as one that was built at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge import vectors as store
from knowledge.encoder import DIMENSIONS, Encoder, Vectors
from knowledge.index import FORMAT, HASHES, VECTORS, IndexUnusableError, read_manifest
from knowledge.publish import content_hash

#: Texts that are encoded between two reports of progress.
_TOGETHER = 256

Hashes = npt.NDArray[np.uint8]


def hashes(texts: Sequence[str]) -> Hashes:
    """A hash of 16 bytes for every text, one row each."""
    digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(texts), 16)


def encode(
    texts: Sequence[str],
    encoder: Encoder,
    folder: Path,
    progress: Callable[[str, int, int], None],
) -> tuple[Vectors, int]:
    """The vector of each text, and how many texts had to be encoded.

    What the index in service in `folder` knows is taken from there; each other text is encoded
    once, however often it occurs.
    """
    known = _known(folder, encoder.fingerprint)
    keys = [row.tobytes() for row in hashes(texts)]
    new = list(
        {key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items()
    )
    # Texts of a length are encoded together, so the short ones go first.
    new.sort(key=lambda item: (len(item[1]), item[0]))
    for start in range(0, len(new), _TOGETHER):
        progress("encoding", start, len(new))
        some = new[start : start + _TOGETHER]
        encoded = encoder.encode([text for _, text in some])
        known.update(zip((key for key, _ in some), encoded, strict=True))
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for row, key in enumerate(keys):
        vectors[row] = known[key]
    return vectors, len(new)


def _known(folder: Path, fingerprint: str) -> dict[bytes, Vectors]:
    """Vector by hash of its text, from the index in service; empty when it cannot be used."""
    try:
        manifest = read_manifest(folder)
        if (manifest.get("format"), manifest.get("encoder")) != (FORMAT, fingerprint):
            return {}
        generation = folder / str(manifest["generation"])
        if content_hash(generation) != generation.name:
            return {}
        rows = np.load(generation / HASHES, allow_pickle=False)
        vectors = store.everything(store.read(generation / VECTORS))
    except (IndexUnusableError, OSError, RuntimeError, ValueError, KeyError):
        return {}
    return {row.tobytes(): vector for row, vector in zip(rows, vectors, strict=True)}
