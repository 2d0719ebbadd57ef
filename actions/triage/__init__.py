"""Triage of what patients notice after microneedling: a readable protocol and what it needs.

    >>> case = Case.from_json({"findings": {"wheeze": {"state": "present"}}})
    >>> assess(case).disposition
    <Disposition.EMERGENCY: 'emergency'>

Findings are named in `findings.yml`, the protocol is `protocol.yml`, the questions are
`questions.yml`. It informs and does not diagnose, and no clinician has signed it yet.
"""

from actions.triage.assess import Result, assess, is_emergency, next_question, triage_message
from actions.triage.case import Assertion, Case, merge
from actions.triage.datafile import DataError
from actions.triage.findings import (
    Disposition,
    Extent,
    Finding,
    Risk,
    Severity,
    State,
    Subject,
    Treatment,
    Trend,
    findings,
)
from actions.triage.protocol import Protocol, Rule, load_protocol
from actions.triage.questions import Question
from actions.triage.questions import load_questions as questions
from actions.triage.slots import case_from_slots, slot_names, slots_from_reading

__all__ = [
    "Assertion",
    "Case",
    "DataError",
    "Disposition",
    "Extent",
    "Finding",
    "Protocol",
    "Question",
    "Result",
    "Risk",
    "Rule",
    "Severity",
    "State",
    "Subject",
    "Treatment",
    "Trend",
    "assess",
    "case_from_slots",
    "findings",
    "is_emergency",
    "load_protocol",
    "merge",
    "next_question",
    "questions",
    "slot_names",
    "slots_from_reading",
    "triage_message",
]
