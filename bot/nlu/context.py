"""What a message tells beside findings: trend, recurrence, home care, treatment, risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from actions.triage import Risk, State, Subject, Trend
from actions.triage.case import TREND_RAPID
from bot.nlu.answers import Answer
from bot.nlu.assertion import Triggers
from bot.nlu.degrees import Told, nothing_told
from bot.nlu.labelled import NONE
from bot.nlu.lexicon import ABSENT, NOT, Entry
from bot.nlu.mentions import clause_match, matches_of, only_seen
from bot.nlu.semantic import Clause, least
from bot.nlu.templates import Match

_HELD = (State.PRESENT, State.UNCERTAIN)

#: The risks that end; "had a transplant in 2019" is one for life.
_ENDS = frozenset([Risk.PREGNANCY, Risk.ISOTRETINOIN])

#: What the learnt readers call a complaint that is back, and care at home.
_BACK, _TRIED = "back", "tried"
_HOME_CARE = "home_care_tried"


@dataclass(frozen=True)
class Context:
    """Context of the patient's own; None and empty mean "not said"."""

    trend: str | None = None
    recurred: bool = False
    home_care_tried: bool | None = None
    treatment: str | None = None
    risks: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    helped: bool = False
    """What was tried at home has helped: no reason to be seen, so it counts as not tried."""

    @property
    def tells(self) -> bool:
        """Whether anything of a check is told here."""
        told = (self.trend, self.home_care_tried, self.treatment)
        return self.recurred or bool(self.risks) or any(each is not None for each in told)

    def answered(self, answer: Answer) -> Context:
        """The context with what an answer says laid over."""
        home_care = self.home_care_tried
        if answer.home_care_tried is not None and not self.helped:
            home_care = answer.home_care_tried
        risks = tuple(dict.fromkeys((*self.risks, *answer.risks)))
        cleared = tuple(dict.fromkeys((*self.cleared, *answer.cleared)))
        # Calm words beside it take no red flag back.
        trend = self.trend if self.trend == Trend.RAPID else answer.trend or self.trend
        rapid = TREND_RAPID if trend == Trend.RAPID else None
        return replace(
            self,
            trend=trend,
            home_care_tried=home_care,
            risks=risks,
            cleared=tuple(each for each in cleared if each not in risks and each != rapid),
        )


def find_context(
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    seen: Sequence[Clause] = (),
    told: Told = nothing_told,
) -> Context:
    """The context that a message tells of the patient.

    `told` is asked for the risk that a clause tells of where the lexicon names it in no sense, and
    which way a clause says that a complaint goes.
    """
    trend, cleared = _trend(matches, triggers, seen, told)
    risks, denied = _risks(matches, triggers)
    named = {match.payload.name for match in matches_of("risks", matches)}
    learnt = {risk for risk in _learnt_risks(triggers, seen, told) if risk not in named}
    helped = triggers.denies_nothing and any(
        _held(match, triggers) for match in matches_of("home_care_helped", matches)
    )
    return Context(
        trend,
        _recurred(matches, triggers, seen, told),
        False if helped else _home_care(matches, triggers, seen, told),
        _treatment(matches, triggers),
        (*risks, *sorted(learnt)),
        (*cleared, *denied),
        helped,
    )


def _learnt_risks(triggers: Triggers, seen: Sequence[Clause], told: Told) -> Iterator[str]:
    """The risks that clauses tell of, but those only asked about and another person's."""
    for clause in seen:
        risk = told("risks", clause)
        if risk is None:
            continue
        if _is_own(risk, clause, triggers):
            yield risk


def _is_own(learnt: str, clause: Clause, triggers: Triggers) -> bool:
    """Whether what a clause tells is the patient's own and no question; its denials are learnt."""
    said = triggers.of(clause_match(learnt, clause), red_flag=False)
    return said.subject is Subject.SELF and said.state is not State.HYPOTHETICAL


def _held(match: Match[Entry], triggers: Triggers) -> bool:
    said = triggers.of(match, red_flag=False)
    return said.state in _HELD and said.subject is Subject.SELF


def _held_lately(match: Match[Entry], triggers: Triggers) -> bool:
    """Held, or since the treatment: what grew fast and is over now is an emergency as well."""
    said = triggers.of(match, red_flag=True)
    return _held(match, triggers) or (said.recent is True and said.subject is Subject.SELF)


