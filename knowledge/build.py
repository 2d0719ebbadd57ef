"""Build the index of a guide: read, chunk, encode, write, put into service.

Vectors come from the exported encoder, which gives those of sentence-transformers (checked at the
export) and starts in a second instead of fifteen. The same guide always gives the same index. An
error, a full disk or a kill leaves the index that was in service untouched.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge import index as layout
from knowledge import vectors as store
from knowledge.abstain import pulls
from knowledge.authored import answered_questions, declined_questions
from knowledge.chunks import Passage, passages
from knowledge.documents import Document
from knowledge.encoder import Encoder, Vectors
from knowledge.index import IndexUnusableError, read_manifest
from knowledge.intake import Guide, Progress, read_guide, silent
from knowledge.lexical import Lexicon
from knowledge.publish import publish
from knowledge.question import Topic
from knowledge.reuse import Hashes, encode, hashes
from knowledge.rows import ANSWERED, Kind, Row, rows
from knowledge.spelling import Spelling
from knowledge.words import content_stems, tokens


@dataclass(frozen=True)
class _Contents:
    """Everything that an index holds."""

    guide: Guide
    chunks: list[Passage]
    rows: list[Row]
    hashes: Hashes
    vectors: Vectors
    lexicon: Lexicon
    vocabulary: list[str]


@dataclass(frozen=True)
class Built:
    """What a build has put into service."""

    generation: str
    guide: Guide
    passages: int
    vectors: int
    encoded: int
    """Texts that were encoded; the vectors of all others were taken over."""


def build(
    guide: Path,
    folder: Path,
    encoder: Encoder,
    strict: bool = False,
    progress: Progress = silent,
) -> Built:
    """Build the index of the documents in `guide` and put it into service in `folder`.

    Raises `GuideError` or `DataError` (one line each) for a guide that cannot be indexed, `OSError`
    when the index cannot be written. With `strict` every document must be readable.
    """
    read = read_guide(guide, _files_in_service(folder), strict, progress)
    return build_from(read, folder, encoder, progress, folder)


def build_from(
    read: Guide, folder: Path, encoder: Encoder, progress: Progress, known: Path
) -> Built:
    """Build the index of a guide that has been read; vectors of the index in `known` are reused."""
    documents = list(read.documents.values())
    chunks = [passage for document in documents for passage in passages(document)]
    topic_words = sorted({word for document in documents for word in document.topic})
    topic = Topic(topic_words)
    questions = answered_questions(read.folder, chunks)
    declined = [question for _, question in declined_questions(read.folder)]
    everything = rows(chunks, questions, declined)
    vocabulary = sorted(
        {
            word
            for text in (*(row.text for row in everything), *topic_words)
            for word in tokens(text)
        }
    )
    spelling = Spelling(vocabulary)
    faded = [topic.fade(_as_asked(row, spelling)) for row in everything]
    vectors, encoded = encode(faded, encoder, known, progress)
    contents = _Contents(
        guide=read,
        chunks=chunks,
        rows=everything,
        hashes=hashes(faded),
        vectors=vectors,
        lexicon=_lexicon(chunks, questions, topic),
        vocabulary=vocabulary,
    )
    progress("writing", 0, 1)
    manifest = {
        "format": layout.FORMAT,
        "guide": os.path.relpath(read.folder.resolve(), folder.resolve()),
        "encoder": encoder.fingerprint,
        "topic": topic_words,
        "documents": [
            {
                "file": document.file,
                "slug": document.slug,
                "version": document.version,
                "sha256": document.sha256,
            }
            for document in documents
        ],
    }
    generation = publish(folder, lambda fresh: _write(fresh, contents), manifest)
    return Built(generation, read, len(chunks), len(everything), encoded)


def _as_asked(row: Row, spelling: Spelling) -> str:
    """A row's text; a question as `ranking` reads the same one from a patient, word by word."""
    if row.kind in (Kind.PASSAGE, Kind.SENTENCE):
        return row.text
    return " ".join(spelling.correct(tokens(row.text))) or row.text


def _files_in_service(folder: Path) -> set[str]:
    """The files whose documents the index in service holds."""
    try:
        documents = read_manifest(folder).get("documents") or []
    except IndexUnusableError:
        return set()
    return {str(document.get("file")) for document in documents}


def _lexicon(chunks: list[Passage], questions: list[tuple[int, str]], topic: Topic) -> Lexicon:
    """BM25 over heading, text and authored questions of each passage (document expansion)."""
    texts = [f"{chunk.section} {chunk.text}" for chunk in chunks]
    for number, question in questions:
        texts[number] += f" {question}"
    return Lexicon.build([content_stems(tokens(topic.fade(text))) for text in texts])


def _write(folder: Path, contents: _Contents) -> None:
    store.write(store.make(contents.vectors), folder / layout.VECTORS)
    np.save(folder / layout.HASHES, contents.hashes, allow_pickle=False)
    kinds = np.array([row.kind for row in contents.rows], dtype=np.int8)
    _write_arrays(
        folder / layout.ROWS,
        {
            "passage": np.array([row.passage for row in contents.rows], dtype=np.int32),
            "kind": kinds,
            "pull": pulls(contents.vectors, np.isin(kinds, ANSWERED), kinds == Kind.DECLINED),
        },
    )
    _write_arrays(folder / layout.LEXICON, contents.lexicon.arrays())
    _write_lines(folder / layout.PASSAGES, [asdict(chunk) for chunk in contents.chunks])
    entries = [_entry(document) for document in contents.guide.documents.values()]
    _write_lines(folder / layout.DOCUMENTS, entries)
    (folder / layout.VOCABULARY).write_text(json.dumps(contents.vocabulary), encoding="utf-8")


def _write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _entry(document: Document) -> dict[str, str]:
    return {
        "file": document.file,
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
