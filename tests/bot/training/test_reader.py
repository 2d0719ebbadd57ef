"""Training the semantic reader: the same each time, and NumPy reads what torch has learnt."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bot.nlu.matching import match
from bot.nlu.phrase_data import MEANINGS, Phrase, label_names
from bot.nlu.semantic import SemanticReader
from bot.training import reader, texts
from bot.training.networks import Course, Data, Network, examples, train
from bot.training.reader import came_since, go_on, write
from bot.training.texts import NAMES, OUTPUTS, Labelled, labelled, sentences, wanted
from knowledge.encoder import Encoder

PHRASES = [("my lips are huge", "lip_swelling"), ("cannot get air in", "breathing_difficulty")]
NONE = ["it was on tuesday", "lovely staff", "thanks a lot", "the bill was high"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture
def data(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Data:
    monkeypatch.setattr(texts, "MADE_UP", 5)
    monkeypatch.setattr(texts, "JOINED", 5)
    said = [(Phrase(text, frozenset([name])),) for text, name in PHRASES]
    silent = [(Phrase(text, frozenset()),) for text in NONE]
    return Data(list(examples(encoder, sentences([*said, *silent] * 3))))


def test_the_same_data_give_the_same_reader(data: Data) -> None:
    [alone] = train(data, [1])
    _, beside = train(data, [0, 1])
    for name, array in alone.arrays().items():
        np.testing.assert_array_equal(array, beside.arrays()[name])


def test_clauses_that_nothing_parts_say_what_both_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MADE_UP", 0)
    monkeypatch.setattr(texts, "JOINED", 20)
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
    write(networks, encoder, [], tmp_path)
    message, _ = match("my lips are huge")
    [(_, _, read)] = SemanticReader(encoder, tmp_path).outputs(message)
    [(states, _)] = encoder.token_vectors(["my lips are huge"])
    given = torch.from_numpy(states[None])
    mask = torch.ones(1, len(states), dtype=torch.bool)
    with torch.no_grad():
        logits = torch.stack([net(given, mask)[0] for net in networks])
    np.testing.assert_allclose(read, torch.sigmoid(logits.mean(0)).numpy(), atol=2e-3)


def test_a_kept_reader_goes_on_with_what_came(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [(Phrase(text, frozenset([name]), "present"),) for text, name in PHRASES]
    before = [*said, *((Phrase(text, frozenset()),) for text in NONE)] * 40
    networks = train(Data(list(examples(encoder, before))), range(3))
    write(networks, encoder, before, tmp_path)
    new = (Phrase("gob feels like a boxing glove", frozenset(["mouth_swelling"]), "present"),)
    now = [*before, new]
    assert came_since(tmp_path, before, encoder) == []
    assert came_since(tmp_path, now, encoder) == [len(before)]
    assert came_since(tmp_path, before[: len(before) // 2], encoder) == []  # each is there still
    assert came_since(tmp_path, [new, *said], encoder) is None  # too much is gone
    monkeypatch.setattr(reader, "ONWARD", Course(passes=20, rate=3e-3))  # it has learnt so little

    def most(networks: list[Network], text: str, name: str) -> float:
        write(networks, encoder, now, tmp_path / "now")
        message, _ = match(text)
        return SemanticReader(encoder, tmp_path / "now").read(message).most(name)

    after = go_on(tmp_path, now, [len(before)], encoder)
    text, name = new[0].text, "mouth_swelling"
    assert most(after, text, name) > 0.5 > most(networks, text, name)
    for text, name in PHRASES:
        assert most(after, text, name) > 0.5
    assert go_on(tmp_path, before, [], encoder)[0].arrays().keys() == networks[0].arrays().keys()


@pytest.mark.parametrize("missing", ["reader.json", "reader.npz", "learnt.npy"])
def test_nothing_goes_on_from_half_a_reader(
    encoder: Encoder, data: Data, tmp_path: Path, missing: str
) -> None:
    write(train(data, [0]), encoder, [], tmp_path)
    (tmp_path / missing).unlink()
    assert came_since(tmp_path, [], encoder) is None
