"""The sentence encoder: all-MiniLM-L6-v2 as ONNX, run with ONNX Runtime and tokenizers.

`python -m knowledge.export` writes the model once; this module only needs NumPy, ONNX Runtime and
tokenizers, so that the dialogue process (Python 3.10, no torch) can use it too. Vectors are those
of sentence-transformers: mean of the token vectors, scaled to length 1 (Reimers and Gurevych,
Sentence-BERT, EMNLP 2019). The model's top layers are there twice (`adapter.py`): as they have
learnt to bring questions and passages together, and, for the reader of messages alone, as they have
learnt how patients write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

FOLDER = Path(__file__).resolve().parents[1] / ".build" / "encoder"
SETTINGS = "encoder.json"
MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"

DIMENSIONS = 384

#: Longer texts are cut before they are tokenized; the model itself reads 256 tokens.
MOST_CHARACTERS = 4_000

_TOGETHER = 16

Vectors = npt.NDArray[np.float32]

#: For each token of a text: its first character and the one after its last; (0, 0) for the two
#: that stand for the text's beginning and end.
Offsets = tuple[tuple[int, int], ...]


#: The ends of the model: token vectors to search with, whose mean is the vector of the text, and to
#: read with. Each end runs alone.
RETRIEVAL, READING = "retrieval", "reading"


class EncoderMissingError(RuntimeError):
    """There is no exported encoder where one was looked for."""


class Encoder:
    """Turns texts into unit vectors.

    Safe to share between threads. Load it with `Encoder.load()`.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        if "reading" not in settings:
            raise EncoderMissingError(
                f"{folder}: an encoder of an older version; run `python -m knowledge.export`"
            )
        self.fingerprint: str = settings["fingerprint"]
        """Names all that decides a vector; vectors of two fingerprints do not compare."""
        self.reading_fingerprint: str = settings["reading"]
        """The same for token vectors to read with."""
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        # The file's own setting pads every text to 128 tokens, which costs ten times the time.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=settings["max_tokens"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._run_options = onnxruntime.RunOptions()
        self._run_options.only_execute_path_to_fetches = True  # else every end is computed
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL), options, providers=["CPUExecutionProvider"]
        )
        # A batch is small: two side by side take half the time, two threads in one hardly less.
        self._workers = ThreadPoolExecutor(threads, "encoder") if threads > 1 else None

    @classmethod
    def load(cls, folder: Path = FOLDER, threads: int = 1) -> Encoder:
        """Load an exported encoder that runs as many batches at once as it has `threads`.

        Raises `EncoderMissingError` with what to do.
        """
        missing = [name for name in (SETTINGS, MODEL, TOKENIZER) if not (folder / name).is_file()]
        if missing:
            raise EncoderMissingError(
                f"{folder}: no encoder there ({', '.join(missing)} missing); "
                "run `python -m knowledge.export`"
            )
        return cls(folder, threads)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of 384 numbers and length 1 per text.

        Texts of the same number of tokens run together: twice as fast as one by one, and without
        padding, so that the others change a vector by no more than rounding (1e-7).
        """
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for rows, states in self._run(self.tokens(texts), RETRIEVAL):
            mean: Vectors = states.mean(axis=1)
            lengths: Vectors = np.linalg.norm(mean, axis=1, keepdims=True)
            vectors[rows] = mean / np.maximum(lengths, np.float32(1e-12))
        return vectors

    def token_vectors(
        self, texts: Sequence[str], end: str = READING
    ) -> list[tuple[Vectors, Offsets]]:
        """The vectors of each text's tokens (tokens by 384), and where each stands in it."""
        tokens = self.tokens(texts)
        vectors: dict[int, Vectors] = {}
        for rows, states in self._run(tokens, end):
            vectors.update(zip(rows, states, strict=True))
        return [(vectors[row], tokens[row][1]) for row in range(len(texts))]

    def tokens(self, texts: Sequence[str]) -> list[tuple[list[int], Offsets]]:
        """For each text the numbers of its tokens, and where they stand."""
        encodings = (self._tokenizer.encode(text[:MOST_CHARACTERS]) for text in texts)
        return [(encoding.ids, tuple(encoding.offsets)) for encoding in encodings]

    def _run(
        self, tokens: Sequence[tuple[list[int], Offsets]], end: str
    ) -> Iterator[tuple[list[int], Vectors]]:
        """Batches of texts of one length: their rows, and what comes out of an end."""

        def states(rows: list[int]) -> tuple[list[int], Vectors]:
            ids = np.array([tokens[row][0] for row in rows], dtype=np.int64)
            inputs = {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            }
            [result] = self._session.run([end], inputs, self._run_options)
            return rows, result

        batches = equally_long([len(ids) for ids, _ in tokens])
        return self._workers.map(states, batches) if self._workers else map(states, batches)


def equally_long(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The rows in batches of one length: twice as fast as one by one, and nothing is filled up."""
    by_length = sorted(range(len(lengths)), key=lambda row: lengths[row])
    for _, same_length in groupby(by_length, key=lambda row: lengths[row]):
        same = list(same_length)
        for start in range(0, len(same), _TOGETHER):
            yield same[start : start + _TOGETHER]
