"""Hypothesis strategies: readings and cases, from nothing known to everything answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from actions.triage import (
    Assertion,
    Case,
    Extent,
    Risk,
    Severity,
    State,
    Treatment,
    Trend,
    findings,
    merge,
)
from actions.triage.questions import load_asks

IDS = list(findings())
ASKS = [ask.id for ask in load_asks()]
OWN_STATES = [State.PRESENT, State.ABSENT, State.UNCERTAIN, State.PAST]
MILD = ["redness", "swelling", "skin_tightness", "itching", "burning", "peeling", "pain"]
ASKED_RISKS = ["pregnancy", "immunosuppressed", "diabetes", "isotretinoin", "known_allergy"]


def words(kind: Any) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from([str(word) for word in kind])


HOURS = st.sampled_from([0, 10, 71.9, 72, 72.1, 100, [60, 84], [24, 72]])

SAID = st.fixed_dictionaries(
    {"state": st.sampled_from([str(state) for state in State])},
    optional={
        "severity": words(Severity),
        "extent": words(Extent),
        "subject": st.sampled_from(["self", "self", "other"]),
        "recent": st.booleans(),
    },
)

CONTEXT: dict[str, st.SearchStrategy[Any]] = {
    "hours_since_treatment": HOURS,
    "duration_hours": HOURS,
    "trend": words(Trend),
    "recurred": st.sampled_from([True, None]),
    "home_care_tried": st.booleans(),
    "temperature_c": st.sampled_from([36.6, 37.7, 38.0, 40]),
    "treatment": words(Treatment),
    "risks": st.lists(st.sampled_from([str(risk) for risk in Risk]), max_size=2),
    "cleared": st.lists(
        st.sampled_from([*ASKED_RISKS, "trend_rapid", "redness_extent"]), max_size=7
    ),
    "unanswered": st.lists(st.sampled_from(ASKS), max_size=3),
}

#: What a message may say; most messages say little.
READINGS = st.fixed_dictionaries(
    {"findings": st.dictionaries(st.sampled_from([*IDS, *MILD * 4]), SAID, max_size=4)},
    optional=CONTEXT,
)

#: Everything that is asked, answered reassuringly.
CALM = Case(
    findings={name: Assertion(State.ABSENT) for name in ASKS if name in IDS},
    hours=(24, 24),
    trend=Trend.IMPROVING,
    home_care_tried=False,
    cleared=frozenset([*ASKED_RISKS, "trend_rapid", "redness_extent"]),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case: some readings, on top of nothing, of all calm, or of nearly all calm."""
    base = draw(st.sampled_from([Case(), CALM]))
    if base is CALM:
        for ask in draw(st.lists(st.sampled_from(ASKS), max_size=2)):
            base = without(base, ask)
    return merge(base, *draw(st.lists(READINGS, max_size=2)))


def without(case: Case, ask: str) -> Case:
    """The case with the answer to one ask forgotten."""
    left = {name: said for name, said in case.findings.items() if name != ask}
    denied = case.cleared - {ask} - (set(ASKED_RISKS) if ask == "risks" else set())
    case = replace(case, findings=left, cleared=denied)
    if ask == "treated_at":
        return replace(case, hours=None, treated_at=None)
    return replace(case, **{ask: None}) if ask in ("trend", "home_care_tried") else case
