"""Build the index of a guide: read, chunk, encode, write, put into service.

Vectors come from the exported encoder, which gives those of sentence-transformers (checked at the
export) and starts in a second instead of fifteen. The same guide always gives the same index. An
error, a full disk or a kill leaves the index that was in service untouched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.abstain import pulls
from knowledge.authored import answered_questions, declined_questions
from knowledge.chunks import Passage, passages, sentences
from knowledge.documents import Document, read_guide
from knowledge.encoder import DIMENSIONS, Encoder, Vectors
from knowledge.index import FORMAT, MANIFEST, IndexUnusableError, Kind, read_manifest
from knowledge.lexical import Lexicon
from knowledge.question import Topic
from knowledge.words import content_stems, tokens

_HOUR = 3600.0


@dataclass(frozen=True)
class _Row:
    """One vector to be: its text, what it stands for, and its passage (-1 for none)."""

    text: str
    kind: Kind
    passage: int


@dataclass(frozen=True)
class _Contents:
    """Everything that an index holds."""

    documents: list[Document]
    chunks: list[Passage]
    rows: list[_Row]
    vectors: Vectors
    lexicon: Lexicon
    vocabulary: list[str]


@dataclass(frozen=True)
class Built:
    """What a build has put into service."""

    generation: str
    documents: tuple[Document, ...]
    passages: int
    vectors: int


def build(guide: Path, folder: Path, encoder: Encoder) -> Built:
    """Build the index of the documents in `guide` and put it into service in `folder`.

    Raises `GuideError` or `DataError` (one line each) for a guide that cannot be indexed, `OSError`
    when the index cannot be written.
    """
    documents = read_guide(guide)
    chunks = [passage for document in documents for passage in passages(document)]
    topic_words = sorted({word for document in documents for word in document.topic})
    topic = Topic(topic_words)
    questions = answered_questions(guide, chunks)
    declined = [question for _, question in declined_questions(guide)]
    rows = _rows(chunks, questions, declined)
    texts = [row.text for row in rows] + topic_words
    contents = _Contents(
        documents=documents,
        chunks=chunks,
        rows=rows,
        vectors=encoder.encode([topic.fade(row.text) for row in rows]),
        lexicon=_lexicon(chunks, questions, topic),
        vocabulary=sorted({word for text in texts for word in tokens(text)}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=folder))
    try:
        _write(fresh, contents)
        generation = _content_hash(fresh)
        manifest = {
            "format": FORMAT,
            "encoder": encoder.fingerprint,
            "generation": generation,
            "topic": topic_words,
            "documents": [
                {"slug": document.slug, "version": document.version, "sha256": document.sha256}
                for document in documents
            ],
        }
        _put_into_service(fresh, folder, manifest)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Built(generation, tuple(documents), len(chunks), len(rows))


def _rows(
    chunks: list[Passage], questions: list[tuple[int, str]], declined: list[str]
) -> list[_Row]:
    """Everything that gets a vector. A passage without authored questions stands for itself."""
    rows = [
        _Row(f"{chunk.section}. {chunk.text}", Kind.PASSAGE, n) for n, chunk in enumerate(chunks)
    ]
    pieces = [
        _Row(sentence, Kind.SENTENCE, number)
        for number, chunk in enumerate(chunks)
        for sentence in sentences(chunk)
    ]
    asked = [_Row(question, Kind.QUESTION, number) for number, question in questions]
    with_questions = {number for number, _ in questions}
    asked += [
        _Row(piece.text, Kind.QUESTION, piece.passage)
        for piece in pieces
        if piece.passage not in with_questions
    ]
    return rows + pieces + asked + [_Row(question, Kind.DECLINED, -1) for question in declined]


def _lexicon(chunks: list[Passage], questions: list[tuple[int, str]], topic: Topic) -> Lexicon:
    """BM25 over heading, text and authored questions of each passage (document expansion)."""
    texts = [f"{chunk.section} {chunk.text}" for chunk in chunks]
    for number, question in questions:
        texts[number] += f" {question}"
    return Lexicon.build([content_stems(tokens(topic.fade(text))) for text in texts])


def _write(folder: Path, contents: _Contents) -> None:
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(contents.vectors)
    faiss.write_index(flat, str(folder / "vectors.faiss"))
    kinds = np.array([row.kind for row in contents.rows], dtype=np.int8)
    _write_arrays(
        folder / "rows.npz",
        {
            "passage": np.array([row.passage for row in contents.rows], dtype=np.int32),
            "kind": kinds,
            "pull": pulls(contents.vectors, kinds == Kind.QUESTION, kinds == Kind.DECLINED),
        },
    )
    _write_arrays(folder / "bm25.npz", contents.lexicon.arrays())
    _write_lines(folder / "passages.jsonl", [asdict(chunk) for chunk in contents.chunks])
    _write_lines(folder / "documents.jsonl", [_entry(document) for document in contents.documents])
    (folder / "vocabulary.json").write_text(json.dumps(contents.vocabulary), encoding="utf-8")


def _write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _entry(document: Document) -> dict[str, str]:
    return {
        "slug": document.slug,
        "title": document.title,
        "version": document.version,
        "source": document.source,
        "url": document.url,
        "sha256": document.sha256,
        "text": document.text,
    }


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _put_into_service(fresh: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Name the generation, then point the manifest at it in one step.

    The generation before stays for processes that are just opening it; older ones go, and so does
    what a killed build left behind.
    """
    target = folder / manifest["generation"]
    if target.exists() and _content_hash(target) != manifest["generation"]:
        shutil.rmtree(target)
    if not target.exists():
        fresh.chmod(0o755)
        fresh.rename(target)
    kept = {target.name, _generation_in_service(folder)}
    handle, name = tempfile.mkstemp(prefix=".manifest-", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    os.replace(name, folder / MANIFEST)
    for path in folder.iterdir():
        left_over = path.name.startswith(".") and time.time() - path.stat().st_mtime > _HOUR
        if path.is_dir() and (left_over or not path.name.startswith((".", *kept))):
            shutil.rmtree(path, ignore_errors=True)


def _generation_in_service(folder: Path) -> str:
    try:
        return str(read_manifest(folder).get("generation"))
    except IndexUnusableError:
        return ""
