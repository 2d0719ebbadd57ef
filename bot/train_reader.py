"""Train the semantic reader: `python -m bot.train_reader [--folder DIR]` (minutes on 2 cores).

The encoder stays as it is, with its adapter; what is learnt is which of its token vectors speak of
which finding (see `bot/nlu/semantic.py`). Clauses are learnt as they are met in messages, beside
others. The same data give the same reader.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bot.nlu.phrase_data import MEANINGS, Phrase, label_names, load_messages
from bot.nlu.reading import spelt
from bot.nlu.semantic import ARRAYS, FOLDER, MEAN_LENGTH, SETTINGS
from bot.nlu.talk import talk
from knowledge.encoder import DIMENSIONS, Encoder, Offsets, Vectors

SEED = 0
EPOCHS = 6
BATCH = 128
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-4
INNER = 256
DROPOUT = 0.3

#: Networks that differ in their seed only; what a single one imagines, the others do not.
NETWORKS = 3

#: What the network says of a clause: the findings that are there by it, those that it names in
#: whatever sense, and how a mention in it is meant.
NAMES = len(label_names())
OUTPUTS = 2 * NAMES + len(MEANINGS)

#: What it runs on, whatever the servers are given (`bot/setup/process.env`).
THREADS = 2

#: How many texts are encoded before their examples are kept, which need half the memory.
AT_ONCE = 2_000

#: How many sentences of two to four single phrases are made up beside the phrases themselves, and
#: how many clauses of two phrases that nothing parts.
MADE_UP = 2_000
JOINED = 10_000

#: What joins them.
_JOINTS = (" and ", " and ", " ", " with ", " plus ", " also ", " but ")


@dataclass(frozen=True)
class Labelled:
    """A clause of a text: its characters, and what it says, by the numbers of the outputs; `about`:
    the only ones of which that is known, beside its meaning."""

    start: int
    end: int
    labels: tuple[int, ...]
    meaning: int | None
    about: tuple[int, ...] | None = None


def wanted(clauses: Sequence[Labelled]) -> tuple[Vectors, Vectors]:
    """What clauses say (clauses by outputs), and which of that is known."""
    says = np.zeros((len(clauses), OUTPUTS), np.float32)
    known = np.ones((len(clauses), OUTPUTS), np.float32)
    for row, clause in enumerate(clauses):
        says[row, list(clause.labels)] = 1
        if clause.about is not None:
            known[row] = 0
            known[row, list(clause.about)] = 1
        if clause.meaning is None:
            known[row, -len(MEANINGS) :] = 0
        else:
            says[row, clause.meaning - len(MEANINGS)] = 1
    return says, known


def batches(
    dice: np.random.Generator, lengths: NDArray[np.int64], size: int
) -> Iterator[NDArray[np.int64]]:
    """One pass in batches of about equal length, so that little is filled up."""
    order = dice.permutation(len(lengths))
    cut = []
    for start in range(0, len(order), size * 20):
        some = order[start : start + size * 20]
        some = some[np.argsort(lengths[some], kind="stable")]
        cut += [some[at : at + size] for at in range(0, len(some), size)]
    yield from (cut[at] for at in dice.permutation(len(cut)))


@dataclass(frozen=True)
class Example:
    """The token vectors of one clause, half precision, and what it says."""

    states: NDArray[np.float16]
    clause: Labelled


class Data:
    """All examples in one array, from which batches are cut."""

    def __init__(self, all_examples: Sequence[Example]) -> None:
        self.lengths = np.array([len(example.states) for example in all_examples])
        # The first row is what fills short examples up.
        self._states = np.concatenate(
            [np.zeros((1, DIMENSIONS), np.float16), *(each.states for each in all_examples)]
        )
        self._starts = 1 + np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self._wanted, self._known = wanted([example.clause for example in all_examples])

    def batch(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """States (rows, tokens, 384), mask, wanted outputs, and which of them are known."""
        places = np.arange(self.lengths[rows].max())
        mask = places < self.lengths[rows][:, None]
        states = self._states[np.where(mask, self._starts[rows][:, None] + places, 0)]
        return (
            torch.from_numpy(states.astype(np.float32)),
            torch.from_numpy(mask),
            torch.from_numpy(self._wanted[rows]),
            torch.from_numpy(self._known[rows]),
        )


class Network(nn.Module):
    """Label-wise attention over token vectors, and a layer over their mean.

    `seed` decides what it begins with and what it leaves out while it learns, whatever else does.
    """

    def __init__(self, labels: int, seed: int = SEED) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.dice = torch.Generator().manual_seed(seed)
        self.inner = nn.Linear(DIMENSIONS, INNER)
        self.queries = nn.Linear(INNER, labels, bias=False)
        self.taken = nn.Parameter(torch.randn(labels, INNER) * 0.05)
        self.taken_bias = nn.Parameter(torch.full((labels,), -3.0))
        self.mean = nn.Linear(DIMENSIONS, INNER)
        self.out = nn.Linear(INNER, labels)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Logits (batch, labels) for states (batch, tokens, 384) where `mask` is true."""
        inner = torch.relu(self.inner(self._thinned(states)))
        scores = self.queries(inner).masked_fill(~mask[..., None], -1e4)
        speaks = self._thinned(inner) @ self.taken.T
        taken = (scores.softmax(1) * speaks).sum(1)
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        mean = nn.functional.normalize(mean, dim=-1) * MEAN_LENGTH
        whole = self.out(self._thinned(torch.relu(self.mean(mean))))
        logits: Tensor = taken + self.taken_bias + whole
        return logits

    def _thinned(self, states: Tensor) -> Tensor:
        """Dropout of the same numbers in all tokens of a clause (Gal and Ghahramani, NeurIPS 2016):
        drawing them for every token took half the time of training."""
        if not self.training:
            return states
        shape = (len(states), *(1 for _ in states.shape[2:]), states.shape[-1])
        kept = torch.rand(shape, generator=self.dice) >= DROPOUT
        return states * (kept / (1 - DROPOUT))

    def arrays(self) -> dict[str, Vectors]:
        """The weights by the names that `SemanticReader` reads."""
        return {
            name: value.detach().numpy().astype(np.float32) for name, value in self._named().items()
        }

    def take(self, arrays: Mapping[str, Vectors]) -> None:
        """Go on from weights that `arrays` has given."""
        with torch.no_grad():
            for name, value in self._named().items():
                value.copy_(torch.from_numpy(arrays[name]))

    def _named(self) -> dict[str, Tensor]:
        return {
            "inner": self.inner.weight.T,
            "inner_bias": self.inner.bias,
            "queries": self.queries.weight.T,
            "taken": self.taken,
            "taken_bias": self.taken_bias,
            "mean": self.mean.weight.T,
            "mean_bias": self.mean.bias,
            "out": self.out.weight.T,
            "out_bias": self.out.bias,
        }


