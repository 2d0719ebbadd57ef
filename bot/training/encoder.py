"""Adapt the encoder to how patients write: `python -m bot.training.encoder` (an hour on 2 cores).

The top layers learn together with a network of the reader's kind (`networks.py`) from the same
phrases; the network is thrown away, and what the layers have learnt is kept with the code
(`knowledge/adapters/reading.npz`). The reader is trained over it (`reader.py`). So this is run by
hand, when the phrases have grown much, and whoever adds some of their own need not run it. The
same data give the same adapter. The one that is kept has gone on (`--onward`) three times, the last
time for two passes over all phrases, together with the reader trained over it, from the middle
(`--beside`) of two that had been learnt before many of them were written.

Layers learn the slower the deeper they lie (Howard and Ruder, "Universal Language Model Fine-tuning
for Text Classification", ACL 2018); those below the adapted ones stay, and run once for all epochs.
"""

from __future__ import annotations

import argparse
import copy
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bot.nlu.phrase_data import load_messages
from bot.nlu.semantic import ARRAYS, FOLDER
from bot.nlu.talk import talk
from bot.training.networks import THREADS, Network, batches
from bot.training.texts import OUTPUTS, SEED, Labelled, labelled, sentences, tokens_of, wanted
from knowledge import adapter
from knowledge.adapter import Arrays
from knowledge.encoder import DIMENSIONS, Encoder, equally_long
from knowledge.export import adapted_layers, source_model

EPOCHS = 3
BATCH = 48
RATE_OF_LAYERS = 1e-4
SLOWER = 0.8
"""By this much for each layer further down."""
RATE_OF_NETWORK = 2e-3
DROPOUT = 0.1
LONGEST_STEP = 5.0

#: Going on takes two more passes, in another order, with smaller steps of the network.
ONWARD_EPOCHS = 2
ONWARD_RATE_OF_NETWORK = 1e-3
ONWARD_SEED = 7


@dataclass(frozen=True)
class Text:
    """What goes into the adapted layers for one text (tokens by 384, half precision), and its
    clauses with their tokens."""

    states: NDArray[np.float16]
    clauses: tuple[tuple[list[int], Labelled], ...]


