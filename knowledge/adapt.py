"""Adapt the encoder to questions and passages: `python -m knowledge.adapt` (half an hour, 2 cores).

The top layers learn to bring a question near the other questions that the same passage answers, and
near that passage, and away from all others and from questions that no passage answers (contrastive
learning with the others of a batch: van den Oord et al., "Representation Learning with Contrastive
Predictive Coding", 2018; Karpukhin et al., "Dense Passage Retrieval", EMNLP 2020). They learn from
our guide's authored questions and from small guides on other subjects (`lessons/`), so that they
serve a guide of which no question is authored as well; and from questions that lean on the one
before, as the search reads them (`lessons/follow-ups/`). What they have learnt is kept with the
code (`adapters/retrieval.npz`): this is run by hand. The same data give the same adapter. The one
that is kept is the middle (`--beside`) of two, of which one has learnt from a tenth of the
follow-ups only.
"""

from __future__ import annotations

import argparse
import copy
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from knowledge import adapter
from knowledge.authored import answered_questions, declined_questions
from knowledge.chunks import passages
from knowledge.data import DataError, read_yaml
from knowledge.export import source_model
from knowledge.intake import read_guide
from knowledge.question import Topic, joined
from knowledge.rows import ANSWERED, rows

GUIDE = Path(__file__).with_name("guide")
LESSONS = Path(__file__).with_name("lessons")
FOLLOW_UPS = LESSONS / "follow-ups" / "guide.yml"

EPOCHS = 6
BATCH = 96
RATE = 5e-5
TEMPERATURE = 0.05
#: How often a question is held beside its passage, or a sentence of it, instead of a question.
WITH_PASSAGE = 0.3
#: For so many questions that are answered, one that is not.
UNANSWERED = 2
LONGEST = 64
LONGEST_STEP = 1.0
SEED = 1
THREADS = 2
#: Texts of about one length are encoded together, in so many parts.
_PARTS = 6

_TEXT = {"type": "string", "minLength": 2}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1}
_PASSAGE = {"heading": _TEXT, "text": _TEXT, "questions": _TEXTS}
_SCHEMA = {
    "type": "object",
    "required": ["passages", "unanswered"],
    "additionalProperties": False,
    "properties": {
        "passages": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "required": list(_PASSAGE),
                "additionalProperties": False,
                "properties": _PASSAGE,
            },
        },
        "unanswered": _TEXTS,
    },
}


#: Pairs of [earlier question, the one that leans on it], by the passage that answers the latter.
_PAIR = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}
_FOLLOW_UPS = {"type": "object", "additionalProperties": {"type": "array", "items": _PAIR}}
_NOT_IN_GUIDE = "not-in-guide"


