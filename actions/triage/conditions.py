"""The protocol's condition language: from a mapping in YAML to a yes-or-no function of a case.

The language is described at the head of `protocol.yml`. Conditions are made once, when a file is
loaded, so that a case is judged in microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from actions.triage import datafile
from actions.triage.case import Assertion, Case
from actions.triage.findings import HERE, Extent, Risk, Severity, State, Trend, findings

ANY_FINDING = "any"
UNSAID = "unsaid"

_KINDS = frozenset(
    {"all", "any", "none", "is", "at_least", "finding", "only", "other_than", "hours", "lasting"}
    | {"trend", "risk", "recurred", "home_care_tried", "unmentioned"}
)


@dataclass(frozen=True)
class View:
    """A case as conditions see it: the findings of one person, and the context."""

    case: Case
    present: Mapping[str, Assertion]
    over: Mapping[str, Assertion]
    hours: float | None
    lasting: float | None

    @classmethod
    def of_patient(cls, case: Case) -> View:
        """The patient's own findings."""
        present: dict[str, Assertion] = {}
        over: dict[str, Assertion] = {}
        for name, said in case.findings.items():
            if said.active:
                present[name] = said
            elif said.state is State.PAST:
                over[name] = said
        hours = case.hours_late
        lasting = hours if case.duration is None else case.duration[1]
        return cls(case, present, over, hours, lasting)

    @classmethod
    def of_other(cls, case: Case) -> View | None:
        """What another person has right now; None when nobody else is spoken of."""
        present = {name: said for name, said in case.others.items() if said.active}
        return cls(case, present, {}, None, None) if present else None

    def knows(self, name: str) -> bool:
        """Whether anything is known about a finding, a risk or a piece of context."""
        case = self.case
        if name == "treated_at":
            return case.hours is not None
        if name == "trend":
            return case.trend is not None
        if name == "home_care_tried":
            return case.home_care_tried is not None
        return name in case.findings or name in case.risks or name in case.cleared


Condition = Callable[[View], bool]


@dataclass(frozen=True)
class Pattern:
    """Findings by id, and which states, severities and extents of them are meant (None: all)."""

    names: frozenset[str]
    states: frozenset[str] = frozenset({"present"})
    severities: frozenset[Severity | None] | None = None
    extents: frozenset[Extent | None] | None = None

    def fits(self, name: str, said: Assertion) -> bool:
        """Whether one finding is meant, its state aside."""
        return (
            name in self.names
            and (self.severities is None or said.severity in self.severities)
            and (self.extents is None or said.extent in self.extents)
        )

    def holds(self, view: View) -> bool:
        """Whether the person has a finding that is meant."""
        # Plain loops: this runs some thousand times for each message.
        if "present" in self.states:
            for name, said in view.present.items():
                if name in self.names and self.fits(name, said):
                    return True
        if "over" in self.states:
            for name, said in view.over.items():
                if name in self.names and self.fits(name, said):
                    return True
        return False


def schema(path: Path) -> dict[str, Any]:
    """The JSON schema beside a data file, with the condition language in its definitions."""
    own: dict[str, Any] = json.loads(path.with_suffix(".schema.json").read_text("utf-8"))
    shared = json.loads((HERE / "conditions.schema.json").read_text("utf-8"))
    return {**own, "definitions": {**own.get("definitions", {}), **shared}}


