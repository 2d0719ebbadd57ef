"""Train the small classifiers: `python -m bot.training.classifiers [--folder DIR]` (a few minutes).

What is learnt is described in `bot/nlu/classifier.py`. The same data give the same classifiers.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.nlu import intents, learnt
from bot.nlu.classifier import ARRAYS, BUCKETS, BUILD, SETTINGS, buckets_of, weight_of
from bot.nlu.labelled import INTENTS, LEARNT, NONE, load_labelled
from bot.nlu.matching import match
from bot.nlu.mentions import matches_of
from bot.nlu.phrase_data import load_messages
from bot.nlu.semantic import encode_together, mean_of
from knowledge.encoder import DIMENSIONS, Encoder, Vectors

#: The inverse of the regularization.
LOOSENESS = 20.0

#: What is rarely told is learnt beside so many clauses that tell other things.
ORDINARY = 4_000
SEED = 0

#: How many texts are encoded together.
AT_ONCE = 1_000

#: By what the lexicon knows these rare things: its clauses are left out of the ordinary ones.
RARE = {"recurrence": "recurred", "home_care": "home_care_tried"}

#: What each classifier learns from, and its labels in the order of its outputs.
TASKS = {
    "intents": (intents.DATA, INTENTS),
    **{task: (learnt.DATA / task, labels) for task, labels in LEARNT.items()},
}


def features(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """One row for each text: its mean vector and its hashed words, weighed as for reading."""
    rows = np.zeros((len(texts), DIMENSIONS + BUCKETS), np.float32)
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        encoded = encode_together(encoder, [match(text)[0] for text in some])
        for row, text, pieces in zip(rows[start:], some, encoded, strict=False):
            mean, buckets = mean_of(pieces), buckets_of(text)
            if mean is not None:
                row[:DIMENSIONS] = mean
            row[DIMENSIONS + buckets] = weight_of(buckets)
    return rows


def train(
    encoder: Encoder, labelled: Mapping[str, str], labels: Sequence[str]
) -> dict[str, Vectors]:
    """The arrays that `Classifier` reads."""
    model = LogisticRegression(C=LOOSENESS, max_iter=1000)
    model.fit(features(encoder, list(labelled)), [labels.index(each) for each in labelled.values()])
    weights, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if len(labels) == 2:  # learnt as the second against the first
        weights, bias = np.concatenate([0 * weights, weights]), np.concatenate([0 * bias, bias])
    return {"mean": weights[:, :DIMENSIONS], "words": weights[:, DIMENSIONS:].T, "bias": bias}


def ordinary(task: str) -> dict[str, str]:
    """Clauses of the phrases in which the lexicon finds nothing of a rare task, as `none`."""
    clauses = sorted({clause.text for message in load_messages() for clause in message})
    some = random.Random(SEED).sample(clauses, min(ORDINARY, len(clauses)))
    return {text: NONE for text in some if not matches_of(RARE[task], match(text)[1])}


def write(
    arrays: Mapping[str, Vectors], encoder: Encoder, labels: Sequence[str], folder: Path
) -> None:
    """Write the arrays (half precision), and what they belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / ARRAYS, **{name: each.astype(np.float16) for name, each in arrays.items()})
    settings = {"labels": list(labels), "encoder": encoder.reading_fingerprint}
    (folder / SETTINGS).write_text(json.dumps(settings) + "\n", "utf-8")


def main() -> None:
    """Train on the product's texts."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.classifiers", description=__doc__)
    parser.add_argument("--folder", type=Path, default=BUILD)
    folder = parser.parse_args().folder
    encoder = Encoder.load(threads=2)
    for name, (data, labels) in TASKS.items():
        labelled = load_labelled(data, labels)
        if name in RARE:
            labelled = {**ordinary(name), **labelled}
        print(f"Learning {name} from {len(labelled)} texts ...", flush=True)
        write(train(encoder, labelled, labels), encoder, labels, folder / name)


if __name__ == "__main__":
    main()
