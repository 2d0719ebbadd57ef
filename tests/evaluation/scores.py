"""What the outcomes of labelled cases come to: shares with 95 % intervals, and what was missed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .interview import Outcome

#: How urgent a disposition is; "nothing" is a case with nothing to triage.
URGENCY = {
    "nothing": 0,
    "expected": 0,
    "self_care": 1,
    "contact": 2,
    "undetermined": 2,
    "urgent": 3,
    "emergency": 4,
}
STATES = ("present", "absent", "uncertain", "past", "hypothetical")

#: A time is right within 12 hours or 15 % of it.
TIME_HOURS, TIME_SHARE = 12.0, 0.15


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with Wilson's 95 % interval (Wilson, JASA 1927)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return math.nan, math.nan
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def to_json(self) -> dict[str, Any]:
        low, high = self.interval
        return {
            "share": round(self.value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "hits": self.hits,
            "total": self.total,
        }

    @classmethod
    def of(cls, truths: Iterable[bool]) -> Share:
        listed = list(truths)
        return cls(sum(map(bool, listed)), len(listed))


def wanted(outcome: Outcome) -> str:
    """The labelled disposition."""
    return outcome.case.disposition or "nothing"


def got(outcome: Outcome) -> str:
    """The disposition after the replies."""
    return outcome.after or "nothing"


def dispositions(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """The shares that safety and usefulness are measured by."""
    emergencies = [o for o in outcomes if wanted(o) == "emergency"]
    calm = [o for o in outcomes if wanted(o) in ("nothing", "expected", "self_care")]
    others = [o for o in outcomes if wanted(o) != "emergency"]
    triaged = [o for o in outcomes if wanted(o) != "nothing"]
    steps = [URGENCY[got(o)] - URGENCY[wanted(o)] for o in triaged]
    return {
        "emergency sensitivity": Share.of(got(o) == "emergency" for o in emergencies),
        "emergency specificity": Share.of(got(o) != "emergency" for o in others),
        "false emergencies on traps and mild cases": Share.of(got(o) == "emergency" for o in calm),
        "exact disposition": Share.of(_same(wanted(o), got(o)) for o in outcomes),
        "under-triage": Share.of(step < 0 for step in steps),
        "under-triage by two levels": Share.of(step < -1 for step in steps),
        "over-triage": Share.of(step > 0 for step in steps),
    }


def _same(one: str, other: str) -> bool:
    equal = {"undetermined": "contact"}
    return equal.get(one, one) == equal.get(other, other)


def confusion(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often which disposition was told for which."""
    return Counter((wanted(o), got(o)) for o in outcomes)


def findings(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of finding and state, for each state and for all."""
    told: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    both: Counter[str] = Counter()
    for outcome in outcomes:
        read = {(name, said["state"]) for name, said in outcome.reading["findings"].items()}
        gold = {(name, said["state"]) for name, said in outcome.case.labels["findings"].items()}
        told.update(state for _, state in read)
        labelled.update(state for _, state in gold)
        both.update(state for _, state in read & gold)
    rows = {state: _f1(both[state], told[state], labelled[state]) for state in STATES}
    return {**rows, "all": _f1(both.total(), told.total(), labelled.total())}


def _f1(both: int, told: int, labelled: int) -> dict[str, float]:
    precision = both / told if told else math.nan
    recall = both / labelled if labelled else math.nan
    f1 = 2 * both / (told + labelled) if told + labelled else math.nan
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def times(outcomes: Sequence[Outcome]) -> Share:
    """How often the time since the treatment was read near enough, where one was told."""
    told = [o for o in outcomes if o.case.labels.get("hours") is not None]
    return Share.of(_near(o.reading["hours_since_treatment"], o.case.labels["hours"]) for o in told)


def _near(read: Any, gold: Any) -> bool:
    if read is None:
        return False
    found, meant = _middle(read), _middle(gold)
    return abs(found - meant) <= max(TIME_HOURS, TIME_SHARE * meant)


def _middle(hours: Any) -> float:
    return sum(hours) / len(hours) if isinstance(hours, (list, tuple)) else float(hours)


def intents(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each intent."""
    pairs = [(o.case.labels["intent"], o.reading["intent"]) for o in outcomes]
    names = sorted({name for pair in pairs for name in pair})
    return {
        name: _f1(
            sum(gold == read == name for gold, read in pairs),
            sum(read == name for _, read in pairs),
            sum(gold == name for gold, _ in pairs),
        )
        for name in names
    }


def missed(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Every case with another disposition than labelled, the most dangerous first."""
    wrong = [o for o in outcomes if not _same(wanted(o), got(o))]
    wrong.sort(key=lambda o: (URGENCY[got(o)] - URGENCY[wanted(o)], o.case.id))
    return [
        {
            "id": o.case.id,
            "wanted": wanted(o),
            "got": got(o),
            "messages": list(o.case.messages),
            "read": {
                name: f"{said['state']} ({said['found_by']})"
                for name, said in o.reading["findings"].items()
            },
            "labelled": {n: said["state"] for n, said in o.case.labels["findings"].items()},
            "asked": list(o.asked),
        }
        for o in wrong
    ]