def sentences(messages: Sequence[tuple[Phrase, ...]]) -> list[tuple[Phrase, ...]]:
    """What is encoded together: each message whole, and made-up ones of single phrases."""
    dice = random.Random(SEED)
    singles = [message[0] for message in messages if len(message) == 1]
    made_up = [tuple(dice.sample(singles, dice.randint(2, 4))) for _ in range(MADE_UP)]
    every = [phrase for message in messages for phrase in message if phrase.about is None]
    joined = [(_as_one(dice.choice(every), dice.choice(every), dice),) for _ in range(JOINED)]
    return [*messages, *made_up, *joined]


def _as_one(first: Phrase, second: Phrase, dice: random.Random) -> Phrase:
    """Two phrases as one clause; of what is meant differently in them nobody knows the meaning."""
    named = None
    if first.named is not None and second.named is not None:
        named = first.named | second.named
    meanings = {each.meaning for each in (first, second) if each.meaning or each.labels}
    return Phrase(
        first.text + dice.choice(_JOINTS) + second.text,
        first.labels | second.labels,
        meanings.pop() if len(meanings) == 1 else None,
        named=named,
    )


def labelled(groups: Sequence[tuple[Phrase, ...]]) -> Iterator[tuple[str, list[Labelled]]]:
    """Each group as the text that the encoder sees, and its clauses."""
    plain: dict[str, str] = {}
    for phrase in {phrase for group in groups for phrase in group}:
        plain[phrase.text] = " ".join(token.norm for token in spelt(phrase.text).tokens)
    for group in groups:
        clauses, start = [], 0
        said = [phrase for phrase in group if plain[phrase.text]]
        for phrase in said:
            end = start + len(plain[phrase.text])
            meant = MEANINGS.index(phrase.meaning) if phrase.meaning else None
            clauses.append(Labelled(start, end, _says(phrase), meant, _known(phrase)))
            start = end + 1
        if clauses:
            yield " ".join(plain[phrase.text] for phrase in said), clauses


