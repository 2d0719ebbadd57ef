"""The phrases that the semantic reader learns from (`phrases/*.yml`).

A file is either a mapping from what the phrases say to the phrases, or a list of messages, each
cut into its clauses:

    lip_swelling + numbness:           -
      - "my mouth is fat and dead"       - "none: had it done at three"
    none:                                - "lip_swelling: now my mouth is twice its size"
      - "lip balm on"

What a phrase says is a finding, several joined by " + ", `trend_rapid` (it grows within minutes to
hours), or `none`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from actions.triage import findings
from actions.triage.case import TREND_RAPID
from actions.triage.datafile import load, problem

FOLDER = Path(__file__).with_name("phrases")

NONE = "none"

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_SCHEMA = {
    "anyOf": [
        {"type": "object", "additionalProperties": _TEXTS},
        {"type": "array", "items": _TEXTS},
    ]
}


@dataclass(frozen=True)
class Phrase:
    """A clause as patients write it, and what it says; nothing for `none`."""

    text: str
    labels: frozenset[str]


def label_names() -> tuple[str, ...]:
    """Everything that a phrase can say, in the order of the reader's outputs."""
    return (*findings(), TREND_RAPID)


def load_messages(folder: Path = FOLDER) -> list[tuple[Phrase, ...]]:
    """All phrases, those of one message together; raises `DataError` naming file and line."""
    return [message for path in sorted(folder.glob("*.yml")) for message in _read(path)]


def _read(path: Path) -> Iterator[tuple[Phrase, ...]]:
    data = load(path, _SCHEMA)
    if isinstance(data, list):
        for number, clauses in enumerate(data):
            yield tuple(_clause(path, number, at, clause) for at, clause in enumerate(clauses))
        return
    for says, texts in data.items():
        labels = _labels(path, (says,), says)
        yield from ((Phrase(text, labels),) for text in texts)


def _clause(path: Path, number: int, at: int, clause: str) -> Phrase:
    says, colon, text = clause.partition(": ")
    if not colon:
        raise problem(path, (number, at), 'write what the clause says first: "hives: welts again"')
    return Phrase(text, _labels(path, (number, at), says))


def _labels(path: Path, where: Iterable[str | int], says: str) -> frozenset[str]:
    names = frozenset(says.split(" + ")) - {NONE}
    unknown = sorted(names - set(label_names()))
    if unknown:
        raise problem(
            path, tuple(where), f"'{unknown[0]}' is no finding; name one of findings.yml, or none"
        )
    return names
