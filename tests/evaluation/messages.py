"""How well messages are read: ours and the others on the same messages, in the same run."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.nlu import read_by_lexicon

from . import scores
from .baselines.child import EVALUATION, RASA, Child
from .baselines.readers import asserted_by, classified_by
from .cases import Case
from .interview import Reader, interview, ours

_BASELINES = f"{__package__}.baselines"

#: The default threshold of Rasa's FallbackClassifier.
FALLBACK = 0.3

#: Words of a message that counts as short: about two clauses.
_SHORT = 20


@dataclass(frozen=True)
class Contestant:
    """A reader with its name; one that runs elsewhere tells its own time."""

    name: str
    reader: Reader
    child: Child | None = None


def lexicon_alone(
    text: str, now: datetime, asks: Sequence[str], items: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The product's reader without its semantic half."""
    return read_by_lexicon(text, now, "UTC", asks, items).to_json()


@contextmanager
def contestants() -> Iterator[list[Contestant]]:
    """Ours first; the others' processes run as long as the context."""
    assertion = partial(Child, python=EVALUATION, module=f"{_BASELINES}.assertion")
    with (
        assertion("medspacy") as medspacy,
        assertion("negspacy") as negspacy,
        Child("diet", python=RASA, module=f"{_BASELINES}.diet") as diet,
    ):
        yield [
            Contestant("ours", ours),
            Contestant("lexicon alone", lexicon_alone),
            Contestant("medspaCy ConText", asserted_by(medspacy), medspacy),
            Contestant("negspaCy", asserted_by(negspacy), negspacy),
            Contestant("Rasa DIET", classified_by(diet), diet),
            Contestant("DIET with fallback", classified_by(diet, FALLBACK), diet),
        ]


def measure(cases: Sequence[Case], who: Contestant) -> dict[str, Any]:
    """All figures of one reader."""
    milliseconds = speed(cases, who)
    outcomes = [interview(case, who.reader) for case in cases]
    confusion: dict[str, dict[str, int]] = defaultdict(dict)
    for (gold, told), number in scores.confusion(outcomes).items():
        confusion[gold][told] = number
    return {
        "dispositions": {k: v.to_json() for k, v in scores.dispositions(outcomes).items()},
        "findings": scores.findings(outcomes),
        "times": scores.times(outcomes).to_json(),
        "intents": scores.intents(outcomes),
        "milliseconds": milliseconds,
        "confusion": confusion,
        "missed": scores.missed(outcomes),
    }


def speed(cases: Sequence[Case], who: Contestant) -> dict[str, float]:
    """Milliseconds per message: a reader of ours with everything, another's own share alone."""
    every, short = [], []
    for case in cases:
        for text in case.messages:
            started = time.perf_counter()
            who.reader(text, datetime.fromisoformat(case.now), (), ())
            took = 1000 * (time.perf_counter() - started)
            every.append(who.child.milliseconds if who.child else took)
            if len(text.split()) <= _SHORT:
                short.append(every[-1])
    every.sort()
    return {
        "short p50": round(statistics.median(short), 1),
        "all p50": round(statistics.median(every), 1),
        "all p95": round(every[int(len(every) * 0.95)], 1),
    }