@dataclass(frozen=True)
class Taught:
    """A passage: questions that it answers, and its own texts (the whole, and its sentences)."""

    questions: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A guide to learn from."""

    passages: tuple[Taught, ...]
    unanswered: tuple[str, ...]

    @property
    def questions(self) -> int:
        """How many of its questions are answered."""
        return sum(len(passage.questions) for passage in self.passages)


@dataclass(frozen=True)
class Batch:
    """Questions, for each something that belongs to it, and the number of its passage; and
    questions that belong to nothing."""

    questions: list[str]
    partners: list[str]
    numbers: list[int]
    unanswered: list[str]


def lesson_of_guide(folder: Path = GUIDE) -> Lesson:
    """Our guide with its authored questions, as they are written."""
    documents = list(read_guide(folder).documents.values())
    chunks = [passage for document in documents for passage in passages(document)]
    topic = Topic(sorted({word for document in documents for word in document.topic}))
    questions: dict[int, list[str]] = {number: [] for number in range(len(chunks))}
    texts: dict[int, list[str]] = {number: [] for number in range(len(chunks))}
    for row in rows(chunks, answered_questions(folder, chunks), []):
        kept = questions if row.kind in ANSWERED else texts
        kept[row.passage].append(topic.fade(row.text))
    leaning = follow_ups({passage.id for passage in chunks}) if folder == GUIDE else {}
    for number, passage in enumerate(chunks):
        questions[number] += map(topic.fade, leaning.get(passage.id, ()))
    declined = [question for _, question in declined_questions(folder)]
    declined += leaning.get(_NOT_IN_GUIDE, ())
    return Lesson(
        tuple(Taught(tuple(questions[n]), tuple(texts[n])) for n in range(len(chunks))),
        tuple(map(topic.fade, declined)),
    )


def follow_ups(passage_ids: Collection[str], path: Path = FOLLOW_UPS) -> dict[str, list[str]]:
    """By passage each question that leans on another, joined to it.

    Raises `DataError` naming file and line, also for a key that is no passage.
    """
    content, lines = read_yaml(path, _FOLLOW_UPS)
    for key in content:
        if key not in passage_ids and key != _NOT_IN_GUIDE:
            raise DataError(f"{path}:{lines[key,]}: the guide has no passage {key}")
    return {
        passage: [joined(question, earlier) for earlier, question in pairs]
        for passage, pairs in content.items()
    }


def read_lesson(path: Path) -> Lesson:
    """One file of `lessons/`; raises `DataError` naming file and line."""
    content, _ = read_yaml(path, _SCHEMA)
    taught = []
    for each in content["passages"]:
        sentences = re.split(r"(?<=[.!?])\s+", each["text"])
        texts = (f"{each['heading']}. {each['text']}", *sentences)
        taught.append(Taught(tuple(each["questions"]), texts))
    return Lesson(tuple(taught), tuple(content["unanswered"]))


def draw(lesson: Lesson, dice: np.random.Generator) -> Batch:
    """A batch of one lesson; passages with many questions come up more often, by the root."""
    share = np.sqrt([len(passage.questions) for passage in lesson.passages])
    count = min(BATCH, 4 * len(lesson.passages))
    numbers = dice.choice(len(lesson.passages), count, p=share / share.sum()).tolist()
    questions, partners = [], []
    for number in numbers:
        passage = lesson.passages[number]
        many = len(passage.questions)
        one, other = dice.choice(many, 2, replace=many < 2)
        questions.append(passage.questions[one])
        if dice.random() < WITH_PASSAGE:
            partners.append(passage.texts[dice.integers(len(passage.texts))])
        else:
            partners.append(passage.questions[other])
    outside = min(count // UNANSWERED, len(lesson.unanswered))
    rest = dice.choice(len(lesson.unanswered), outside, replace=False)
    return Batch(questions, partners, numbers, [lesson.unanswered[at] for at in rest])


class Learner:
    """The encoder whose top layers learn; dropout is set to a tenth in all of it."""

    def __init__(self, bert: Any, tokenizer: Any) -> None:
        self.bert, self.tokenizer = bert, tokenizer
        bert.requires_grad_(False)
        self.layers: Sequence[nn.Module] = list(bert.encoder.layer[-adapter.LAYERS :])
        for layer in self.layers:
            layer.requires_grad_(True)
        bert.train()
        for module in bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.1

    def weights(self) -> list[nn.Parameter]:
        """What learns."""
        return [weight for layer in self.layers for weight in layer.parameters()]

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors (texts, 384), as `knowledge.encoder` makes them; like lengths together."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        step = -(-len(texts) // _PARTS)
        parts = [
            self._encode([texts[place] for place in order[start : start + step]])
            for start in range(0, len(order), step)
        ]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[back]

    def _encode(self, texts: Sequence[str]) -> Tensor:
        given = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        states = self.bert(**given).last_hidden_state
        mask = given["attention_mask"][..., None].float()
        return nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)


def contrast(learner: Learner, batch: Batch) -> Tensor:
    """How badly each question is told apart from what does not belong to it, both ways."""
    count = len(batch.questions)
    vectors = learner.vectors([*batch.questions, *batch.partners, *batch.unanswered])
    one, other, outside = vectors[:count], vectors[count : 2 * count], vectors[2 * count :]
    numbers = torch.tensor(batch.numbers)
    # Others of the same passage are no mistake.
    same = (numbers[:, None] == numbers[None]) & ~torch.eye(count, dtype=torch.bool)
    losses = []
    for these, those in ((one, other), (other, one)):
        near = (these @ those.T / TEMPERATURE).masked_fill(same, -1e4)
        near = torch.cat([near, these @ outside.T / TEMPERATURE], dim=1)
        losses.append(nn.functional.cross_entropy(near, torch.arange(count)))
    return torch.stack(losses).mean()


def adapt(learner: Learner, lessons: Sequence[Lesson]) -> None:
    """Let the layers learn for `EPOCHS` times as many questions as the lessons have."""
    torch.manual_seed(SEED)
    dice = np.random.default_rng(SEED)
    share = np.array([lesson.questions for lesson in lessons], dtype=np.float64)
    steps = max(1, int(EPOCHS * share.sum() / BATCH))
    optimizer = torch.optim.AdamW(learner.weights(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps + 1, pct_start=0.1
    )
    losses: list[float] = []
    for step in range(1, steps + 1):
        lesson = lessons[dice.choice(len(lessons), p=share / share.sum())]
        loss = contrast(learner, draw(lesson, dice))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learner.weights(), LONGEST_STEP)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 20 == 0:
            print(f"{step} of {steps} batches, loss {np.mean(losses[-20:]):.2f}", flush=True)


def all_lessons() -> list[Lesson]:
    """Our guide and the others."""
    return [lesson_of_guide(), *map(read_lesson, sorted(LESSONS.glob("*.yml")))]


def main() -> None:
    """Learn from all lessons."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.adapt", description=__doc__)
    parser.add_argument("--file", type=Path, default=adapter.RETRIEVAL)
    parser.add_argument("--beside", type=Path, help="average with this one, learnt before")
    args = parser.parse_args()
    before_it = adapter.read(args.beside) if args.beside else None
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import AutoTokenizer, BertModel

    torch.set_num_threads(THREADS)
    bert: Any = BertModel.from_pretrained(str(source_model()))
    before = copy.deepcopy(bert.encoder.layer[-adapter.LAYERS :])
    learner = Learner(bert, AutoTokenizer.from_pretrained(str(source_model())))
    adapt(learner, all_lessons())
    learnt = adapter.differences(before, learner.layers)
    adapter.write(adapter.average(learnt, before_it) if before_it else learnt, args.file)


if __name__ == "__main__":
    main()
