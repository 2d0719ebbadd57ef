"""What is known about one patient: the facts that the protocol looks at.

A `Case` comes from readings (`bot.nlu`, JSON) or from slots, and grows by merging: later
information overrides earlier, as described at `Case.merged`. Times are hours; a time that is only
known as a range is kept as one, and its late end counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from actions.triage import parsing
from actions.triage.findings import Extent, Risk, Severity, State, Subject, Treatment, Trend
from actions.triage.findings import findings as known_findings
from actions.triage.parsing import Range

#: A fever begins here (NHS on cellulitis, see G:cellulitis in the guide) ...
FEVER_FROM_C = 38.0
#: ... and a measured temperature below this one rules it out. In between it stays unknown.
NO_FEVER_BELOW_C = 37.5

#: Asks about context, beside those named after a finding.
TREND_RAPID = "trend_rapid"
CONTEXT_ASKS = frozenset(
    {TREND_RAPID, "treated_at", "trend", "risks", "home_care_tried"}
    | {"hives_extent", "redness_extent", "itching_severity", "burning_severity"}
)

_CALM = frozenset({Trend.STABLE, Trend.IMPROVING, Trend.RESOLVED})


@dataclass(frozen=True)
class Assertion:
    """What was said of one finding; `past` is over, but since this treatment or in 72 hours."""

    state: State
    severity: Severity | None = None
    extent: Extent | None = None

    @property
    def active(self) -> bool:
        """Present or uncertain: "not sure" counts as present."""
        return self.state in (State.PRESENT, State.UNCERTAIN)


@dataclass(frozen=True)
class Case:
    """Everything known of one patient; an empty case knows nothing, and unknown is not absent.

    `findings` are the patient's own, `others` those of other people (looked at for emergencies
    only); stories and older episodes are neither. `cleared` holds what was denied (risks, and asks
    such as `trend_rapid`), `unanswered` the asks that stayed open after their last try.
    """

    findings: Mapping[str, Assertion] = field(default_factory=dict)
    others: Mapping[str, Assertion] = field(default_factory=dict)
    treated_at: tuple[datetime, datetime] | None = None
    hours: Range | None = None
    duration: Range | None = None
    trend: Trend | None = None
    recurred: bool | None = None
    home_care_tried: bool | None = None
    temperature_c: float | None = None
    treatment: Treatment | None = None
    risks: frozenset[Risk] = frozenset()
    cleared: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, obj: Mapping[str, Any], now: datetime | None = None) -> Case:
        """Make a case from a reading (see `python -m bot.nlu`).

        Missing and null keys mean "not said"; keys that a reading does not have are ignored.
        Without `hours_since_treatment` the hours follow from `treated_at` and `now` (default:
        the present moment). Raises `ValueError` that names the first unknown word or odd value.
        """
        read = parsing.Reader(obj)
        treated_at = read.moments("treated_at")
        hours = read.range("hours_since_treatment")
        if hours is None and treated_at is not None:
            hours = hours_between(treated_at, now or datetime.now(timezone.utc))
        if hours is None or hours[1] < 0:  # a treatment still to come says nothing
            treated_at = hours = None
        risks = frozenset(read.words("risks", Risk))
        trend = read.word("trend", Trend)
        cleared = read.ids("cleared", CONTEXT_ASKS | set(Risk)) - {str(risk) for risk in risks}
        temperature = read.number("temperature_c")
        own, others, stories = _assertions(read)
        if "fever" in others or "fever" in stories:  # then so is the temperature
            temperature = None
        return cls(
            findings=own if temperature is None else _with_fever(own, temperature),
            others=others,
            treated_at=treated_at,
            hours=hours,
            duration=read.range("duration_hours"),
            trend=trend,
            recurred=read.truth("recurred"),
            home_care_tried=read.truth("home_care_tried"),
            temperature_c=temperature,
            treatment=read.word("treatment", Treatment),
            risks=risks,
            cleared=_cleared_by(trend, cleared),
            unanswered=read.ids("unanswered", CONTEXT_ASKS | set(known_findings())),
        )

    def merged(self, later: Case) -> Case:
        """Return this case brought up to date with what was learnt later.

        Per finding and person the later assertion wins; a degree stays until another one is told.
        Sets unite; scalars that were told replace; clearing and naming a risk undo each other.
        """
        denied = TREND_RAPID in later.cleared and self.trend is Trend.RAPID
        timed = later if later.hours is not None else self
        return Case(
            findings=_merged_findings(self.findings, _with_denied_extent(self, later)),
            others=_merged_findings(self.others, later.others),
            treated_at=timed.treated_at,
            hours=timed.hours,
            duration=_latest(later.duration, self.duration),
            trend=_merged_trend(None if denied else self.trend, later.trend),
            recurred=_latest(later.recurred, self.recurred),
            home_care_tried=_latest(later.home_care_tried, self.home_care_tried),
            temperature_c=_latest(later.temperature_c, self.temperature_c),
            treatment=_latest(later.treatment, self.treatment),
            risks=frozenset(risk for risk in self.risks if risk not in later.cleared) | later.risks,
            cleared=_cleared_by(
                later.trend, (self.cleared | later.cleared) - {str(risk) for risk in later.risks}
            ),
            unanswered=self.unanswered | later.unanswered,
        )

    def present(self) -> list[str]:
        """The patient's own findings that are present or uncertain, in the vocabulary's order."""
        held = self.findings
        return [name for name in known_findings() if name in held and held[name].active]

    @property
    def hours_late(self) -> float | None:
        """The late end of the time since the treatment, in hours."""
        return None if self.hours is None else self.hours[1]


def merge(*parts: Case | Mapping[str, Any], now: datetime | None = None) -> Case:
    """Merge cases and readings, oldest first; nothing at all gives an empty case.

    Raises `ValueError` for a reading that `Case.from_json` refuses.
    """
    case = Case()
    for part in parts:
        case = case.merged(part if isinstance(part, Case) else Case.from_json(part, now))
    return case


def hours_between(treated_at: tuple[datetime, datetime], now: datetime) -> Range | None:
    """How long ago, as (fewest, most) hours; None when the treatment is still to come."""
    earliest, latest = treated_at
    now = now if now.tzinfo else now.replace(tzinfo=timezone.utc)
    most = (now - earliest).total_seconds() / 3600
    fewest = (now - latest).total_seconds() / 3600
    return None if most < 0 else (max(fewest, 0.0), most)


def _assertions(
    read: parsing.Reader,
) -> tuple[dict[str, Assertion], dict[str, Assertion], set[str]]:
    """The patient's own findings, other people's, and those that are only told of."""
    own: dict[str, Assertion] = {}
    others: dict[str, Assertion] = {}
    stories: set[str] = set()
    for name, said in read.members("findings"):
        known = known_findings().get(name)
        if known is None:
            raise ValueError(f"findings: {parsing.shown(name)} is not a known finding")
        state = said.word("state", State)
        if state is None:
            raise ValueError(f"findings: {name} has no state")
        severity, extent = said.word("severity", Severity), said.word("extent", Extent)
        subject, recent = said.word("subject", Subject), said.truth("recent")
        assertion = Assertion(
            state, severity if known.severity else None, extent if known.extent else None
        )
        if state is State.HYPOTHETICAL or (state is State.PAST and recent is False):
            stories.add(name)
        else:
            (others if subject is Subject.OTHER else own)[name] = assertion
    return own, others, stories


def _with_fever(own: dict[str, Assertion], temperature: float) -> dict[str, Assertion]:
    """Let a temperature speak for `fever`; a fever that is told stays, whatever was measured."""
    if temperature >= FEVER_FROM_C:
        return {**own, "fever": Assertion(State.PRESENT)}
    if temperature < NO_FEVER_BELOW_C and "fever" not in own:
        return {**own, "fever": Assertion(State.ABSENT)}
    return own


def _cleared_by(trend: Trend | None, cleared: frozenset[str]) -> frozenset[str]:
    """What is denied once the trend is known: what holds still does not grow by the minute."""
    if trend is Trend.RAPID:
        return cleared - {TREND_RAPID}
    return cleared | {TREND_RAPID} if trend in _CALM else cleared


def _merged_findings(
    earlier: Mapping[str, Assertion], later: Mapping[str, Assertion]
) -> dict[str, Assertion]:
    together = dict(earlier)
    for name, said in later.items():
        known = together.get(name)
        together[name] = (
            said
            if known is None
            else Assertion(said.state, said.severity or known.severity, said.extent or known.extent)
        )
    return together


def _with_denied_extent(earlier: Case, later: Case) -> Mapping[str, Assertion]:
    """The later findings, with "not beyond the treated area" said of the redness already known."""
    known = earlier.findings.get("redness")
    if known is None or "redness" in later.findings or "redness_extent" not in later.cleared:
        return later.findings
    return {**later.findings, "redness": replace(known, extent=Extent.TREATED_AREA)}


def _merged_trend(earlier: Trend | None, later: Trend | None) -> Trend | None:
    """The later trend; but "worse" does not make "worse by the minute" any less."""
    if later is None or (earlier is Trend.RAPID and later is Trend.WORSENING):
        return earlier
    return later


def _latest(later: Any, earlier: Any) -> Any:
    return earlier if later is None else later