def _trend(
    matches: Sequence[Match[Entry]], triggers: Triggers, seen: Sequence[Clause], told: Told
) -> tuple[str | None, tuple[str, ...]]:
    trends = matches_of("trend", matches)
    refused = [match for match in trends if triggers.is_answered_no(match)]
    rapid = [match for match in trends if match.payload.name == Trend.RAPID]
    slow = [
        *matches_of("trend_rapid_absent", matches),
        *(match for match in refused if match in rapid),
    ]
    denied = (TREND_RAPID,) if slow else ()
    if any(
        match.payload.name == TREND_RAPID
        and said.state in _HELD
        and said.subject is Subject.SELF
        and not any(_beside(match, each) for each in slow)
        for match, said in only_seen(seen, matches, triggers)
    ):
        return str(Trend.RAPID), ()
    rapid_now = (
        match
        for match in rapid
        if _held_lately(match, triggers) and not any(_beside(match, each) for each in slow)
    )
    if not all(_is_imagined(match, seen) for match in rapid_now):
        return str(Trend.RAPID), ()
    named = [
        (match.start, match.payload.name)
        for match in trends
        if match not in rapid and _held(match, triggers)
    ]
    for clause in seen:
        if any(clause.start <= match.start < clause.end for match in refused):
            continue
        learnt = told("trends", clause)
        if learnt == NONE:
            named = [each for each in named if not _is_calm(each, clause)]
        elif learnt is not None and _is_own(learnt, clause, triggers):
            named.append((clause.start, learnt))
    return max(named, default=(0, None))[1], denied


def _beside(rapid: Match[Entry], slow: Match[Entry]) -> bool:
    """Whether what grows fast by one match is what by the other does not: "fades by the hour", but
    not "the redness fades by the hour, the swelling grows by the hour"."""
    return rapid.start < slow.end and slow.start < rapid.end


def _is_imagined(rapid: Match[Entry], seen: Sequence[Clause]) -> bool:
    """Whether the semantic reader sees nothing that grows fast in the message, and doubts that the
    clause of these words tells of anything: "excuse the smoke while I type this"."""
    clause = next((each for each in seen if each.start <= rapid.start < each.end), None)
    if clause is None or any(
        each.probabilities[TREND_RAPID] >= least().unseen_of(TREND_RAPID) for each in seen
    ):
        return False
    told = sum(clause.meanings[each] for each in ("present", "recent", "other", "absent"))
    return told < least().doubted_of(TREND_RAPID)


def _is_calm(named: tuple[int, str], clause: Clause) -> bool:
    """Whether a trend is named in this clause and would ask for less."""
    at, trend = named
    return clause.start <= at < clause.end and trend != Trend.WORSENING


def _recurred(
    matches: Sequence[Match[Entry]], triggers: Triggers, seen: Sequence[Clause], told: Told
) -> bool:
    """Whether a complaint that had gone is back, for the lexicon or the learnt reader."""
    named = any(_held(match, triggers) for match in matches_of("recurred", matches))
    return named or any(
        told("recurrence", clause) == _BACK and _is_own(_BACK, clause, triggers) for clause in seen
    )


def _home_care(
    matches: Sequence[Match[Entry]], triggers: Triggers, seen: Sequence[Clause], told: Told
) -> bool | None:
    """Whether something was done at home; None where neither reader is told."""
    unmeant = [hit for hit in matches if hit.payload.kind == _HOME_CARE and hit.payload.role == NOT]
    for clause in seen:
        other = any(clause.start <= hit.start < clause.end for hit in unmeant)  # "numbing cream"
        learnt = not other and told("home_care", clause) == _TRIED
        if learnt and _is_own(_TRIED, clause, triggers):
            return True
    for match in matches_of(_HOME_CARE, matches):
        said = triggers.of(match, red_flag=False)
        if said.subject is not Subject.SELF or said.state is State.HYPOTHETICAL:
            continue
        return match.payload.role != ABSENT and said.state is not State.ABSENT
    return None


def _treatment(matches: Sequence[Match[Entry]], triggers: Triggers) -> str | None:
    kinds = {
        match.payload.name
        for match in matches_of("treatment", matches)
        if triggers.of(match, red_flag=False).state not in (State.ABSENT, State.HYPOTHETICAL)
    }
    return next((kind for kind in ("rf", "home", "standard") if kind in kinds), None)


def _risks(
    matches: Sequence[Match[Entry]], triggers: Triggers
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    present: list[str] = []
    denied: list[str] = []
    for match in matches_of("risks", matches):
        said = triggers.of(match, red_flag=False)
        name = match.payload.name
        if said.subject is not Subject.SELF or said.state is State.HYPOTHETICAL:
            continue
        over = said.state is State.PAST and name in _ENDS
        if said.state is State.ABSENT or match.payload.role == ABSENT:
            denied.append(name)
        elif not over:
            present.append(name)
    return tuple(dict.fromkeys(present)), tuple(d for d in denied if d not in present)
