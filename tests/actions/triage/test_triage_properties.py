"""What holds for every case: total, the same twice, never reassuring about the unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain, combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from triage_strategies import ASKED_RISKS, ASKS, IDS, READINGS, cases, without

from actions.triage import (
    Assertion,
    Case,
    Disposition,
    Extent,
    Result,
    Risk,
    Severity,
    State,
    Trend,
    assess,
    case_from_slots,
    findings,
    is_emergency,
    load_protocol,
    merge,
    next_question,
    slots_from_reading,
)
from actions.triage.case import hours_between
from actions.triage.conditions import View
from actions.triage.questions import load_asks

LOW = (Disposition.SELF_CARE, Disposition.EXPECTED)
STATES = [State.ABSENT, State.PAST, State.UNCERTAIN, State.PRESENT]
TRENDS = [Trend.RESOLVED, Trend.IMPROVING, Trend.STABLE, Trend.WORSENING, Trend.RAPID]
NOW = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)


def urgency(result: Result) -> int:
    return load_protocol().dispositions[result.disposition].urgency


@given(cases())
def test_every_case_has_a_result_that_is_the_same_twice(case: Case) -> None:
    result = assess(case)
    assert result == assess(case)
    assert result.rules, "some rule says why"
    assert all(
        load_protocol().rule(rule).disposition is result.disposition for rule in result.rules
    )
    assert set(result.missing) <= set(ASKS)
    assert list(result.missing) == [ask for ask in ASKS if ask in result.missing]


@given(cases())
def test_the_quick_look_for_an_emergency_agrees(case: Case) -> None:
    result = assess(case)
    assert is_emergency(case) == (result.disposition is Disposition.EMERGENCY)
    if is_emergency(case):
        assert result.missing == ()
        assert next_question(case) is None


@given(cases())
def test_nothing_reassuring_while_something_could_raise_it(case: Case) -> None:
    result = assess(case)
    assert not (result.missing and result.disposition in LOW)
    assert result.missing or result.disposition is not Disposition.UNDETERMINED


def worse(case: Case) -> Iterator[Case]:
    """Cases that differ from this one in one thing, and there for the worse."""
    for name, said in case.findings.items():
        yield from worse_finding(case, name, said)
    for name in IDS:
        if findings()[name].red_flag or name in ("fever", "vomiting", "hives"):
            yield with_finding(case, name, Assertion(State.PRESENT))
            yield replace(case, others={**case.others, name: Assertion(State.PRESENT)})
    for risk in Risk:
        yield replace(case, risks=case.risks | {risk}, cleared=case.cleared - {str(risk)})
    for more in (1, 30, 1000):
        hours, duration = case.hours, case.duration
        yield replace(case, hours=(hours[0], hours[1] + more) if hours else (0, 73))
        if duration:
            yield replace(case, duration=(duration[0], duration[1] + more))
    if case.trend is not None:
        for trend in TRENDS[TRENDS.index(case.trend) + 1 :]:
            yield replace(case, trend=trend)
    yield replace(case, recurred=True)
    yield replace(case, home_care_tried=True)
    for ask in ASKS:
        yield replace(case, unanswered=case.unanswered | {ask})


def worse_finding(case: Case, name: str, said: Assertion) -> Iterator[Case]:
    for state in STATES[STATES.index(said.state) + 1 :]:
        yield with_finding(case, name, replace(said, state=state))
    for kind, degree in ((Severity, said.severity), (Extent, said.extent)):
        degrees = list(kind)
        if degree is not None:
            for higher in degrees[degrees.index(degree) + 1 :]:
                key = "severity" if kind is Severity else "extent"
                yield with_finding(case, name, replace(said, **{key: higher}))


def with_finding(case: Case, name: str, said: Assertion) -> Case:
    known = case.findings.get(name)
    if known is not None and STATES.index(known.state) > STATES.index(said.state):
        return case
    if known is not None:  # a degree that is told is not taken back by what is worse
        severity, extent = said.severity or known.severity, said.extent or known.extent
        said = replace(said, severity=severity, extent=extent)
    return replace(case, findings={**case.findings, name: said})


@settings(max_examples=60, deadline=None)
@given(cases())
def test_anything_worse_is_never_less_urgent(case: Case) -> None:
    before = assess(case)
    for other in worse(case):
        assert urgency(assess(other)) >= urgency(before), other


def reassuring(case: Case, ask: str) -> bool:
    said = case.findings.get(ask)
    if said is not None:
        return said.state is State.ABSENT
    if ask == "treated_at":
        return case.hours is not None and case.hours[1] <= 72
    if ask == "trend":
        return case.trend in (Trend.STABLE, Trend.IMPROVING, Trend.RESOLVED)
    if ask == "home_care_tried":
        return case.home_care_tried is False
    return ask in case.cleared or ask == "risks"


@settings(deadline=None)
@given(cases())
def test_unknown_is_never_better_than_a_reassuring_answer(case: Case) -> None:
    for ask in ASKS:
        if reassuring(case, ask):
            assert urgency(assess(without(case, ask))) >= urgency(assess(case)), ask


@settings(deadline=None)
@given(cases())
def test_an_unsaid_degree_is_never_better_than_the_least(case: Case) -> None:
    for name, said in case.findings.items():
        least: list[Assertion] = []
        if findings()[name].severity:
            least.append(replace(said, severity=Severity.MILD))
        if findings()[name].extent:
            least.append(replace(said, extent=Extent.TREATED_AREA))
        for mild in least:
            unsaid = replace(
                mild,
                severity=None if mild.severity is Severity.MILD else mild.severity,
                extent=None if mild.extent is Extent.TREATED_AREA else mild.extent,
            )
            known = assess(replace(case, findings={**case.findings, name: mild}))
            unknown = assess(replace(case, findings={**case.findings, name: unsaid}))
            assert urgency(unknown) >= urgency(known), name


def answers(ask: str, case: Case) -> list[Case]:
    """Every answer that a patient could give to one ask, as cases."""
    name, _, degree = ask.partition("_")
    if ask in IDS:
        return [
            Case(findings={ask: Assertion(state, severity, extent)})
            for state in STATES
            for severity in ([None, *Severity] if findings()[ask].severity else [None])
            for extent in ([None, *Extent] if findings()[ask].extent else [None])
        ]
    if degree in ("severity", "extent"):
        kind = Severity if degree == "severity" else Extent
        states = STATES if ask == "redness_extent" else STATES[2:]
        return [
            Case(findings={name: replace(Assertion(state), **{degree: word})})
            for state in states
            for word in [None, *kind]
        ]
    if ask == "risks":
        unknown = [Risk(risk) for risk in ASKED_RISKS if risk not in case.cleared]
        pairs = chain(combinations(unknown, 1), combinations(unknown, 2))
        return [Case(risks=frozenset(some)) for some in pairs]
    return {
        "trend_rapid": [Case(trend=Trend.RAPID)],
        "treated_at": [Case(hours=(late, late)) for late in (0, 24, 72, 73, 500)],
        "trend": [Case(trend=trend) for trend in TRENDS[:-1]],
        "home_care_tried": [Case(home_care_tried=told) for told in (True, False)],
    }[ask]


@settings(max_examples=40, deadline=None)
@given(cases())
def test_missing_is_every_open_ask_with_an_answer_that_raises(case: Case) -> None:
    """`assess` tries one answer per ask; here all of them are tried."""
    case = replace(case, unanswered=frozenset())
    result = assess(case)
    contact = load_protocol().dispositions[Disposition.CONTACT].urgency
    level = (
        contact - 1 if result.disposition in (*LOW, Disposition.UNDETERMINED) else urgency(result)
    )

    def raised(answer: Case) -> bool:
        after = assess(case.merged(answer))
        return after.disposition is not Disposition.UNDETERMINED and urgency(after) > level

    view = View.of_patient(case)
    still_open = {ask.id for ask in load_asks() if ask.is_open(view)}
    for ask in still_open:
        assert (ask in result.missing) == any(map(raised, answers(ask, case))), ask
    assert set(result.missing) <= still_open


@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_the_questions_come_to_an_end(case: Case, data: st.DataObject) -> None:
    """Whatever is answered or left open, each ask is put a few times at most."""
    for _ in range(60):
        question = next_question(case)
        if question is None:
            break
        assert set(question.asks) <= set(assess(case).missing) - case.unanswered
        ask = data.draw(st.sampled_from(question.asks))
        if data.draw(st.booleans()):
            case = replace(case, unanswered=case.unanswered | {ask})
        else:
            case = case.merged(data.draw(st.sampled_from(answers(ask, case))))
            case = replace(case, cleared=case.cleared | {ask}) if ask == "risks" else case
    assert next_question(case) is None
    left = set(assess(case).missing)
    assert left <= case.unanswered


@settings(deadline=None)
@given(st.lists(st.tuples(READINGS, st.integers(0, 4)), max_size=4))
def test_slots_and_merged_readings_say_the_same(told: list[tuple[dict[str, Any], int]]) -> None:
    """The dialogue keeps slots, programs merge readings: one result for both."""
    slots: dict[str, Any] = {}
    readings = []
    for reading, days in told:
        treated = [NOW - timedelta(hours=20 * days + 30), NOW - timedelta(hours=20 * days)]
        own = {name: {**said, "subject": "self"} for name, said in reading["findings"].items()}
        readings.append(
            {
                **reading,
                "findings": own,
                "hours_since_treatment": None,
                "treated_at": [moment.isoformat() for moment in treated] if days else None,
                "unanswered": None,
            }
        )
        slots.update(slots_from_reading(readings[-1]))
    assert assess(case_from_slots(slots, NOW)) == assess(merge(*readings, now=NOW))


@given(st.integers(-200, 200), st.integers(0, 100))
def test_a_treatment_to_come_has_no_hours(earliest: int, width: int) -> None:
    treated = (NOW + timedelta(hours=earliest), NOW + timedelta(hours=earliest + width))
    hours = hours_between(treated, NOW)
    if earliest > 0:
        assert hours is None
    else:
        assert hours == (max(-earliest - width, 0), -earliest)
