"""The phrases that the semantic reader learns from (`phrases/*.yml`).

A file is either a mapping from what the phrases say to the phrases, or a list of messages, each
cut into its clauses:

    lip_swelling + numbness:           -
      - "my mouth is fat and dead"       - "none: had it done at three"
    none:                                - "lip_swelling: now my mouth is twice its size"
      - "lip balm on"

What a phrase says is a finding, several joined by " + ", `trend_rapid` (it grows within minutes to
hours), or `none`. In some folders each mention also says how it is meant:

    -
      - "lip_swelling (told): my aunt's lips swelled"
      - "none: that was in 2017"

    present   own, now or since this treatment      recent   own, since this treatment, over now
    absent    denied, or said to be fine            old      own, an earlier episode
    if        only asked, feared, advised           other    another person has it now
    told      another person's past, a film, a form idiom    the words in another sense
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from actions.triage import findings
from actions.triage.case import TREND_RAPID
from actions.triage.datafile import load, problem

FOLDER = Path(__file__).with_name("phrases")

#: The folders in whose files each mention says how it is meant; what is `none` there names nothing.
_WITH_MEANINGS = frozenset({"assertions", "voices", "developed"})

NONE = "none"

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_SCHEMA = {
    "anyOf": [
        {"type": "object", "additionalProperties": _TEXTS},
        {"type": "array", "items": _TEXTS},
    ]
}


#: How a mention can be meant, in the order of the reader's outputs.
MEANINGS = ("present", "recent", "absent", "if", "old", "other", "told", "idiom")

#: Only these say that a finding is the patient's own and there, or was since the treatment.
_HELD = ("present", "recent")

_SAYS = re.compile(r"(?P<names>[^()]*?)(?: \((?P<meaning>\w+)\))?")


@dataclass(frozen=True)
class Phrase:
    """A clause as patients write it, and the findings it says are there; none for `none`.

    `meaning` is how its mention is meant, None where nobody has said; `about`: the labels of which
    it is known whether it says them, None for all; `named`: all that it speaks of, there or not,
    None where nobody has said.
    """

    text: str
    labels: frozenset[str]
    meaning: str | None = None
    about: frozenset[str] | None = None
    named: frozenset[str] | None = None


def label_names() -> tuple[str, ...]:
    """Everything that a phrase can say, in the order of the reader's outputs."""
    return (*findings(), TREND_RAPID)


def load_messages(folder: Path = FOLDER) -> list[tuple[Phrase, ...]]:
    """All phrases, those of one message together; raises `DataError` naming file and line."""
    return [message for path in sorted(folder.rglob("*.yml")) for message in _read(path)]


def _read(path: Path) -> Iterator[tuple[Phrase, ...]]:
    data = load(path, _SCHEMA)
    if isinstance(data, list):
        for number, clauses in enumerate(data):
            yield tuple(_clause(path, number, at, clause) for at, clause in enumerate(clauses))
        return
    for says, texts in data.items():
        phrase = _phrase(path, (says,), says, "")
        yield from ((replace(phrase, text=text),) for text in texts)


def _clause(path: Path, number: int, at: int, clause: str) -> Phrase:
    says, colon, text = clause.partition(": ")
    if not colon:
        raise problem(path, (number, at), 'write what the clause says first: "hives: welts again"')
    return _phrase(path, (number, at), says, text)


def _phrase(path: Path, where: tuple[str | int, ...], says: str, text: str) -> Phrase:
    found = _SAYS.fullmatch(says)
    names = frozenset(found["names"].split(" + ")) - {NONE} if found else frozenset({says})
    unknown = sorted(names - set(label_names()))
    if unknown:
        raise problem(
            path, where, f"'{unknown[0]}' is no finding; name one of findings.yml, or none"
        )
    meaning = found["meaning"] if found else None
    if meaning is not None and meaning not in MEANINGS:
        raise problem(path, where, f"'{meaning}' is not known; use one of: {', '.join(MEANINGS)}")
    labels = names if meaning in (None, *_HELD) else frozenset()
    named = names if meaning != "idiom" else frozenset()
    is_known = meaning is not None or not _WITH_MEANINGS.isdisjoint(path.parts)
    return Phrase(text, labels, meaning, named=named if is_known else None)
