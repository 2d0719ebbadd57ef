"""The learnt reader of intents: what a message wants, where no template can list all the ways.

A linear model (multinomial logistic regression) over the mean of the token vectors that the
semantic reader has made anyway, and over the message's words and pairs of words, each hashed to a
bucket (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009): the
vectors carry what is meant, the words what it was said with ("no wait", "instead of"). Learnt from
`intents/` by `bot/train_intents.py`; here it is NumPy alone, in both environments. `acts.py` weighs
its word against the templates', by the limits of `intents.yml`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.nlu.intent_data import INTENTS
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.sentences import words_of
from knowledge.encoder import DIMENSIONS, Vectors

FOLDER = Path(__file__).resolve().parents[2] / ".build" / "intents"
ARRAYS, SETTINGS = "intents.npz", "intents.json"
LIMITS_FILE = Path(__file__).with_suffix(".yml")

#: What the templates can say that is left to this reader's word; see `acts.py`.
_KINDS = ("check_symptoms", "both", "ask", "talk", "answer", "correct")
_LIMITS = limits_of(dict.fromkeys(_KINDS, limits_of(dict.fromkeys(INTENTS, PROBABILITY))))

#: Words and pairs of words share this many buckets.
BUCKETS = 1 << 13

#: More words of a message tell no more of what it wants.
_MAX_WORDS = 150


def buckets_of(text: str) -> npt.NDArray[np.int64]:
    """The buckets of the words and pairs of words of a message, its two ends counted as words."""
    row = words_of(text, _MAX_WORDS).text.split()
    words = ["0" if word.isdigit() else word for word in row]
    grams = {*words, *(f"{one} {two}" for one, two in pairwise(["^", *words, "$"]))}
    numbers = (crc32(gram.encode("utf-8", "replace")) for gram in grams)  # half characters too
    return np.array(sorted({number % BUCKETS for number in numbers}), np.int64)


def weight_of(buckets: npt.NDArray[np.int64]) -> float:
    """What each of them counts: all together have length 1, as the mean vector has."""
    return float(max(len(buckets), 1) ** -0.5)


class IntentReader:
    """Gives each intent its probability; safe to share between threads."""

    def __init__(self, fingerprint: str, folder: Path = FOLDER) -> None:
        """Load what was learnt with the encoder of this fingerprint.

        Raises OSError, ValueError or KeyError when it is missing, broken or another encoder's.
        """
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            self._mean, self._words, self._bias = (
                np.asarray(arrays[name], np.float32) for name in ("mean", "words", "bias")
            )
        shapes = (len(INTENTS), DIMENSIONS), (BUCKETS, len(INTENTS)), (len(INTENTS),)
        if (self._mean.shape, self._words.shape, self._bias.shape) != shapes:
            raise ValueError("arrays of another shape")
        if settings["encoder"] != fingerprint or tuple(settings["intents"]) != INTENTS:
            raise ValueError("made with another encoder or other intents")

    def read(self, text: str, mean: Vectors) -> dict[str, float]:
        """The probability of each intent; `mean` is the mean of the token vectors, at length 1."""
        buckets = buckets_of(text)
        words = self._words[buckets].sum(axis=0) * weight_of(buckets)
        logits = self._mean @ mean + words + self._bias
        shares = np.exp(logits - logits.max())
        return dict(zip(INTENTS, map(float, shares / shares.sum()), strict=True))


@lru_cache(maxsize=1)
def least() -> Mapping[str, Mapping[str, float]]:
    """The limits of `intents.yml`, by what the templates say; raises `DataError`."""
    limits: Mapping[str, Mapping[str, float]] = load_limits(LIMITS_FILE, _LIMITS)
    return limits
