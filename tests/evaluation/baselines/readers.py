"""Readers of messages to compare ours with: another's judgement in the place of our own.

Each is our lexicon's reading with the findings replaced; times, context, answers to the bot's
questions and intents stay, which favours the others: none of them reads any of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from actions.triage import State, Subject, Trend, findings
from actions.triage.case import TREND_RAPID
from bot.nlu import Finding, read_by_lexicon
from bot.nlu.assertion import Assertion
from bot.nlu.finding import weightier
from bot.nlu.lexicon import ABSENT, Entry
from bot.nlu.matching import match
from bot.nlu.mentions import find_findings, matches_of
from bot.nlu.phrase_data import NONE
from bot.nlu.templates import Match
from bot.nlu.tokens import Message
from tests.evaluation.baselines.child import Child
from tests.evaluation.interview import Reader

#: What decides when several attributes hold of one mention, the strongest first.
_STATES = {
    "is_hypothetical": State.HYPOTHETICAL,
    "is_negated": State.ABSENT,
    "is_historical": State.PAST,
    "is_uncertain": State.UNCERTAIN,
}

#: The meanings of the phrase data as what is said of a finding; "idiom" says that it is none.
_MEANINGS = {
    "present": Assertion(State.PRESENT, Subject.SELF),
    "recent": Assertion(State.PAST, Subject.SELF, recent=True),
    "absent": Assertion(State.ABSENT, Subject.SELF),
    "if": Assertion(State.HYPOTHETICAL, Subject.SELF),
    "old": Assertion(State.PAST, Subject.SELF, recent=False),
    "other": Assertion(State.PRESENT, Subject.OTHER),
    "told": Assertion(State.HYPOTHETICAL, Subject.OTHER),
}

#: What is found in a text, as parts of a reading's JSON object.
Find = Callable[[str], dict[str, Any]]


def asserted_by(child: Child) -> Reader:
    """Our lexicon's mentions, each meant as ConText or NegEx says."""

    def find(text: str) -> dict[str, Any]:
        message, matches = match(text)
        mentions = matches_of("finding", matches)
        spans = [message.span(each.start, each.end - 1) for each in mentions]
        said = child.ask({"text": text, "spans": spans})["said"]
        judged = {m: assertion(m.payload, of) for m, of in zip(mentions, said, strict=True)}
        return _findings(find_findings(message, matches, _Given(judged)))  # type: ignore[arg-type]

    return _with_findings(find)


class _Given:
    """Stands where our own triggers do: what others have said of each mention."""

    def __init__(self, judged: Mapping[Match[Entry], Assertion]) -> None:
        self._judged = judged

    def of(self, mention: Match[Entry], red_flag: bool) -> Assertion:
        return self._judged[mention]


def assertion(entry: Entry, attributes: Sequence[str]) -> Assertion:
    """The tool's attributes of a mention in our words.

    A mention of wellness ("breathing is fine") says that the finding is absent, and nothing when
    it is negated itself: then the finding is there.
    """
    subject = Subject.OTHER if "is_family" in attributes else Subject.SELF
    state = next((state for name, state in _STATES.items() if name in attributes), State.PRESENT)
    if entry.role == ABSENT and state in (State.PRESENT, State.ABSENT):
        state = State.ABSENT if state is State.PRESENT else State.PRESENT
    elif state is State.PRESENT and entry.state:
        state = entry.state
    return Assertion(state, subject, recent=False if state is State.PAST else None)


def classified_by(child: Child, least: float = 0.0) -> Reader:
    """What DIET takes each clause to say; the clauses are cut by us.

    Below the confidence `least` it says nothing, as with Rasa's FallbackClassifier.
    """

    def find(text: str) -> dict[str, Any]:
        message, _ = match(text)
        spans = list(clauses(message))
        texts = [text[start:end] for start, end in spans]
        likeliest = child.ask({"texts": texts})["intents"]
        intents = [name if confidence >= least else NONE for name, confidence in likeliest]
        found: dict[str, Finding] = {}
        for intent, span in zip(intents, spans, strict=True):
            for name, said in findings_of(intent, span).items():
                before = found.get(name)
                red_flag = findings()[name].red_flag
                found[name] = said if before is None else weightier(before, said, red_flag)
        rapid = any(TREND_RAPID in intent.split("+") for intent in intents)
        return {**_findings(found), **({"trend": str(Trend.RAPID)} if rapid else {})}

    return _with_findings(find)


def findings_of(intent: str, span: tuple[int, int]) -> dict[str, Finding]:
    """The findings that a joined intent of the training data stands for."""
    parts = intent.split("+")
    meaning = next((part for part in parts if part in _MEANINGS), "present")
    said = _MEANINGS[meaning]
    return {
        name: Finding(said.state, None, None, said.subject, "diet", span, said.recent)
        for name in parts
        if name in findings() and "idiom" not in parts
    }


def clauses(message: Message) -> Iterable[tuple[int, int]]:
    """The characters of each clause of a message."""
    begin = 0
    tokens = message.tokens
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or _place(tokens[at]) != _place(tokens[begin]):
            yield message.span(begin, at - 1)
            begin = at


def _place(token: Any) -> tuple[int, int]:
    return token.clause, token.sentence


def _findings(found: Mapping[str, Finding]) -> dict[str, Any]:
    return {"findings": {name: said.to_json() for name, said in found.items()}}


def _with_findings(find: Find) -> Reader:
    def reader(
        text: str, now: datetime, asks: Sequence[str], items: Sequence[Sequence[str]]
    ) -> dict[str, Any]:
        reading = read_by_lexicon(text, now, "UTC", asks, items).to_json()
        answered = {n: f for n, f in reading["findings"].items() if f["found_by"] == "answer"}
        together = {**reading, **find(text)}
        return {**together, "findings": {**together["findings"], **answered}}

    return reader
