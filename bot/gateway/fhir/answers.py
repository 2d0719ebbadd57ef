"""The QuestionnaireResponse: what was asked, what was answered, and what was told unasked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

from actions.triage import Case, Risk, findings
from bot.gateway.fhir.check import Check
from bot.gateway.fhir.codes import EXTENTS, STATES, UCUM, Json, coding

#: How asks are called that are not named after a finding.
WORDS = {
    "trend_rapid": "getting worse by the minute",
    "treated_at": "when the treatment was: the moment, or the earliest and the latest",
    "hives_extent": "where the hives are",
    "redness_extent": "where the redness is",
    "itching_severity": "how bad the itching is",
    "burning_severity": "how bad the burning is",
    "trend": "better, same or worse",
    "risks": "what makes a reaction likelier or worse",
    "home_care_tried": "home care tried",
    "treatment": "kind of treatment",
    "recurred": "came back after it was over",
    "duration": "how long the complaint lasts, in hours: the number, or the fewest and the most",
}

#: What a patient tells beside the findings, asked or not.
_CONTEXT = ("treated_at", "trend", "risks", "home_care_tried", "treatment", "recurred", "duration")

TOLD = "told"


def items(check: Check) -> list[Json]:
    """One group for each question that was asked, in that order, then what was told unasked.

    A group holds the asks by their ids, each with what is known by the result, and the patient's
    own words. An ask without an answer was left open.
    """
    questions = _asked(check)
    asked = {ask for _, asks, _ in questions.values() for ask in asks}
    groups = [
        _group(name, text, _answered(asks, check.case), words)
        for name, (text, asks, words) in questions.items()
    ]
    unasked = [name for name in (*check.case.findings, *_CONTEXT) if name not in asked]
    told = [each for each in _answered(unasked, check.case) if "answer" in each or "item" in each]
    group = _group(TOLD, "Told without being asked", told, _volunteered(check))
    return [*groups, group] if "item" in group else groups


def _asked(check: Check) -> dict[str, tuple[str, list[str], list[str]]]:
    """By question: how it was put first, all that it asked, and the patient's replies to it."""
    questions: dict[str, tuple[str, list[str], list[str]]] = {}
    for question, each in _with_open_question(check):
        if each.sender == "patient":
            if question is not None:
                questions[question][2].append(str(each.body.get("text", "")))
            continue
        custom = each.body.get("custom") or {}
        if custom.get("type") == "question":
            known = questions.setdefault(
                custom["question"], (str(each.body.get("text", "")), [], [])
            )
            known[1].extend(ask for ask in custom["asks"] if ask not in known[1])
    return questions


def _volunteered(check: Check) -> list[str]:
    return [
        str(each.body.get("text", ""))
        for question, each in _with_open_question(check)
        if each.sender == "patient" and question is None
    ]


def _with_open_question(check: Check) -> Iterator[tuple[str | None, Any]]:
    """Each message with the question that is open when it comes; a reply closes it."""
    question: str | None = None
    for each in check.messages:
        yield question, each
        custom = each.body.get("custom") or {}
        if each.sender == "patient":
            question = None
        elif custom.get("type") == "question":
            question = str(custom["question"])


def _group(link: str, text: str, answered: list[Json], words: Iterable[str]) -> Json:
    said = [{"valueString": clean} for each in words if (clean := as_string(each))]
    own = [{"linkId": f"{link}.words", "text": "In the patient's words", "answer": said}]
    group: Json = {"linkId": link, "text": as_string(text) or link}
    inner = [*answered, *(own if said else ())]
    return {**group, "item": inner} if inner else group


def _answered(asks: Iterable[str], case: Case) -> list[Json]:
    return [_item(ask, case) for ask in asks]


def _item(ask: str, case: Case) -> Json:
    finding = findings().get(ask)
    item: Json = {"linkId": ask, "text": finding.label if finding else WORDS.get(ask, ask)}
    if ask == "risks":
        return _filled(item, "item", [_risk(risk, case) for risk in Risk if _told(risk, case)])
    return _filled(item, "answer", _answers(ask, case))


def _filled(item: Json, key: str, values: list[Json]) -> Json:
    return {**item, key: values} if values else item


def _told(risk: Risk, case: Case) -> bool:
    return risk in case.risks or str(risk) in case.cleared


def _risk(risk: Risk, case: Case) -> Json:
    words = str(risk).replace("_", " ")
    return {
        "linkId": str(risk),
        "text": words,
        "answer": [{"valueBoolean": risk in case.risks}],
    }


def _answers(ask: str, case: Case) -> list[Json]:
    """The FHIR answers to an ask; none when it is open."""
    name, _, degree = ask.rpartition("_")
    if ask in findings():
        said = case.findings.get(ask)
        state = str(said.state) if said else None
        return [{"valueCoding": coding("state", state, STATES[state])}] if state else []
    if degree == "extent":
        return _extent(name, case)
    if degree == "severity":
        said = case.findings.get(name)
        return [_coded("severity", said.severity)] if said and said.severity else []
    if ask == "trend_rapid":
        rapid = case.trend is not None and str(case.trend) == "rapid"
        return [{"valueBoolean": rapid}] if rapid or ask in case.cleared else []
    if ask == "treated_at":
        return _treated_at(case)
    if ask == "duration":
        return [_hours(each) for each in sorted(set(case.duration or ()))]
    value = getattr(case, ask, None)
    if value is None:
        return []
    return [{"valueBoolean": value} if isinstance(value, bool) else _coded(ask, value)]


def _extent(name: str, case: Case) -> list[Json]:
    said = case.findings.get(name)
    if said and said.extent:
        extent = str(said.extent)
        return [{"valueCoding": coding("extent", extent, EXTENTS[extent])}]
    if f"{name}_extent" in case.cleared:
        return [{"valueCoding": coding("extent", "not_beyond", "not beyond the treated area")}]
    return []


def _treated_at(case: Case) -> list[Json]:
    if case.treated_at:
        return [{"valueDateTime": instant(each)} for each in sorted(set(case.treated_at))]
    return [_hours(each) for each in sorted(set(case.hours or ()))]


def _hours(number: float) -> Json:
    return {"valueQuantity": hours(number)}


def hours(number: float) -> Json:
    """A Quantity in hours."""
    return {"value": round(number, 2), "unit": "hours", "system": UCUM, "code": "h"}


def _coded(kind: str, word: Any) -> Json:
    return {"valueCoding": coding(kind, str(word), str(word).replace("_", " "))}


def instant(moment: datetime | float) -> str:
    """A moment as FHIR writes it, in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, timezone.utc)
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


_FORBIDDEN = re.compile(r"[^\S \n\r\t]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def as_string(text: str) -> str:
    """A FHIR string: without control characters and half characters, and not blank."""
    return _FORBIDDEN.sub(" ", text).strip()
