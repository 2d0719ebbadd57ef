"""The check's questions and the asks in them, from `questions.yml`.

An ask is one thing that an answer can fill (a finding, `treated_at`, `risks` …); a question puts
several asks to the patient in one message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from actions.triage.case import CONTEXT_ASKS, Assertion, Case
from actions.triage.conditions import Condition, Maker, View, schema
from actions.triage.datafile import load
from actions.triage.findings import HERE, Extent, Finding, Risk, Severity, State, findings

QUESTIONS_FILE = HERE / "questions.yml"


@dataclass(frozen=True)
class Question:
    """A question by id, with the asks it can hold, in order."""

    id: str
    asks: tuple[str, ...]


@dataclass(frozen=True)
class Ask:
    """One ask: when it is open, and the answer to it that weighs most."""

    id: str
    open: Condition
    most_urgent: Case
    covers: frozenset[Risk] = frozenset()

    def is_open(self, view: View) -> bool:
        """Whether the patient's answer is still unknown."""
        return self.id not in view.case.cleared and self.open(view)

    def answered_worst(self, case: Case) -> Case:
        """The case after the most urgent answer; risks that were denied stay denied."""
        if not self.covers:
            return case.merged(self.most_urgent)
        unknown = frozenset(risk for risk in self.covers if risk not in case.cleared)
        return case.merged(Case(risks=unknown))


def load_questions() -> tuple[Question, ...]:
    """The questions in the protocol's order; raises `DataError` for a wrong file."""
    return _load()[0]


def load_asks() -> tuple[Ask, ...]:
    """Every ask of every question, in the order of asking; raises `DataError`."""
    return _load()[1]


@lru_cache(maxsize=1)
def _load() -> tuple[tuple[Question, ...], tuple[Ask, ...]]:
    path = QUESTIONS_FILE
    data = load(path, schema(path))
    maker = Maker(path)
    described = {name: _described(maker, name, row) for name, row in data["asks"].items()}
    questions, asks = [], []
    for number, row in enumerate(data["questions"]):
        questions.append(Question(row["id"], tuple(row["asks"])))
        for index, name in enumerate(row["asks"]):
            if name in described:
                asks.append(described[name])
            elif name in findings():
                asks.append(_of_finding(maker, findings()[name]))
            else:
                raise maker.wrong(
                    ("questions", number, "asks", index),
                    f"'{name}' is neither a finding nor described under asks:; correct it",
                )
    return tuple(questions), tuple(asks)


def _described(maker: Maker, name: str, row: Mapping[str, Any]) -> Ask:
    where = ("asks", name)
    if name not in CONTEXT_ASKS:
        raise maker.wrong(where, f"'{name}' is no ask; use one of: {', '.join(CONTEXT_ASKS)}")
    try:
        if "covers" in row:
            covers = frozenset(Risk(risk) for risk in row["covers"])
            unknown = maker.make({"unmentioned": row["covers"]}, where)
            return Ask(name, unknown, Case(risks=covers), covers)
        answer = Case.from_json(row["most_urgent"])
    except ValueError as error:
        raise maker.wrong(where, f"{error}; correct it") from None
    return Ask(name, maker.make(row["open"], (*where, "open")), answer)


def _of_finding(maker: Maker, finding: Finding) -> Ask:
    worst = Assertion(
        State.PRESENT,
        severity=Severity.SEVERE if finding.severity else None,
        extent=Extent.ALL_OVER if finding.extent else None,
    )
    unknown = maker.make({"unmentioned": finding.id}, ("asks", finding.id))
    return Ask(finding.id, unknown, Case(findings={finding.id: worst}))