class Adapting(nn.Module):
    """The layers that learn, and a network that learns with them."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(copy.deepcopy(list(layers)))
        self.network = Network(OUTPUTS)

    def forward(self, texts: Sequence[Text]) -> Tensor:
        """Logits (clauses of all texts, outputs)."""
        states, mask = _padded([text.states for text in texts])
        bias = torch.zeros(len(texts), 1, 1, mask.shape[1]).masked_fill(~mask[:, None, None], -1e4)
        for layer in self.layers:
            states = nn.functional.dropout(states, DROPOUT, self.training)
            states = run_layer(layer, states, bias)
        clauses = [(row, own) for row, text in enumerate(texts) for own, _ in text.clauses]
        tokens = torch.zeros(len(clauses), max(len(own) for _, own in clauses), dtype=torch.long)
        mask = torch.zeros(tokens.shape, dtype=torch.bool)
        for place, (_, own) in enumerate(clauses):
            tokens[place, : len(own)] = torch.tensor(own)
            mask[place, : len(own)] = True
        rows = torch.tensor([row for row, _ in clauses])
        logits: Tensor = self.network(states[rows[:, None], tokens] * mask[..., None], mask)
        return logits

    def rates(self, rate_of_network: float) -> list[dict[str, Any]]:
        """What learns how fast."""
        groups: list[dict[str, Any]] = [
            {
                "params": list(layer.parameters()),
                "lr": RATE_OF_LAYERS * SLOWER**depth,
                "weight_decay": 1e-2,
            }
            for depth, layer in enumerate(reversed(self.layers))
        ]
        network = list(self.network.parameters())
        return [*groups, {"params": network, "lr": rate_of_network, "weight_decay": 1e-4}]


def run_layer(layer: nn.Module, states: Tensor, bias: Tensor) -> Tensor:
    """One transformer layer; `bias` is added to the attention, and keeps it from what is empty."""
    out = layer(states, attention_mask=bias)
    after: Tensor = out[0] if isinstance(out, tuple) else out
    return after


def _padded(rows: Sequence[NDArray[np.float16]]) -> tuple[Tensor, Tensor]:
    lengths = [len(row) for row in rows]
    states = np.zeros((len(rows), max(lengths), DIMENSIONS), np.float32)
    for place, row in enumerate(rows):
        states[place, : len(row)] = row
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return torch.from_numpy(states), torch.from_numpy(mask)


def load_texts(encoder: Encoder, bert: Any) -> list[Text]:
    """All phrases, as they leave the layers that stay."""
    said = list(labelled(sentences([*load_messages(), *talk()])))
    tokens = encoder.tokens([text for text, _ in said])
    texts: dict[int, Text] = {}
    for rows in equally_long([len(ids) for ids, _ in tokens]):
        ids = torch.tensor([tokens[row][0] for row in rows])
        with torch.no_grad():
            states = bert(ids, output_hidden_states=True).hidden_states[-1 - adapter.LAYERS]
        for row, own in zip(rows, states, strict=True):
            clauses = tuple(
                (at, clause) for clause in said[row][1] if (at := tokens_of(clause, tokens[row][1]))
            )
            if clauses:
                texts[row] = Text(own.half().numpy(), clauses)
    return [texts[row] for row in sorted(texts)]


def adapt(layers: Sequence[nn.Module], texts: Sequence[Text]) -> Adapting:
    """The layers after `EPOCHS` passes over the texts."""
    torch.manual_seed(SEED)
    model = Adapting(layers)
    _teach(model, texts, EPOCHS, model.rates(RATE_OF_NETWORK), SEED)
    return model


def go_on(layers: Sequence[nn.Module], reader: Arrays, texts: Sequence[Text]) -> Adapting:
    """The layers, adapted before, after two more passes with the first network of a reader."""
    torch.manual_seed(ONWARD_SEED)
    model = Adapting(layers)
    model.network.take({name: array[0] for name, array in reader.items()})
    rates = model.rates(ONWARD_RATE_OF_NETWORK)
    _teach(model, texts, ONWARD_EPOCHS, rates, ONWARD_SEED)
    return model


def _teach(
    model: Adapting, texts: Sequence[Text], passes: int, rates: list[dict[str, Any]], seed: int
) -> None:
    dice = np.random.default_rng(seed)
    lengths = np.array([len(text.states) for text in texts])
    epochs = [list(batches(dice, lengths, BATCH)) for _ in range(passes)]
    optimizer = torch.optim.AdamW(rates)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [group["lr"] for group in optimizer.param_groups],
        total_steps=sum(map(len, epochs)) + 1,
        pct_start=0.1,
    )
    for number, epoch in enumerate(epochs, 1):
        losses = []
        model.train()
        model.layers.eval()  # their own dropout is not what they were made with
        for rows in epoch:
            batch = [texts[row] for row in rows]
            said = wanted([clause for text in batch for _, clause in text.clauses])
            says, known = map(torch.from_numpy, said)
            logits = model(batch)
            loss = nn.functional.binary_cross_entropy_with_logits(
                logits, says, weight=known, reduction="sum"
            ) / len(says)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), LONGEST_STEP)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(f"{number} of {passes} passes, loss {np.mean(losses):.2f}", flush=True)


def main() -> None:
    """Learn from the product's phrases."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.encoder", description=__doc__)
    parser.add_argument("--file", type=Path, default=adapter.READING)
    parser.add_argument("--beside", type=Path, help="average with this one, learnt before")
    parser.add_argument(
        "--onward", action="store_true", help="go on from the adapter and the reader that there are"
    )
    args = parser.parse_args()
    before = adapter.read(args.beside) if args.beside else None
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import BertModel

    torch.set_num_threads(THREADS)
    bert: Any = BertModel.from_pretrained(str(source_model()))
    bert.eval()
    layers = bert.encoder.layer[-adapter.LAYERS :]
    texts = load_texts(Encoder.load(), bert)
    print(f"Learning from {len(texts)} texts ...", flush=True)
    if args.onward:
        with np.load(FOLDER / ARRAYS) as reader:
            model = go_on(adapted_layers(bert, args.file), dict(reader), texts)
    else:
        model = adapt(layers, texts)
    learnt = adapter.differences(layers, model.layers)
    adapter.write(adapter.average(learnt, before) if before else learnt, args.file)


if __name__ == "__main__":
    main()
