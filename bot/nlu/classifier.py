"""A small classifier: which of a few labels a text has, where no template lists all the ways.

A linear model (multinomial logistic regression) over the mean of the token vectors that the
semantic reader has made anyway, and over the text's words and pairs of words, each hashed to a
bucket (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009): the
vectors carry what is meant, the words what it was said with ("no wait", "instead of"). Learnt by
`bot/training/classifiers.py`; here it is NumPy alone, in both environments.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.nlu.sentences import words_of
from knowledge.encoder import DIMENSIONS, Vectors

BUILD = Path(__file__).resolve().parents[2] / ".build"
ARRAYS, SETTINGS = "classifier.npz", "classifier.json"

#: Words and pairs of words share this many buckets.
BUCKETS = 1 << 13

#: More words of a text tell no more of it.
_MAX_WORDS = 150


def buckets_of(text: str) -> npt.NDArray[np.int64]:
    """The buckets of the words and pairs of words of a text, its two ends counted as words."""
    row = words_of(text, _MAX_WORDS).text.split()
    words = ["0" if word.isdigit() else word for word in row]
    grams = {*words, *(f"{one} {two}" for one, two in pairwise(["^", *words, "$"]))}
    numbers = (crc32(gram.encode("utf-8", "replace")) for gram in grams)  # half characters too
    return np.array(sorted({number % BUCKETS for number in numbers}), np.int64)


def weight_of(buckets: npt.NDArray[np.int64]) -> float:
    """What each of them counts: all together have length 1, as the mean vector has."""
    return float(max(len(buckets), 1) ** -0.5)


class Classifier:
    """Gives each label its probability; safe to share between threads."""

    def __init__(self, labels: Sequence[str], fingerprint: str, folder: Path) -> None:
        """Load what was learnt with the encoder of this fingerprint.

        Raises OSError, ValueError or KeyError when it is missing, broken or another encoder's.
        """
        self.labels = tuple(labels)
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            self._mean, self._words, self._bias = (
                np.asarray(arrays[name], np.float32) for name in ("mean", "words", "bias")
            )
        count = len(self.labels)
        shapes = (count, DIMENSIONS), (BUCKETS, count), (count,)
        if (self._mean.shape, self._words.shape, self._bias.shape) != shapes:
            raise ValueError("arrays of another shape")
        if settings["encoder"] != fingerprint or tuple(settings["labels"]) != self.labels:
            raise ValueError("made with another encoder or other labels")

    def read(self, text: str, mean: Vectors) -> dict[str, float]:
        """The probability of each label; `mean` is the mean of the token vectors, at length 1."""
        buckets = buckets_of(text)
        words = self._words[buckets].sum(axis=0) * weight_of(buckets)
        logits = self._mean @ mean + words + self._bias
        shares = np.exp(logits - logits.max())
        return dict(zip(self.labels, map(float, shares / shares.sum()), strict=True))
