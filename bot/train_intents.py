"""Train the reader of intents: `python -m bot.train_intents [--folder DIR]` (seconds).

What is learnt is described in `bot/nlu/intents.py`. The same data give the same reader.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.nlu.intent_data import INTENTS, load_intents
from bot.nlu.intents import ARRAYS, BUCKETS, FOLDER, SETTINGS, buckets_of, weight_of
from bot.nlu.reading import match
from bot.nlu.semantic import encode, mean_of
from knowledge.encoder import DIMENSIONS, Encoder, Vectors

#: The inverse of the regularization.
LOOSENESS = 20.0


def features(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """One row for each text: its mean vector and its hashed words, as the reader weighs them."""
    rows = np.zeros((len(texts), DIMENSIONS + BUCKETS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        mean, buckets = mean_of(encode(encoder, match(text)[0])), buckets_of(text)
        if mean is not None:
            row[:DIMENSIONS] = mean
        row[DIMENSIONS + buckets] = weight_of(buckets)
    return rows


def train(encoder: Encoder, intents: dict[str, str]) -> dict[str, Vectors]:
    """The arrays that `IntentReader` reads."""
    model = LogisticRegression(C=LOOSENESS, max_iter=1000)
    model.fit(features(encoder, list(intents)), [INTENTS.index(each) for each in intents.values()])
    weights = model.coef_.astype(np.float32)
    return {
        "mean": weights[:, :DIMENSIONS],
        "words": weights[:, DIMENSIONS:].T,
        "bias": model.intercept_.astype(np.float32),
    }


def write(arrays: dict[str, Vectors], encoder: Encoder, folder: Path) -> None:
    """Write the arrays and what they belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / ARRAYS, **arrays)
    settings = {"intents": list(INTENTS), "encoder": encoder.fingerprint}
    (folder / SETTINGS).write_text(json.dumps(settings) + "\n", "utf-8")


def main() -> None:
    """Train on the product's messages."""
    parser = argparse.ArgumentParser(prog="python -m bot.train_intents", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    encoder, intents = Encoder.load(), load_intents()
    print(f"Learning from {len(intents)} messages ...", flush=True)
    write(train(encoder, intents), encoder, folder)


if __name__ == "__main__":
    main()
