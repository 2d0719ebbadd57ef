"""The phrases as texts to learn from: what is encoded together, and what each clause of it says."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from bot.nlu.matching import spelt
from bot.nlu.phrase_data import MEANINGS, Phrase, label_names
from knowledge.encoder import Offsets, Vectors

SEED = 0

#: What the network says of a clause: the findings that are there by it, those that it names in
#: whatever sense, and how a mention in it is meant.
NAMES = len(label_names())
OUTPUTS = 2 * NAMES + len(MEANINGS)

#: How many sentences of two to four single phrases are made up beside the phrases themselves, and
#: how many clauses of two phrases that nothing parts.
MADE_UP = 8_000
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
