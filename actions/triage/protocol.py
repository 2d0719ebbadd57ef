"""The triage protocol as data: `protocol.yml`, checked and made ready to judge a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.triage.conditions import Condition, Maker, schema
from actions.triage.datafile import load
from actions.triage.findings import HERE, Disposition
from actions.triage.questions import load_questions

PROTOCOL_FILE = HERE / "protocol.yml"

#: Hours; a check-in that would be due sooner is due later instead.
SOONEST = 1.0


@dataclass(frozen=True)
class Rule:
    """One rule: when it holds (`when`), its disposition applies.

    A rule with `in_place_of` has no condition: it replaces those dispositions while an open ask
    could still raise them. `advice` is the rule's own, in place of its disposition's.
    """

    id: str
    disposition: Disposition
    says: str
    source: tuple[str, ...]
    advice: str | None = None
    when: Condition | None = None
    in_place_of: frozenset[Disposition] = frozenset()


@dataclass(frozen=True)
class Advice:
    """A disposition's urgency (higher is more urgent), its advice id and how staff see it."""

    urgency: int
    advice: str
    says: str


@dataclass(frozen=True)
class CheckIn:
    """When to ask again: `after` hours, or once `since_treatment` hours are reached."""

    after: float
    says: str
    source: tuple[str, ...]
    since_treatment: float | None = None

    def hours_from_now(self, hours_since_treatment: float | None) -> float:
        """How many hours after a result to ask again."""
        if self.since_treatment is None or hours_since_treatment is None:
            return self.after
        left = self.since_treatment - hours_since_treatment
        return left if left >= SOONEST else self.after


@dataclass(frozen=True)
class Protocol:
    """The whole protocol. `by_urgency` holds the rules that have a condition, most urgent first."""

    version: str
    reviewer: str | None
    signed_on: str | None
    dispositions: Mapping[Disposition, Advice]
    rules: tuple[Rule, ...]
    by_urgency: tuple[tuple[Disposition, tuple[tuple[str, Condition], ...]], ...]
    otherwise: Disposition
    when_unanswered: tuple[str, ...]
    sign_sources: Mapping[str, str]
    check_in: Mapping[Disposition, CheckIn]
    """By disposition; never one for an emergency."""

    @property
    def signed(self) -> bool:
        """Whether a clinician has signed this version."""
        return self.reviewer is not None

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; raises `KeyError`."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)


@lru_cache(maxsize=8)
def load_protocol(path: Path = PROTOCOL_FILE) -> Protocol:
    """Load a protocol; raises `DataError` that names file, line and what to do."""
    data = load(path, schema(path if path.with_suffix(".schema.json").exists() else PROTOCOL_FILE))
    maker = Maker(path)
    for name, rows in data["groups"].items():
        maker.add_group(name, rows)
    for name, sign in data["signs"].items():
        maker.add_sign(name, sign["when"])
    rules = tuple(_rule(maker, index, row) for index, row in enumerate(data["rules"]))
    _refuse_double_ids(maker, rules)
    askable = {ask for question in load_questions() for ask in question.asks}
    for index, ask in enumerate(data["when_unanswered"]):
        if ask not in askable:
            raise maker.wrong(
                ("when_unanswered", index), f"'{ask}' is no ask of questions.yml; correct it"
            )
    signed = data["signed"] or {}
    dispositions = {Disposition(name): Advice(**row) for name, row in data["dispositions"].items()}
    return Protocol(
        version=data["version"],
        reviewer=signed.get("reviewer"),
        signed_on=signed.get("date"),
        dispositions=dispositions,
        rules=rules,
        by_urgency=_by_urgency(dispositions, rules),
        otherwise=Disposition(data["otherwise"]),
        when_unanswered=tuple(data["when_unanswered"]),
        sign_sources={name: sign["source"] for name, sign in data["signs"].items()},
        check_in={
            Disposition(name): _check_in(maker, name, row) for name, row in data["check_in"].items()
        },
    )


def _rule(maker: Maker, index: int, row: Mapping[str, Any]) -> Rule:
    where = ("rules", index)
    if ("when" in row) == ("in_place_of" in row):
        raise maker.wrong(where, f"rule {row['id']} needs either when: or in_place_of:")
    return Rule(
        id=row["id"],
        disposition=Disposition(row["disposition"]),
        says=row["says"],
        source=tuple(row["source"]),
        advice=row.get("advice"),
        when=maker.make(row["when"], (*where, "when")) if "when" in row else None,
        in_place_of=frozenset(Disposition(name) for name in row.get("in_place_of", ())),
    )


def _check_in(maker: Maker, name: str, row: Mapping[str, Any]) -> CheckIn:
    given = {"after_hours", "after_treatment_hours", "else_after_hours"}.intersection(row)
    if given not in ({"after_hours"}, {"after_treatment_hours", "else_after_hours"}):
        told = "write either after_hours:, or after_treatment_hours: and else_after_hours:"
        raise maker.wrong(("check_in", name), told)
    return CheckIn(
        after=row.get("after_hours") or row["else_after_hours"],
        says=row["says"],
        source=tuple(row["source"]),
        since_treatment=row.get("after_treatment_hours"),
    )


def _refuse_double_ids(maker: Maker, rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.id in seen:
            raise maker.wrong(
                ("rules", index, "id"), f"rule {rule.id} stands here twice; rename one"
            )
        seen.add(rule.id)


def _by_urgency(
    dispositions: Mapping[Disposition, Advice], rules: tuple[Rule, ...]
) -> tuple[tuple[Disposition, tuple[tuple[str, Condition], ...]], ...]:
    ordered = sorted(dispositions, key=lambda name: -dispositions[name].urgency)
    return tuple(
        (
            name,
            tuple(
                (rule.id, rule.when)
                for rule in rules
                if rule.disposition is name and rule.when is not None
            ),
        )
        for name in ordered
    )
