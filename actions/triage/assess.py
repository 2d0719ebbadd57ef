"""Judge a case by the protocol: what to tell the patient if they stopped now, and what to ask.

`assess` is pure, total and deterministic. It never assumes an answer: what is unknown is neither
present nor absent. What could still raise the urgency is listed as `missing`, and while anything
is, a reassuring result is `undetermined` instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.triage.case import Assertion, Case
from actions.triage.conditions import View
from actions.triage.findings import Disposition, Word
from actions.triage.protocol import Protocol, load_protocol
from actions.triage.questions import Question, load_asks, load_questions


@dataclass(frozen=True)
class Result:
    """What the protocol says of a case.

    `rules`: every rule of the disposition that holds, in the protocol's order. `missing`: the ask
    ids of which each alone could still raise the urgency, in the order of asking, whether or not
    they were asked in vain already. `advice`: the id of what the patient is told.
    """

    disposition: Disposition
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    advice: str
    protocol_version: str
    signed: bool

    def to_json(self) -> dict[str, Any]:
        """The line that `python -m actions.triage` writes."""
        return {
            "disposition": str(self.disposition),
            "rules": list(self.rules),
            "missing": list(self.missing),
        }


def assess(case: Case, protocol: Protocol | None = None) -> Result:
    """Return the disposition of a case, why, and what is missing."""
    protocol = protocol or load_protocol()
    case = _with_defaults(case, protocol)
    disposition, rules = _judge(case, protocol)
    missing = _missing(case, disposition, protocol)
    if missing:
        for rule in protocol.rules:
            if disposition in rule.in_place_of:
                disposition, rules = rule.disposition, (rule.id,)
                break
    return Result(
        disposition=disposition,
        rules=rules,
        missing=missing,
        advice=_advice(disposition, rules, protocol),
        protocol_version=protocol.version,
        signed=protocol.signed,
    )


def is_emergency(case: Case, protocol: Protocol | None = None) -> bool:
    """Whether an emergency rule holds, the patient's own or another person's; quick."""
    return bool(_emergency_rules(case, protocol or load_protocol()))


def next_question(case: Case, result: Result | None = None) -> Question | None:
    """The first question that could still raise the urgency, with just its missing asks.

    Asks that stayed open after their last try are not put again. None: nothing is left to ask.
    `result` is what `assess` said of this case, if it is at hand.
    """
    result = result or assess(case)
    to_ask = set(result.missing) - case.unanswered
    for question in load_questions():
        asks = tuple(ask for ask in question.asks if ask in to_ask)
        if asks:
            return Question(question.id, asks)
    return None


def triage_message(
    result: Result,
    case: Case,
    citations: Sequence[Mapping[str, Any]] = (),
    versions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The `triage` message for programs (message contract); JSON values only.

    `versions`: of what else took part, such as the guide; left out when there is none.
    """
    hours = case.hours
    message: dict[str, Any] = {
        "type": "triage",
        **result.to_json(),
        "advice": result.advice,
        "findings": {name: _described(said) for name, said in case.findings.items()},
        "hours_since_treatment": hours and (hours[0] if hours[0] == hours[1] else list(hours)),
        "protocol": {"version": result.protocol_version, "signed": result.signed},
        "citations": list(citations),
    }
    return {**message, "versions": dict(versions)} if versions else message


def _described(said: Assertion) -> dict[str, str]:
    told: dict[str, Word | None] = {"state": said.state}
    told.update(severity=said.severity, extent=said.extent)
    return {key: str(word) for key, word in told.items() if word is not None}


def _with_defaults(case: Case, protocol: Protocol) -> Case:
    """Give asks that were put in vain the protocol's cautious default, the most urgent answer."""
    if case.unanswered.isdisjoint(protocol.when_unanswered):
        return case
    for ask in load_asks():
        given_up = ask.id in case.unanswered and ask.id in protocol.when_unanswered
        if given_up and ask.is_open(View.of_patient(case)):
            case = ask.answered_worst(case)
    return case


def _emergency_rules(case: Case, protocol: Protocol) -> tuple[str, ...]:
    views = [View.of_patient(case)]
    other = View.of_other(case)
    if other is not None:
        views.append(other)
    return tuple(
        rule_id
        for disposition, rules in protocol.by_urgency
        if disposition is Disposition.EMERGENCY
        for rule_id, holds in rules
        if any(holds(view) for view in views)
    )


def _judge(case: Case, protocol: Protocol) -> tuple[Disposition, tuple[str, ...]]:
    """The most urgent disposition with a rule that holds, and its rules that hold."""
    emergency = _emergency_rules(case, protocol)
    if emergency:
        return Disposition.EMERGENCY, emergency
    view = View.of_patient(case)
    for disposition, rules in protocol.by_urgency:
        holding = tuple(rule_id for rule_id, holds in rules if holds(view))
        if holding:
            return disposition, holding
    return protocol.otherwise, ()


def _missing(case: Case, disposition: Disposition, protocol: Protocol) -> tuple[str, ...]:
    urgency = protocol.dispositions[disposition].urgency
    above = [
        holds
        for more_urgent, rules in protocol.by_urgency
        if protocol.dispositions[more_urgent].urgency > urgency
        for _, holds in rules
    ]
    if not above:
        return ()
    view = View.of_patient(case)
    missing = []
    for ask in load_asks():
        if ask.is_open(view):
            answered = View.of_patient(ask.answered_worst(case))
            if any(holds(answered) for holds in above):
                missing.append(ask.id)
    return tuple(missing)


def _advice(disposition: Disposition, rules: tuple[str, ...], protocol: Protocol) -> str:
    for rule in protocol.rules:
        if rule.id in rules and rule.advice is not None:
            return rule.advice
    return protocol.dispositions[disposition].advice
