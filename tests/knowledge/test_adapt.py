"""Adapting the encoder to questions and passages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from knowledge import adapt, adapter
from knowledge.adapt import (
    Learner,
    Lesson,
    Taught,
    all_lessons,
    contrast,
    draw,
    follow_ups,
    read_lesson,
)
from knowledge.data import DataError
from knowledge.encoder import Encoder
from knowledge.export import adapted_layers, put_on_top, source_model

LESSON = Lesson(
    (
        Taught(("can i swim", "is the pool ok"), ("Do not swim for a week.",)),
        Taught(("what about wine", "may I drink"), ("No alcohol on the first day.",)),
        Taught(("it peels", "flaky skin what now"), ("Let it peel by itself.",)),
    ),
    ("what does it cost", "are you open on sundays"),
)


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(adapt, "BATCH", 6)
    monkeypatch.setattr(adapt, "EPOCHS", 4)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def learner() -> Learner:
    from transformers import AutoTokenizer, BertModel

    folder = str(source_model())
    return Learner(BertModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder))


def test_what_learns_are_the_top_layers_and_the_same_each_time() -> None:
    learnt = []
    for _ in range(2):
        torch.manual_seed(0)
        each = learner()
        before = {name: weight.clone() for name, weight in each.bert.state_dict().items()}
        adapt.adapt(each, [LESSON])
        after = each.bert.state_dict()
        moved = {name for name, weight in before.items() if not torch.equal(weight, after[name])}
        lowest = len(each.bert.encoder.layer) - adapter.LAYERS
        assert moved
        assert all(int(name.split(".")[2]) >= lowest for name in moved)
        learnt.append(after)
    for name, weight in learnt[0].items():
        assert torch.equal(weight, learnt[1][name])


def test_a_question_is_told_apart_better_afterwards() -> None:
    each = learner()
    batch = draw(LESSON, np.random.default_rng(5))
    each.bert.eval()
    with torch.no_grad():
        before = contrast(each, batch).item()
    each.bert.train()
    adapt.adapt(each, [LESSON])
    each.bert.eval()
    with torch.no_grad():
        assert contrast(each, batch).item() < before


def test_vectors_are_those_of_the_exported_encoder(encoder: Encoder) -> None:
    each = learner()
    put_on_top(each.bert, adapted_layers(each.bert, adapter.RETRIEVAL))
    each.bert.eval()
    texts = ["may i run", "When can I wear make-up again after that?", "Let it peel by itself."]
    with torch.no_grad():
        vectors = each.vectors(texts).numpy()
    np.testing.assert_allclose(vectors, encoder.encode(texts), atol=1e-4)


def test_a_batch_holds_each_question_beside_something_of_its_passage() -> None:
    batch = draw(LESSON, np.random.default_rng(1))
    assert len(batch.questions) == len(batch.partners) == len(batch.numbers) == 6
    for question, partner, number in zip(
        batch.questions, batch.partners, batch.numbers, strict=True
    ):
        passage = LESSON.passages[number]
        assert question in passage.questions
        assert partner in (*passage.questions, *passage.texts)
        assert partner != question
    assert set(batch.unanswered) <= set(LESSON.unanswered)


def test_our_guide_and_the_lessons_are_learnt_from() -> None:
    ours, *others = all_lessons()
    assert ours.questions > 3_000
    assert len(ours.unanswered) > 2_000
    assert len(others) == 9
    for lesson in others:
        assert lesson.questions >= 150
        assert len(lesson.unanswered) >= 50
        assert all(passage.texts for passage in lesson.passages)


def test_a_question_that_leans_is_learnt_joined_to_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "guide.yml"
    file.write_text(
        'care/1:\n  - ["Can I shave?", "and how soon?"]\nnot-in-guide:\n  - ["a b", "c d"]\n'
    )
    learnt = follow_ups({"care/1"}, file)
    assert learnt == {"care/1": ["and how soon? Can I shave?"], "not-in-guide": ["c d a b"]}
    with pytest.raises(DataError, match=r"guide.yml:1: the guide has no passage care/1"):
        follow_ups({"other/1"}, file)


def test_our_follow_ups_lie_beside_their_passages() -> None:
    ours = all_lessons()[0]
    texts = {question for passage in ours.passages for question in passage.questions}
    assert sum("?" in text[:-1] for text in texts) > 200


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("passages: []\nunanswered: [what]\n", "lesson.yml:1"),
        ("passages:\n  - {}\n  - {}\nunanswered: [what]\n", "lesson.yml:2: .*heading"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "lesson.yml"
    file.write_text(text)
    with pytest.raises(DataError, match=problem):
        read_lesson(file)
