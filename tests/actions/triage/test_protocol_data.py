"""The protocol, the findings, the questions and the guide fit together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actions.triage import (
    Assertion,
    Case,
    DataError,
    Disposition,
    Severity,
    State,
    assess,
    findings,
    is_emergency,
    load_protocol,
    questions,
)
from actions.triage.case import CONTEXT_ASKS
from actions.triage.protocol import PROTOCOL_FILE
from actions.triage.questions import load_asks

GUIDE = Path(__file__).parents[3] / "knowledge" / "guide"
TEXT = PROTOCOL_FILE.read_text("utf-8")

#: Every rule of the triage protocol, most urgent first.
RULES = (
    [f"E{n}" for n in range(1, 13)]
    + [f"U{n}" for n in range(1, 11)]
    + [f"C{n}" for n in range(1, 9)]
    + ["N1", "S1", "X1"]
)

#: The guide's facts that say "at once" or "emergency".
CALL_AT_ONCE = ["S13", "G:anaphylaxis", "G:nhs-emergency", "G:adrenaline", "G:numbing-cream"]
CALL_AT_ONCE += ["G:cellulitis", "G:eye"]


def test_the_rules_are_all_there_in_order() -> None:
    assert [rule.id for rule in load_protocol().rules] == RULES


def test_a_rule_is_as_urgent_as_its_letter() -> None:
    letters = {"E": "emergency", "U": "urgent", "C": "contact", "N": "undetermined"}
    letters |= {"S": "self_care", "X": "expected"}
    for rule in load_protocol().rules:
        assert rule.disposition == letters[rule.id[0]]


def test_urgency_is_in_the_protocols_order() -> None:
    urgency = {name: row.urgency for name, row in load_protocol().dispositions.items()}
    assert urgency[Disposition.CONTACT] == urgency[Disposition.UNDETERMINED]
    ordered = [urgency[name] for name in Disposition if name is not Disposition.UNDETERMINED]
    assert ordered == sorted(set(ordered), reverse=True)


def test_nobody_has_signed_it_yet() -> None:
    assert not load_protocol().signed
    assert not assess(Case()).signed
    assert assess(Case()).protocol_version == "1"


@pytest.mark.parametrize("name", [name for name, row in findings().items() if row.red_flag])
def test_each_red_flag_alone_is_an_emergency(name: str) -> None:
    for state in (State.PRESENT, State.UNCERTAIN):
        assert is_emergency(Case(findings={name: Assertion(state)}))
        assert is_emergency(Case(others={name: Assertion(state)}))
    over = is_emergency(Case(findings={name: Assertion(State.PAST)}))
    assert over == (name != "self_harm_thoughts")
    assert not is_emergency(Case(findings={name: Assertion(State.ABSENT)}))


@pytest.mark.parametrize("name", [name for name, row in findings().items() if not row.red_flag])
def test_nothing_else_alone_is_an_emergency(name: str) -> None:
    severity = Severity.SEVERE if findings()[name].severity else None
    assert not is_emergency(Case(findings={name: Assertion(State.PRESENT, severity)}))


def facts_of_the_guide() -> set[str]:
    texts = [path.read_text("utf-8") for path in sorted(GUIDE.glob("*.md"))]
    return set(re.findall(r"<!--\s*(S\d+|G:[a-z-]+)\s*-->", "\n".join(texts)))


def test_every_source_is_a_fact_of_the_guide() -> None:
    protocol = load_protocol()
    sources = {fact for rule in protocol.rules for fact in rule.source}
    sources |= set(protocol.sign_sources.values())
    sources |= {fact for each in protocol.check_in.values() for fact in each.source}
    known = facts_of_the_guide()
    for source in sources - {"default"}:
        assert re.sub(r"^(S\d+)[a-e]$", r"\1", source) in known, source


@pytest.mark.parametrize("fact", CALL_AT_ONCE)
def test_every_call_at_once_has_an_emergency_rule(fact: str) -> None:
    rules = [rule for rule in load_protocol().rules if fact in rule.source]
    assert Disposition.EMERGENCY in {rule.disposition for rule in rules}


def test_the_questions_are_five_and_each_ask_is_known() -> None:
    assert [question.id for question in questions()] == [
        "red_flags",
        "treatment_time",
        "warning_signs",
        "course",
        "background",
    ]
    asks = [ask for question in questions() for ask in question.asks]
    assert asks == [ask.id for ask in load_asks()]
    assert len(asks) == len(set(asks))
    assert set(asks) <= CONTEXT_ASKS | set(findings())
    assert set(asks) >= CONTEXT_ASKS


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("finding: breathing_difficulty}", "finding: breathing_dificulty}", "neither a finding"),
        ("{finding: skin_burn}", "{findng: skin_burn}", "'findng' is not known"),
        ("{is: letter_e}", "{is: letter_f}", "no sign 'letter_f'"),
        ("of: [letter_a, letter_b, letter_c, letter_d]}", "of: [letter_q]}", "no sign 'letter_q'"),
        ("{only: [normal_healing]}", "{only: [normal_healin]}", "no group 'normal_healin'"),
        ("{trend: [rapid]}", "{trend: [quick]}", "'quick' is not allowed"),
        ("hours: more than 72}, {las", "hours: over 72}, {las", "more than"),
        ("when: {recurred: true}", "when: {recurred: true, hours: more than 3}", "exactly one"),
        ("{recurred: true}", "{recurred: true, of: [letter_a]}", "does not go with"),
        ("when: {recurred: true}", "advice: x", "either when: or in_place_of:"),
        ("source: [S26]", "source: [S26, folklore]", "folklore"),
        ("id: C5", "id: C4", "rule C4 stands here twice"),
        ("disposition: self_care", "disposition: home", "'home' is not allowed"),
        ("[treated_at, itching_severity", "[treated_on, itching_severity", "no ask of questions"),
        ("  lasting_marks:\n", "  hives:\n", "rename the group"),
        ("  urgent:       {after_h", "  emergency: {after_h", "'emergency' is not known"),
        ("{after_hours: 24, ", "{after_hours: 24, else_after_hours: 2, ", "write either"),
        ("72, else_after_hours: 24, ", "72, ", "write either"),
        ("{after_hours: 12, ", "{after_hours: 0, ", "less than the minimum"),
    ],
)
def test_a_wrong_rule_is_named_by_its_line(tmp_path: Path, good: str, bad: str, says: str) -> None:
    assert good in TEXT
    path = tmp_path / "protocol.yml"
    path.write_text(TEXT.replace(good, bad, 1), "utf-8")
    line = TEXT[: TEXT.index(good)].count("\n") + 1
    with pytest.raises(DataError) as error:
        load_protocol(path)
    found = re.match(rf"{re.escape(str(path))}:(\d+): ", str(error.value))
    assert found
    assert says in str(error.value)
    assert abs(int(found[1]) - line) <= 4, "the line is that of the rule"


def test_a_signed_protocol_says_so(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yml"
    signature = 'signed: {reviewer: "Dr A. Name", date: "2026-01-31"}'
    path.write_text(TEXT.replace("signed: null", signature), "utf-8")
    protocol = load_protocol(path)
    assert protocol.reviewer == "Dr A. Name"
    assert assess(Case(), protocol).signed


@pytest.mark.parametrize(
    ("disposition", "since_treatment", "hours"),
    [
        ("urgent", 10, 12),
        ("contact", 10, 24),
        ("undetermined", None, 24),
        ("self_care", 30.5, 41.5),
        ("expected", 0, 72),
        ("expected", 71, 1),
        ("expected", 71.5, 24),
        ("expected", 72, 24),
        ("expected", 200, 24),
        ("expected", None, 24),
    ],
)
def test_a_check_in_is_due_when_the_protocol_says(
    disposition: str, since_treatment: float | None, hours: float
) -> None:
    check_in = load_protocol().check_in[Disposition(disposition)]
    assert check_in.hours_from_now(since_treatment) == hours


def test_an_emergency_has_no_check_in_and_everything_else_has_one() -> None:
    assert set(load_protocol().check_in) == set(Disposition) - {Disposition.EMERGENCY}


def test_a_clinician_can_change_a_rule(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yml"
    path.write_text(TEXT.replace("hours: more than 72", "hours: more than 96"), "utf-8")
    red = Case(findings={"redness": Assertion(State.PRESENT)}, hours=(80, 80))
    assert "C2" in assess(red).rules
    text = path.read_text("utf-8").replace("lasting: more than 72", "lasting: more than 96")
    path.write_text(text, "utf-8")
    assert "C2" not in assess(red, load_protocol(path)).rules
