"""The index of a guide on disk: written whole or not at all, loaded read-only.

    INDEX/manifest.json          format, encoder, documents, the guide's folder (relative to INDEX),
                                 and the name of the generation
    INDEX/<generation>/          named by the hash of its content, never changed once written
        vectors.faiss            all vectors (`knowledge.vectors`), memory-mapped
        hashes.npy               of the text of each vector, so that it is not encoded again
        rows.npz                 for each vector: its passage, its kind, its pull
        bm25.npz                 word weights (`knowledge.lexical`)
        passages.jsonl           passages in reading order
        documents.jsonl          cleaned texts, which the offsets of passages count in
        vocabulary.json          words of guide and questions, for spelling

A new generation is written beside the old one; replacing `manifest.json`, one atomic step, puts
it into service.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge import vectors as store
from knowledge.chunks import Passage
from knowledge.encoder import Vectors
from knowledge.lexical import Lexicon
from knowledge.rows import Kind

FOLDER = Path(__file__).resolve().parents[1] / ".build" / "index"
FORMAT = 3

MANIFEST = "manifest.json"
VECTORS = "vectors.faiss"
HASHES = "hashes.npy"
ROWS = "rows.npz"
LEXICON = "bm25.npz"
PASSAGES = "passages.jsonl"
DOCUMENTS = "documents.jsonl"
VOCABULARY = "vocabulary.json"

Floats = npt.NDArray[np.float32]


class IndexUnusableError(RuntimeError):
    """There is no index, or it does not fit this program; the message says what to do."""


@dataclass(frozen=True)
class DocumentEntry:
    """A document as the index keeps it."""

    file: str
    """Its file inside the guide's folder."""
    slug: str
    title: str
    version: str
    source: str
    url: str
    sha256: str
    text: str


@dataclass(frozen=True)
class Index:
    """A loaded index; nothing in it changes."""

    generation: str
    encoder: str
    documents: tuple[DocumentEntry, ...]
    passages: tuple[Passage, ...]
    topic: tuple[str, ...]
    vocabulary: tuple[str, ...]
    lexicon: Lexicon
    vectors: Any
    """A FAISS index of all vectors."""
    row_passage: npt.NDArray[np.int32]
    row_kind: npt.NDArray[np.int8]
    row_pull: Floats
    """How strongly nearness to this vector speaks for (or against) an answer in the guide."""

    @classmethod
    def load(cls, folder: Path, encoder: str) -> Index:
        """Load the index in service; `encoder` is the fingerprint of the encoder in use.

        Raises `IndexUnusableError` for no index, another format, another encoder or a broken file.
        """
        manifest = read_manifest(folder)
        if manifest.get("format") != FORMAT:
            raise IndexUnusableError(
                f"{folder}: index of format {manifest.get('format')}, this program reads {FORMAT}; "
                "build it again with `python -m knowledge build`"
            )
        if manifest["encoder"] != encoder:
            raise IndexUnusableError(
                f"{folder}: index made with encoder {manifest['encoder']}, in use is {encoder}; "
                "build it again with `python -m knowledge build`"
            )
        try:
            return cls._read(folder / manifest["generation"], manifest)
        except (OSError, RuntimeError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise IndexUnusableError(
                f"{folder}: index cannot be read ({error}); "
                "build it again with `python -m knowledge build`"
            ) from error

    @classmethod
    def _read(cls, folder: Path, manifest: dict[str, Any]) -> Index:
        vectors = store.read(folder / VECTORS)
        with np.load(folder / ROWS, allow_pickle=False) as rows:
            row_passage, row_kind, row_pull = rows["passage"], rows["kind"], rows["pull"]
        with np.load(folder / LEXICON, allow_pickle=False) as arrays:
            lexicon = Lexicon.from_arrays(arrays)
        return cls(
            generation=manifest["generation"],
            encoder=manifest["encoder"],
            documents=_documents(folder),
            passages=_passages(folder),
            topic=tuple(manifest["topic"]),
            vocabulary=tuple(json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))),
            lexicon=lexicon,
            vectors=vectors,
            row_passage=row_passage,
            row_kind=row_kind,
            row_pull=row_pull,
        )

    @cached_property
    def authored(self) -> npt.NDArray[np.bool_]:
        """For each passage whether somebody has written questions that it answers."""
        having = self.row_passage[self.row_kind == Kind.QUESTION]
        return np.isin(np.arange(len(self.passages)), having)

    @cached_property
    def declines(self) -> bool:
        """Whether there are questions that the guide is known not to answer."""
        return bool((self.row_kind == Kind.DECLINED).any())

    def similarities(self, vector: Vectors) -> Floats:
        """Cosine of a unit vector with every row; rows beyond the nearest share the lowest."""
        nearest, rows = store.search(self.vectors, vector)
        lowest = nearest[-1] if len(nearest) else -1.0
        result: Floats = np.full(len(self.row_kind), lowest, dtype=np.float32)
        result[rows] = nearest
        return result

    def best(self, similarities: Floats, kind: Kind) -> Floats:
        """For each passage the similarity of its nearest row of one kind (-1 without any)."""
        rows = self.row_kind == kind
        best: Floats = np.full(len(self.passages), -1.0, dtype=np.float32)
        np.maximum.at(best, self.row_passage[rows], similarities[rows])
        return best


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the index in service. Raises `IndexUnusableError`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise IndexUnusableError(
            f"{folder}: no index there; build it with `python -m knowledge build`"
        ) from error
    except ValueError as error:
        raise IndexUnusableError(
            f"{folder / MANIFEST}: not JSON; build the index again with `python -m knowledge build`"
        ) from error
    if not isinstance(manifest, dict):
        raise IndexUnusableError(f"{folder / MANIFEST}: not a manifest of an index")
    return manifest


def read_texts(folder: Path) -> tuple[tuple[DocumentEntry, ...], tuple[Passage, ...]]:
    """Documents and passages of the index in service, without its vectors.

    Raises `IndexUnusableError`.
    """
    generation = folder / str(read_manifest(folder).get("generation"))
    try:
        return _documents(generation), _passages(generation)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnusableError(f"{folder}: index cannot be read ({error})") from error


def _documents(generation: Path) -> tuple[DocumentEntry, ...]:
    return tuple(DocumentEntry(**row) for row in _lines(generation / DOCUMENTS))


def _passages(generation: Path) -> tuple[Passage, ...]:
    rows = _lines(generation / PASSAGES)
    return tuple(Passage(**{**row, "facts": tuple(row["facts"])}) for row in rows)


def _lines(path: Path) -> list[dict[str, Any]]:
    # Not splitlines(): it would also split at characters that may stand inside a text.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
