"""The sentence encoder: all-MiniLM-L6-v2 as ONNX, run with ONNX Runtime and tokenizers.

`python -m knowledge.export` writes the model once; this module only needs NumPy, ONNX Runtime and
tokenizers, so that the dialogue process (Python 3.10, no torch) can use it too. Vectors are those
of sentence-transformers: mean of the token vectors, scaled to length 1 (Reimers and Gurevych,
Sentence-BERT, EMNLP 2019).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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


class EncoderMissingError(RuntimeError):
    """There is no exported encoder where one was looked for."""


class Encoder:
    """Turns texts into unit vectors.

    Safe to share between threads. Load it with `Encoder.load()`.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        self.fingerprint: str = settings["fingerprint"]
        """Names weights, tokenizer and pooling; vectors of two fingerprints do not compare."""
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        # The file's own setting pads every text to 128 tokens, which costs ten times the time.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=settings["max_tokens"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL), options, providers=["CPUExecutionProvider"]
        )

    @classmethod
    def load(cls, folder: Path = FOLDER, threads: int = 1) -> Encoder:
        """Load an exported encoder. Raises `EncoderMissingError` with what to do."""
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
        for rows, hidden, _ in self._hidden(texts):
            mean: Vectors = hidden.mean(axis=1)
            lengths: Vectors = np.linalg.norm(mean, axis=1, keepdims=True)
            vectors[rows] = mean / np.maximum(lengths, np.float32(1e-12))
        return vectors

    def states(self, texts: Sequence[str]) -> list[tuple[Vectors, Offsets]]:
        """For each text one row of 384 numbers per token, as the model leaves them, and where each
        token stands in the text.
        """
        states: list[tuple[Vectors, Offsets]] = [(np.empty((0, 0), np.float32), ())] * len(texts)
        for rows, hidden, offsets in self._hidden(texts):
            for row, vectors, places in zip(rows, hidden, offsets, strict=True):
                states[row] = vectors, places
        return states

    def _hidden(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors, list[Offsets]]]:
        """Batches of texts of one length: their rows, the model's last layer, and offsets."""
        encodings = [self._tokenizer.encode(text[:MOST_CHARACTERS]) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda row: len(encodings[row].ids))
        for _, same_length in groupby(by_length, key=lambda row: len(encodings[row].ids)):
            same = list(same_length)
            for start in range(0, len(same), _TOGETHER):
                rows = same[start : start + _TOGETHER]
                ids = np.array([encodings[row].ids for row in rows], dtype=np.int64)
                inputs = {
                    "input_ids": ids,
                    "attention_mask": np.ones_like(ids),
                    "token_type_ids": np.zeros_like(ids),
                }
                hidden: Vectors = self._session.run(["hidden"], inputs)[0]
                yield rows, hidden, [tuple(encodings[row].offsets) for row in rows]
