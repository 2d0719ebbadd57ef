"""Training the semantic reader: the same each time, and NumPy reads what torch has learnt."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bot import train_reader
from bot.nlu.phrase_data import MEANINGS, Phrase, label_names
from bot.nlu.reading import match
from bot.nlu.semantic import SemanticReader
from bot.train_reader import (
    NAMES,
    OUTPUTS,
    Data,
    Labelled,
    examples,
    labelled,
    sentences,
    train,
    wanted,
    write,
)
from knowledge.encoder import Encoder

PHRASES = [("my lips are huge", "lip_swelling"), ("cannot get air in", "breathing_difficulty")]
NONE = ["it was on tuesday", "lovely staff", "thanks a lot", "the bill was high"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture
def data(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Data:
    monkeypatch.setattr(train_reader, "MADE_UP", 5)
    monkeypatch.setattr(train_reader, "JOINED", 5)
    said = [(Phrase(text, frozenset([name])),) for text, name in PHRASES]
    silent = [(Phrase(text, frozenset()),) for text in NONE]
    return Data(list(examples(encoder, sentences([*said, *silent] * 3))))


def test_the_same_data_give_the_same_reader(data: Data) -> None:
    [alone] = train(data, [1])
    _, beside = train(data, [0, 1])
    for name, array in alone.arrays().items():
        np.testing.assert_array_equal(array, beside.arrays()[name])


def test_clauses_that_nothing_parts_say_what_both_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_reader, "MADE_UP", 0)
    monkeypatch.setattr(train_reader, "JOINED", 20)
    hives = frozenset({"hives"})
    said = (Phrase("welts", hives, "present", named=hives),)
    denied = (Phrase("no fever", frozenset(), "absent", named=frozenset({"fever"})),)
    joined = [each for (each,) in sentences([said, denied])[2:] if "welts" in each.text]
    both = [each for each in joined if "no fever" in each.text]
    assert both
    assert {each.labels for each in joined} == {hives}
    assert {(each.meaning, each.named) for each in both} == {(None, frozenset({"hives", "fever"}))}
    assert {each.meaning for each in joined if each not in both} <= {"present"}


def test_only_what_is_known_of_a_clause_is_learnt() -> None:
    whole, part = Labelled(0, 1, (2,), None), Labelled(0, 1, (), None, about=(5,))
    says, known = wanted([whole, part])
    assert says[0].nonzero()[0].tolist() == [2]
    assert known[0].sum() == OUTPUTS - len(MEANINGS)
    assert known[1].nonzero()[0].tolist() == [5]


def test_a_finding_that_is_denied_is_named_and_not_there() -> None:
    denied = Phrase("no welts", frozenset(), "absent", named=frozenset({"hives"}))
    unsaid = Phrase("welts", frozenset({"hives"}))
    hives = label_names().index("hives")
    [(_, [one]), (_, [other])] = labelled([(denied,), (unsaid,)])
    says, known = wanted([one, other])
    absent = OUTPUTS - len(MEANINGS) + MEANINGS.index("absent")
    assert says[0].nonzero()[0].tolist() == [NAMES + hives, absent]
    assert known[0].all()
    # Where nobody has said how it is meant, only that it is named is known.
    assert says[1].nonzero()[0].tolist() == [hives, NAMES + hives]
    assert known[1].nonzero()[0].tolist() == [*range(NAMES), NAMES + hives]


def test_numpy_reads_what_torch_has_learnt(data: Data, encoder: Encoder, tmp_path: Path) -> None:
    networks = train(data, [0, 1])
    write(networks, encoder, tmp_path)
    reader = SemanticReader(encoder, tmp_path)
    message, _ = match("my lips are huge")
    [(_, _, read)] = reader.outputs(message)
    [(states, _)] = encoder.token_vectors(["my lips are huge"])
    given = torch.from_numpy(states[None])
    mask = torch.ones(1, len(states), dtype=torch.bool)
    with torch.no_grad():
        logits = torch.stack([net(given, mask)[0] for net in networks])
    np.testing.assert_allclose(read, torch.sigmoid(logits.mean(0)).numpy(), atol=1e-5)
