"""Adapting the encoder: the same each time, and what is kept are the layers that have learnt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bot.nlu.phrase_data import Phrase
from bot.training import encoder as training
from bot.training import texts as made
from bot.training.encoder import Adapting, adapt, go_on, load_texts, run_layer
from bot.training.texts import wanted
from knowledge import adapter
from knowledge.encoder import Encoder
from knowledge.export import adapted_layers, source_model

PHRASES = [("my lips are huge", "lip_swelling"), ("cannot get air in", "breathing_difficulty")]


@pytest.fixture(scope="module")
def bert() -> Any:
    from transformers import BertModel

    return BertModel.from_pretrained(str(source_model())).eval()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    said = [(Phrase(text, frozenset([name]), "present"),) for text, name in PHRASES]
    silent = [(Phrase("it was on tuesday", frozenset()), Phrase("lovely staff", frozenset()))]
    monkeypatch.setattr(training, "load_messages", lambda: [*said, *silent])
    monkeypatch.setattr(training, "talk", list)
    monkeypatch.setattr(training, "EPOCHS", 2)
    monkeypatch.setattr(made, "MADE_UP", 0)
    monkeypatch.setattr(made, "JOINED", 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_layers_learn_the_same_each_time(bert: Any) -> None:
    layers = bert.encoder.layer[-adapter.LAYERS :]
    texts = load_texts(Encoder.load(), bert)
    assert [len(text.clauses) for text in texts] == [1, 1, 2]
    one, other = (adapter.differences(layers, adapt(layers, texts).layers) for _ in range(2))
    assert any(np.abs(moved).max() > 1e-6 for moved in one.values())
    for name, moved in one.items():
        np.testing.assert_array_equal(moved, other[name])


def test_going_on_begins_with_what_was_learnt_before(bert: Any) -> None:
    layers = bert.encoder.layer[-adapter.LAYERS :]
    texts = load_texts(Encoder.load(), bert)
    before = adapt(layers, texts)
    reader = {name: np.stack([array]) for name, array in before.network.arrays().items()}
    after = go_on(before.layers, reader, texts)

    def unlike(model: Adapting) -> float:
        clauses = [clause for text in texts for _, clause in text.clauses]
        says, known = map(torch.from_numpy, wanted(clauses))
        with torch.no_grad():
            logits = model.eval()(texts)
        return float(torch.nn.functional.binary_cross_entropy_with_logits(logits, says, known))

    assert unlike(after) < unlike(before)


def test_what_is_exported_are_the_layers_that_have_learnt(bert: Any, tmp_path: Path) -> None:
    layers = bert.encoder.layer[-adapter.LAYERS :]
    learnt = adapt(layers, load_texts(Encoder.load(), bert)).layers
    adapter.write(adapter.differences(layers, learnt), tmp_path / "adapter.npz")
    exported = adapted_layers(bert, tmp_path / "adapter.npz")
    states, bias = torch.randn(1, 5, 384), torch.zeros(1, 1, 1, 5)
    with torch.no_grad():
        for old, new, out in zip(layers, learnt, exported, strict=True):
            moved = run_layer(new, states, bias) - run_layer(old, states, bias)
            lost = run_layer(new, states, bias) - run_layer(out, states, bias)
            assert lost.norm() < 0.1 * moved.norm()
            states = run_layer(new, states, bias)
