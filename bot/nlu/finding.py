"""A finding as one message tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.triage import Extent, Severity, State, Subject

#: Which of the readers found a finding.
LEXICON, SEMANTIC, BOTH = "lexicon", "semantic", "both"

#: Which of several mentions of one finding counts: the more urgent state, the patient's own first.
_WEIGHT = {
    State.PRESENT: 5,
    State.UNCERTAIN: 4,
    State.PAST: 3,
    State.ABSENT: 2,
    State.HYPOTHETICAL: 1,
}


@dataclass(frozen=True)
class Finding:
    """State, degree, person and the characters of the text that say so.

    `recent` is false for a past finding of an older episode and true for every other past one.
    """

    state: State
    severity: Severity | None = None
    extent: Extent | None = None
    subject: Subject = Subject.SELF
    found_by: str = LEXICON
    span: tuple[int, int] = (0, 0)
    recent: bool | None = None

    def to_json(self) -> dict[str, object]:
        """The JSON object of the message contract."""
        said: dict[str, object] = {"state": str(self.state)}
        if self.severity is not None:
            said["severity"] = str(self.severity)
        if self.extent is not None:
            said["extent"] = str(self.extent)
        said |= {"subject": str(self.subject), "found_by": self.found_by, "span": list(self.span)}
        if self.recent is not None:
            said["recent"] = self.recent
        return said


def weightier(one: Finding, other: Finding, red_flag: bool) -> Finding:
    """What two mentions of one finding say together.

    The patient's own counts before another person's, but a red flag that somebody has now is kept
    unless the patient has it. Degrees of mentions with the same state unite; the worse one stays.
    """
    first, second = sorted((one, other), key=lambda f: _rank(f, red_flag), reverse=True)
    if (first.state, first.subject) != (second.state, second.subject):
        return first
    severities = [f.severity for f in (first, second) if f.severity is not None]
    extents = [f.extent for f in (first, second) if f.extent is not None]
    return replace(
        first,
        severity=max(severities, key=list(Severity).index, default=None),
        extent=max(extents, key=list(Extent).index, default=None),
    )


def _rank(finding: Finding, red_flag: bool) -> tuple[int, int]:
    own = finding.subject is Subject.SELF
    held = finding.state in (State.PRESENT, State.UNCERTAIN)
    weight = _WEIGHT[finding.state] - (0 if finding.recent is not False else 2)
    if red_flag and held:
        return (2 if own else 1), weight
    return (0 if red_flag or own else -1), weight if own or held else weight - 10