class Maker:
    """Makes conditions out of one file's mappings.

    `where` is the place in the file, for errors: an unknown name raises `datafile.DataError`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[str, tuple[Pattern, ...]] = {}
        self._signs: dict[str, Condition] = {}

    def add_group(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Name a group of findings."""
        where = ("groups", name)
        if name == ANY_FINDING or name in findings():
            raise self.wrong(where, "a finding has this name already; rename the group")
        self._groups[name] = tuple(
            pattern
            for index, row in enumerate(rows)
            for pattern in self._patterns(row, (*where, index))
        )

    def add_sign(self, name: str, when: Mapping[str, Any]) -> None:
        """Name a condition, for `is` and `at_least`."""
        self._signs[name] = self.make(when, ("signs", name, "when"))

    def make(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        """Make the condition that a mapping describes."""
        kinds = sorted(_KINDS & set(spec))
        if len(kinds) != 1:
            raise self.wrong(where, "write exactly one condition here; join several with all:")
        kind = kinds[0]
        allowed = {"finding": {"state", "severity", "extent"}, "at_least": {"of"}}.get(kind, set())
        stray = sorted(set(spec) - {kind} - allowed)
        if stray or (kind == "at_least" and "of" not in spec):
            raise self.wrong(where, f"'{kind}' does not go with {stray or 'no of:'}; correct it")
        made: Condition = getattr(self, f"_{kind}")(spec, where)
        return made

    def wrong(self, where: datafile.Where, what: str) -> datafile.DataError:
        """The error to raise for something in this file."""
        return datafile.problem(self._path, where, what)

    def _all(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        parts = self._parts(spec["all"], (*where, "all"))
        return lambda view: all(part(view) for part in parts)

    def _any(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        parts = self._parts(spec["any"], (*where, "any"))
        return lambda view: any(part(view) for part in parts)

    def _none(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        parts = self._parts(spec["none"], (*where, "none"))
        return lambda view: not any(part(view) for part in parts)

    def _is(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        return self._sign(spec["is"], (*where, "is"))

    def _at_least(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        parts = [self._sign(name, (*where, "of", i)) for i, name in enumerate(spec["of"])]
        least = spec["at_least"]
        return lambda view: sum(part(view) for part in parts) >= least

    def _finding(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        patterns = self._patterns(spec, where)
        if len(patterns) == 1:
            return patterns[0].holds
        return lambda view: any(pattern.holds(view) for pattern in patterns)

    def _only(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        patterns = self._grouped(spec["only"], (*where, "only"))
        return lambda view: all(_covered(patterns, *item) for item in view.present.items())

    def _other_than(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        patterns = self._grouped(spec["other_than"], (*where, "other_than"))
        return lambda view: not all(_covered(patterns, *item) for item in view.present.items())

    def _hours(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        limit = _limit(spec["hours"])
        return lambda view: view.hours is not None and view.hours > limit

    def _lasting(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        limit = _limit(spec["lasting"])
        return lambda view: view.lasting is not None and view.lasting > limit

    def _trend(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        trends = frozenset(Trend(name) for name in spec["trend"])
        return lambda view: view.case.trend in trends

    def _risk(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        risks = frozenset(Risk(name) for name in spec["risk"])
        return lambda view: not risks.isdisjoint(view.case.risks)

    def _recurred(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        return lambda view: view.case.recurred is True

    def _home_care_tried(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        return lambda view: view.case.home_care_tried is True

    def _unmentioned(self, spec: Mapping[str, Any], where: datafile.Where) -> Condition:
        names = _as_list(spec["unmentioned"])
        known = {*findings(), *Risk, "treated_at", "trend", "home_care_tried"}
        for name in names:
            if name not in known:
                raise self.wrong((*where, "unmentioned"), f"'{name}' is not known; correct it")
        return lambda view: not all(view.knows(name) for name in names)

    def _parts(
        self, specs: Sequence[Mapping[str, Any]], where: datafile.Where
    ) -> tuple[Condition, ...]:
        return tuple(self.make(spec, (*where, index)) for index, spec in enumerate(specs))

    def _sign(self, name: str, where: datafile.Where) -> Condition:
        if name not in self._signs:
            raise self.wrong(where, f"there is no sign '{name}'; name one under signs:")
        return self._signs[name]

    def _grouped(self, names: Iterable[str], where: datafile.Where) -> tuple[Pattern, ...]:
        for index, name in enumerate(names):
            if name not in self._groups:
                raise self.wrong(
                    (*where, index), f"there is no group '{name}'; name one under groups:"
                )
        return tuple(pattern for name in names for pattern in self._groups[name])

    def _patterns(self, spec: Mapping[str, Any], where: datafile.Where) -> tuple[Pattern, ...]:
        """The patterns meant by `finding` and the `state`, `severity`, `extent` beside it."""
        own = _qualities(spec)
        plain: list[str] = []
        patterns: list[Pattern] = []
        for name in _as_list(spec["finding"]):
            if name == ANY_FINDING:
                plain.extend(findings())
            elif name in findings():
                plain.append(name)
            elif name in self._groups:
                patterns.extend(replace(pattern, **own) for pattern in self._groups[name])
            else:
                raise self.wrong(
                    (*where, "finding"),
                    f"'{name}' is neither a finding of findings.yml nor a group; correct it",
                )
        if plain:
            patterns.append(Pattern(frozenset(plain), **own))
        return tuple(patterns)


def _qualities(spec: Mapping[str, Any]) -> dict[str, Any]:
    qualities: dict[str, Any] = {}
    if "state" in spec:
        qualities["states"] = frozenset(spec["state"])
    if "severity" in spec:
        qualities["severities"] = _with_unsaid(spec["severity"], Severity)
    if "extent" in spec:
        qualities["extents"] = _with_unsaid(spec["extent"], Extent)
    return qualities


def _with_unsaid(names: Iterable[str], words: Callable[[str], Any]) -> frozenset[Any]:
    return frozenset(None if name == UNSAID else words(name) for name in names)


def _covered(patterns: Sequence[Pattern], name: str, said: Assertion) -> bool:
    return any(pattern.fits(name, said) for pattern in patterns)


def _limit(text: str) -> float:
    return float(text.rsplit(" ", 1)[1])


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