def _says(phrase: Phrase) -> tuple[int, ...]:
    """The numbers of the outputs for what is there by a phrase and what it names."""
    named = phrase.labels if phrase.named is None else phrase.named
    return (*_numbers(phrase.labels), *(NAMES + each for each in _numbers(named)))


def _known(phrase: Phrase) -> tuple[int, ...] | None:
    """The outputs of which it is known whether they hold for a phrase; None for all."""
    if phrase.about is None and phrase.named is not None:
        return None
    about = frozenset(label_names()) if phrase.about is None else phrase.about
    return (*_numbers(about), *(NAMES + each for each in _numbers(phrase.labels)))


@cache
def _numbers(labels: frozenset[str]) -> tuple[int, ...]:
    return tuple(at for at, name in enumerate(label_names()) if name in labels)


def tokens_of(clause: Labelled, offsets: Offsets) -> list[int]:
    """The numbers of a clause's tokens, with the two that stand for the text's ends; or none."""
    own = [
        at for at, (a, b) in enumerate(offsets) if a < b and clause.start <= a and b <= clause.end
    ]
    return [0, *own, len(offsets) - 1] if own else []


def examples(encoder: Encoder, groups: Sequence[tuple[Phrase, ...]]) -> Iterator[Example]:
    """One example for each phrase of each group, encoded with the others of its group."""
    texts = list(labelled(groups))
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        encoded = encoder.token_vectors([text for text, _ in some])
        for (_, clauses), (vectors, offsets) in zip(some, encoded, strict=True):
            for clause in clauses:
                tokens = tokens_of(clause, offsets)
                if tokens:
                    yield Example(vectors[tokens].astype(np.float16), clause)


def train(data: Data, seeds: Sequence[int]) -> list[Network]:
    """For each seed a network after `EPOCHS` passes over the data.

    They learn side by side, each on one thread: a step of one is too little work for two.
    """
    networks = [Network(OUTPUTS, seed) for seed in seeds]
    torch.set_num_threads(1)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(_taught, networks, repeat(data), seeds))


def _taught(network: Network, data: Data, seed: int) -> Network:
    dice = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    epochs = [list(batches(dice, data.lengths, BATCH)) for _ in range(EPOCHS)]
    steps = sum(map(len, epochs)) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for rows in (batch for epoch in epochs for batch in epoch):
        states, mask, wanted, known = data.batch(rows)
        logits = network(states, mask)
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, wanted, weight=known, reduction="sum"
        )
        optimizer.zero_grad()
        (loss / len(rows)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return network.eval()


def write(networks: Sequence[Network], encoder: Encoder, folder: Path) -> None:
    """Write the networks' arrays, one above the other, and what they belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [network.arrays() for network in networks]
    stacked = {name: np.stack([each[name] for each in arrays]) for name in arrays[0]}
    np.savez(folder / ARRAYS, **stacked)
    settings = {
        "names": list(label_names()),
        "meanings": list(MEANINGS),
        "encoder": encoder.reading_fingerprint,
    }
    (folder / SETTINGS).write_text(json.dumps(settings) + "\n", "utf-8")


def main() -> None:
    """Train on the product's phrases, and on messages that tell of nothing."""
    parser = argparse.ArgumentParser(prog="python -m bot.train_reader", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    encoder = Encoder.load(threads=THREADS)
    data = Data(list(examples(encoder, sentences([*load_messages(), *talk()]))))
    print(f"Learning from {len(data.lengths)} clauses ...", flush=True)
    write(train(data, range(SEED, SEED + NETWORKS)), encoder, folder)


if __name__ == "__main__":
    main()
