"""Networks that learn which token vectors of a clause speak of which finding.

What they compute is described in `bot/nlu/semantic.py`, which computes it from their arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bot.nlu.phrase_data import Phrase
from bot.nlu.semantic import MEAN_LENGTH
from bot.training.texts import OUTPUTS, SEED, Labelled, labelled, tokens_of, wanted
from knowledge.encoder import DIMENSIONS, Encoder, Vectors

BATCH = 128
WEIGHT_DECAY = 1e-4
INNER = 256
DROPOUT = 0.3

#: What it runs on, whatever the servers are given (`bot/setup/process.env`).
THREADS = 2

#: How many texts are encoded before their examples are kept, which need half the memory.
AT_ONCE = 2_000


@dataclass(frozen=True)
class Course:
    """How long networks learn, and in what steps at most."""

    passes: int
    rate: float


#: From nothing, and on from what networks have learnt.
WHOLE = Course(passes=6, rate=3e-3)
ONWARD = Course(passes=3, rate=3e-4)


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
        self.seed = seed
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
    """For each seed a network that has learnt from all of the data."""
    return teach([Network(OUTPUTS, seed) for seed in seeds], data, WHOLE)


def teach(networks: Sequence[Network], data: Data, course: Course) -> list[Network]:
    """The networks after a course over the data.

    They learn side by side, each on one thread: a step of one is too little work for two.
    """
    torch.set_num_threads(1)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(_taught, networks, repeat(data), repeat(course)))


def _taught(network: Network, data: Data, course: Course) -> Network:
    dice = np.random.default_rng(network.seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=course.rate, weight_decay=WEIGHT_DECAY)
    epochs = [list(batches(dice, data.lengths, BATCH)) for _ in range(course.passes)]
    steps = sum(map(len, epochs)) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.rate, total_steps=steps)
    network.train()
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
