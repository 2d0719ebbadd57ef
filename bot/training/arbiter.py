"""Train the arbiter: `python -m bot.training.arbiter [--folder DIR]` (two minutes).

What is learnt is described in `bot/nlu/arbiter.py`. It learns from whole messages, labelled, that
the semantic reader has not learnt from (`bot/nlu/arbiter/README.md`). The same data and the same
readers give the same arbiter.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from actions.triage import Subject, Trend
from actions.triage.case import TREND_RAPID
from bot.nlu.arbiter import (
    ARRAYS,
    FOLDER,
    NOTHING,
    OTHER,
    SETTINGS,
    WORDS,
    Report,
    candidates,
    evidence,
    settings_of,
)
from bot.nlu.assertion import Triggers
from bot.nlu.context import find_context
from bot.nlu.matching import match
from bot.nlu.mentions import by_lexicon, by_rules, reports
from bot.nlu.pace import pace
from bot.nlu.phrase_data import label_names
from bot.nlu.semantic import semantic_reader
from bot.nlu.sifting import sift
from knowledge.encoder import Vectors

DATA = Path(__file__).resolve().parents[1] / "nlu" / "arbiter"

#: Plain red flags, which the other files have few of, are learnt as often as this.
PLAIN, REPEATED = "plain.jsonl", 2

#: Networks that differ in their seed only.
NETWORKS = 3
INNER = 256
PASSES = 14
BATCH = 256
RATE = 3e-3
WEIGHT_DECAY = 0.05
#: What is left out of the evidence, and of what is made of it, at random while it learns.
DROPOUT = (0.1, 0.2)

#: Processes that read, and messages that each is given at once.
PROCESSES, AT_ONCE = 2, 50

Numbers = npt.NDArray[np.int64]

_NO_ROWS: Vectors = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Judged:
    """Rows of evidence, and what their message says of their finding (a place in `WORDS`)."""

    rows: Vectors
    words: Numbers


def labels_of(case: Mapping[str, Any]) -> dict[str, str]:
    """What a labelled message says of each finding that it tells of, as one of `WORDS`."""
    said = {
        name: told["state"] if told.get("subject", Subject.SELF) == Subject.SELF else OTHER
        for name, told in case["findings"].items()
    }
    return said | ({TREND_RAPID: "present"} if case.get("trend") == Trend.RAPID else {})


def rows_of(text: str) -> tuple[list[str], Vectors]:
    """The findings that may be in a message, and a row of evidence for each."""
    message, matches = match(text)
    triggers = Triggers(message, matches)
    seen = sift(message, text, semantic_reader().read(message)).clauses
    if not seen:
        return [], _NO_ROWS
    told = reports(by_rules(matches, triggers, seen), by_lexicon(matches, triggers), message)
    plain, context = find_context(matches, triggers), find_context(matches, triggers, seen)
    if (speed := pace(plain, context)) != Report():
        told[TREND_RAPID] = speed
    names = candidates(seen, told, label_names())
    return (names, evidence(names, seen, told)) if names else ([], _NO_ROWS)


def _judged(lines: Sequence[str]) -> list[tuple[Vectors, list[int]]]:
    done = []
    for case in map(json.loads, lines):
        names, rows = rows_of(case["text"])
        said = labels_of(case)
        if names:
            done.append((rows, [WORDS.index(said.get(name, NOTHING)) for name in names]))
    return done


def read(paths: Sequence[Path]) -> Judged:
    """The evidence of all messages of some files."""
    lines = [
        line
        for path in paths
        for line in path.read_text("utf-8").splitlines() * (REPEATED if path.name == PLAIN else 1)
    ]
    parts = [lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        done = [each for some in pool.map(_judged, parts) for each in some]
    rows, words = zip(*done, strict=True)
    return Judged(np.concatenate(rows), np.concatenate(words).astype(np.int64))


def train(judged: Judged) -> dict[str, Vectors]:
    """The arrays that `Arbiter` reads."""
    networks = [_taught(judged, seed) for seed in range(NETWORKS)]
    return {name: np.stack([each[name] for each in networks]) for name in networks[0]}


def _taught(judged: Judged, seed: int) -> dict[str, Vectors]:
    torch.manual_seed(seed)
    inner, out = nn.Linear(judged.rows.shape[1], INNER), nn.Linear(INNER, len(WORDS))
    first, second = DROPOUT
    network = nn.Sequential(nn.Dropout(first), inner, nn.ReLU(), nn.Dropout(second), out)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    rows, words = torch.from_numpy(judged.rows), torch.from_numpy(judged.words)
    steps = PASSES * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
    for _ in range(PASSES):
        for some in torch.split(torch.randperm(len(rows)), BATCH):
            loss = nn.functional.cross_entropy(network(rows[some]), words[some])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return {
        "inner": inner.weight.detach().numpy().T,
        "inner_bias": inner.bias.detach().numpy(),
        "out": out.weight.detach().numpy().T,
        "out_bias": out.bias.detach().numpy(),
    }


def write(arrays: Mapping[str, Vectors], folder: Path) -> None:
    """Write the arrays (half precision), and what they belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / ARRAYS, **{name: each.astype(np.float16) for name, each in arrays.items()})
    settings = settings_of(semantic_reader().encoder.reading_fingerprint)
    (folder / SETTINGS).write_text(json.dumps(settings) + "\n", "utf-8")


def main() -> None:
    """Train on the product's messages."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.arbiter", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    torch.set_num_threads(1)  # the same arbiter wherever it is trained
    judged = read(sorted(DATA.glob("*.jsonl")))
    print(f"Learning from {len(judged.rows)} mentions ...", flush=True)
    write(train(judged), folder)


if __name__ == "__main__":
    main()
