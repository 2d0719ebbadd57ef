"""Training the small classifiers: the same each time, and NumPy reads what was learnt."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.classifier import Classifier
from bot.nlu.labelled import INTENTS
from bot.nlu.matching import match
from bot.nlu.semantic import encode, mean_of
from bot.training.classifiers import features, train, write
from knowledge.encoder import DIMENSIONS, Encoder

WORDS = ("my cheek itches", "can I swim", "it itches, can I swim", "no wait, two days")
MORE = ("about an hour", "get me a person", "lovely weather")
MESSAGES = dict(zip((*WORDS, *MORE), INTENTS, strict=True))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def test_the_same_data_give_the_same_arrays(encoder: Encoder) -> None:
    one, other = (train(encoder, MESSAGES, INTENTS) for _ in range(2))
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])


def test_numpy_reads_what_was_learnt(encoder: Encoder, tmp_path: Path) -> None:
    arrays = train(encoder, MESSAGES, INTENTS)
    write(arrays, encoder, INTENTS, tmp_path)
    reader = Classifier(INTENTS, encoder.reading_fingerprint, tmp_path)
    rows = features(encoder, list(MESSAGES))
    weights = np.hstack([arrays["mean"], arrays["words"].T])
    logits = rows @ weights.T + arrays["bias"]
    for text, row, intent in zip(MESSAGES, logits, MESSAGES.values(), strict=True):
        mean = mean_of(encode(encoder, match(text)[0]))
        assert mean is not None
        shares = reader.read(text, mean)
        np.testing.assert_allclose(np.log(list(shares.values())), row - _log_sum(row), atol=1e-3)
        assert max(shares, key=shares.__getitem__) == intent
    assert arrays["mean"].shape == (len(INTENTS), DIMENSIONS)


def _log_sum(row: np.ndarray) -> float:
    return float(np.log(np.exp(row).sum()))
