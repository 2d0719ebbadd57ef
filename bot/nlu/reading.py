"""Reading a message: everything that one message says, in one pass.

    >>> read("no hives but my eyes are swollen shut").to_json()["findings"]["eye_swelling"]["state"]
    'present'

Tokens, spelling and clauses come first; then the lexicon's templates are matched once and the
semantic reader looks over the clauses. What the two found is read in turn: findings with their
assertions and degrees, context, time, the answer to the question just asked, and the act. A message
with other languages' words is read once more with those put into English, for what that adds.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from actions.triage import Extent, Severity, State, Subject, Trend, findings
from actions.triage.case import TREND_RAPID
from bot.nlu.acts import classify, intent_of, only_talk
from bot.nlu.answers import Answer, asked_back, is_bare_answer, read_answer, without
from bot.nlu.asking import goes_on_asking
from bot.nlu.assertion import Triggers
from bot.nlu.context import Context, find_context
from bot.nlu.finding import SEMANTIC, Finding
from bot.nlu.glossary import in_english
from bot.nlu.growth import grows_fast
from bot.nlu.heard import SUSPECT, Given, may_leave_out, measured, plainly, with_background
from bot.nlu.intents import intents_of
from bot.nlu.languages import is_foreign
from bot.nlu.learnt import comes_down_to
from bot.nlu.lexicon import NOT
from bot.nlu.mash import is_all_mash
from bot.nlu.matching import match
from bot.nlu.mentions import find_findings
from bot.nlu.pace import pace, paced
from bot.nlu.pressure import low_pressure
from bot.nlu.second_look import in_place, with_what_it_adds
from bot.nlu.semantic import Clause, Seen, is_alarming, semantic_reader
from bot.nlu.sentences import words_of
from bot.nlu.sifting import sift
from bot.nlu.times import Times, read_times
from bot.nlu.tokens import MAX_READ, Message

logger = logging.getLogger(__name__)

#: Acts that answer nothing, whatever their words: "it was lip filler" does not name the lips.
_NO_ANSWERS = frozenset(
    {"other_procedure", "minor", "photo", "handoff", "before_treatment", "other_language"}
)

#: What a low blood pressure counts as.
_LOW_PRESSURE = "fainting"

#: What was named before is claimed, and not that all is well with it.
_CLAIMED = re.compile(r"\bmine\b(?!.*\b(?:no|not|none|fine|ok|okay|normal|good)\b)", re.I | re.S)

#: What is told of a complaint, and so of whom the complaint is.
_OF_A_COMPLAINT = {"duration_hours", "temperature_c"}


@dataclass(frozen=True)
class Reading:
    """What one message says; see the message contract for the meaning of each part."""

    findings: dict[str, Finding] = field(default_factory=dict)
    times: Times = field(default_factory=Times)
    context: Context = field(default_factory=Context)
    act: str = "nonsense"
    truncated: bool = False
    plain: str | None = None
    """What was encoded, where that was in one piece: what the guide is searched for."""

    def to_json(self) -> dict[str, Any]:
        """The JSON object that `python -m bot.nlu` writes."""
        times, context = self.times, self.context
        treated = times.treated_at
        return {
            "findings": {name: said.to_json() for name, said in self.findings.items()},
            "treated_at": treated and [moment.isoformat() for moment in treated],
            "treated_surely": times.surely,
            "hours_since_treatment": _range(times.hours),
            "duration_hours": _range(times.duration_hours),
            "trend": context.trend,
            "recurred": True if context.recurred else None,
            "home_care_tried": context.home_care_tried,
            "temperature_c": times.temperature_c,
            "treatment": context.treatment,
            "risks": list(context.risks),
            "cleared": list(context.cleared),
            "intent": intent_of(self.act),
            "act": self.act,
            "truncated": self.truncated,
        }


def read(
    text: str,
    now: datetime | None = None,
    timezone: str = "UTC",
    asks: Sequence[str] = (),
    items: Sequence[Sequence[str]] = (),
) -> Reading:
    """Read a message, written at `now` (default: this moment) in the time zone `timezone`.

    `asks` are the ask ids of the question just put and `items` the lines it was shown as. Never
    raises for any text; at most `MAX_READ` characters of it are read.
    """
    return _read(text, now, timezone, asks, items, see=_seen)


def read_by_lexicon(
    text: str,
    now: datetime | None = None,
    timezone: str = "UTC",
    asks: Sequence[str] = (),
    items: Sequence[Sequence[str]] = (),
) -> Reading:
    """The same without the semantic reader."""
    return _read(text, now, timezone, asks, items, see=lambda message: Seen())


def _read(  # noqa: PLR0913, PLR0917
    text: str,
    now: datetime | None,
    timezone: str,
    asks: Sequence[str],
    items: Sequence[Sequence[str]],
    see: Callable[[Message], Seen],
) -> Reading:
    reading = _interpret(_given(text, now, timezone, asks, items), see)
    if asks and (asked := asked_back(text)):
        said = without(text, asked)
        rest = _interpret(_given(said, now, timezone, asks, items), see)
        return _explained(reading, rest, asked, said)
    put = in_english(text)
    if not put.places:
        return reading
    given = replace(_given(put.text, now, timezone, asks, items), written=text)
    english = in_place(_interpret(given, see), put)
    if asks and is_bare_answer(put.text):
        return english
    return with_what_it_adds(reading, english, is_foreign(text, entirely=True, but=1))


def _explained(
    reading: Reading, rest: Reading, asked: Sequence[tuple[int, int]], said: str
) -> Reading:
    """A message that asks what the bot's words mean, read as a whole and without that question.

    What the question names is not told; the rest is ("No. What is a welt?"), and what is only seen
    in it beside the question. A red flag that is named and then claimed ("what's hoarse? mine's
    gone") may be there.
    """
    claimed = _CLAIMED.search(said) is not None
    named, beside = {}, {}
    for name, each in reading.findings.items():
        if any(start <= each.span[0] < end for start, end in asked):
            maybe = claimed and is_alarming(name)
            named[name] = replace(each, state=State.UNCERTAIN if maybe else State.HYPOTHETICAL)
        elif each.found_by == SEMANTIC and each.state is State.PRESENT:
            beside[name] = each
    return replace(rest, findings={**named, **beside, **rest.findings}, act="explain")


def _given(
    text: str,
    now: datetime | None,
    timezone: str,
    asks: Sequence[str],
    items: Sequence[Sequence[str]],
) -> Given:
    message, matches = match(text)
    text = text if not message.truncated else text[:MAX_READ]
    return Given(text, message, matches, _local(now, timezone), asks, items)


def _interpret(given: Given, see: Callable[[Message], Seen]) -> Reading:
    text, message, asks = given.text, given.message, given.asks
    triggers = Triggers(message, given.matches)
    # Greetings and bare answers name nothing: many a turn without the encoder's milliseconds.
    everything = Seen() if only_talk(text) or is_bare_answer(text) else see(message)
    seen = sift(message, text, everything)
    told = partial(_told, given)
    found = find_findings(message, given.matches, triggers, seen.clauses, told, asks)
    found = _with_pressure(text, found)
    if not asks and len(found) == 1 and goes_on_asking(words_of(text)):
        found = _imagined(found)
    context = find_context(given.matches, triggers, seen.clauses, told)
    if not asks:
        by_lexicon = find_context(given.matches, triggers)
        context = paced(context, pace(by_lexicon, context), seen.clauses)
    if any(map(_is_there, found.values())) and grows_fast(text):
        context = replace(context, trend=Trend.RAPID)
    times = read_times(text, given.now, asks, partial(_moment_told, given, seen.clauses))
    times = _own_times(times, found, message)
    spans = times.spans.values()
    answer = read_answer(text, asks, found, given.items, context.risks, spans, _unmeant(given))
    unclear = answer.kind is None or (found and answer.kind == "inform")
    if asks and unclear and not any(map(_is_told, found, found.values())):
        answer = plainly(given, everything, bool(found))
    elif asks and may_leave_out(given, everything, found, answer):
        answer = Answer()
    answer = with_background(given, everything, context.answered(answer).risks, answer)
    found, answer = measured(text, times.temperature_c, found, answer)
    learnt = _learnt(text, seen)
    act = classify(text, found, asks, answer, times, context.tells, learnt, given.written or text)
    if act in _NO_ANSWERS:
        answer = Answer()
    elif "trend" in asks:
        context = _with_course(given, context, seen)
        act = classify(
            text, found, asks, answer, times, context.tells, learnt, given.written or text
        )
    if act == "ask":  # "can I put peas on it?": nothing was done yet
        context = replace(context, home_care_tried=None)
    return Reading(
        _answered(found, answer),
        times,
        context.answered(answer),
        act,
        message.truncated,
        seen.plain,
    )


def _with_pressure(text: str, found: dict[str, Finding]) -> dict[str, Finding]:
    """The findings with a low blood pressure, if one was measured and fainting is not told."""
    span = low_pressure(text)
    said = found.get(_LOW_PRESSURE)
    if span is None or (said is not None and said.state in (State.PRESENT, State.UNCERTAIN)):
        return found
    return {**found, _LOW_PRESSURE: Finding(State.UNCERTAIN, span=span)}


def _imagined(found: Mapping[str, Finding]) -> dict[str, Finding]:
    """The findings of a question to the guide; a red flag may be the patient's own."""
    return {
        name: each if is_alarming(name) else replace(each, state=State.HYPOTHETICAL)
        for name, each in found.items()
    }


def _unmeant(given: Given) -> dict[str, list[tuple[int, int]]]:
    """Where what sounds like a finding is none by the lexicon: "sick of waiting"."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for hit in given.matches if given.asks else ():
        if hit.payload.kind == "finding" and hit.payload.role == NOT:
            span = given.message.span(hit.start, hit.end - 1)
            spans.setdefault(hit.payload.name, []).append(span)
    return spans


def _own_times(times: Times, found: Mapping[str, Finding], message: Message) -> Times:
    """The times and the temperature without those of others: "my son was sick all last week. I am a
    bit dry"."""
    subjects = {said.subject for said in found.values()}
    if subjects == {Subject.OTHER}:
        return Times()
    if found and all(said.state is State.HYPOTHETICAL for said in found.values()):
        return replace(times, duration_hours=None)  # "and if it is still pink on Monday?"
    if Subject.OTHER not in subjects:
        return times
    theirs = set()
    for what in _OF_A_COMPLAINT & times.spans.keys():
        sentence = message.sentence_at(times.spans[what][0])
        beside = {
            said.subject for said in found.values() if message.sentence_at(said.span[0]) == sentence
        }
        if beside == {Subject.OTHER}:
            theirs.add(what)
    return replace(
        times,
        duration_hours=None if "duration_hours" in theirs else times.duration_hours,
        temperature_c=None if "temperature_c" in theirs else times.temperature_c,
    )


def _seen(message: Message) -> Seen:
    """What the semantic reader sees; whatever goes wrong in it, the lexicon's reading stands."""
    try:
        return semantic_reader().read(message)
    except Exception as error:
        logger.error("The semantic reader failed: %s", type(error).__name__)
        return Seen()


def _told(given: Given, task: str, clause: Clause) -> str | None:
    """What a learnt reader makes of a clause."""
    start, end = given.message.span(clause.start, clause.end - 1)
    return comes_down_to(task, given.text[start:end], clause.mean)


def _moment_told(given: Given, clauses: Sequence[Clause], place: int) -> str | None:
    """What the learnt reader makes of the times of the clause at a place of the text."""
    for clause in clauses:
        first, last = given.message.span(clause.start, clause.end - 1)
        if first <= place < last:
            return _told(given, "moments", clause)
    return None


def _learnt(text: str, seen: Seen) -> dict[str, float] | None:
    """The probability of each intent; None, and the templates decide, without the encoder."""
    shares = intents_of(text, seen.mean)
    if shares and seen.most(*findings(), TREND_RAPID) >= SUSPECT:
        shares["chat"] = 0.0  # what may be a sign is never taken for chat
    return shares


def _is_there(said: Finding) -> bool:
    """Whether a finding is told as the patient's own and there."""
    return said.subject is Subject.SELF and said.state in (State.PRESENT, State.UNCERTAIN)


def _is_told(name: str, said: Finding) -> bool:
    """Whether a finding is more than seen in words that may be the answer to where it is."""
    return said.found_by != SEMANTIC or is_alarming(name)


def _with_course(given: Given, context: Context, seen: Seen) -> Context:
    """The context with the course that an answer tells, in words that no list has."""
    if context.trend is not None or is_all_mash(given.message.words):
        return context
    return replace(context, trend=comes_down_to("courses", given.text, seen.mean))


def _answered(found: dict[str, Finding], answer: Answer) -> dict[str, Finding]:
    """The findings with what the answer says of them laid over; a "no" covers no red flag that its
    own words tell of: "no but can't breathe good"."""
    together = dict(found)
    for name, said in answer.findings.items():
        before = together.get(name)
        told = before is not None and before.state is State.PRESENT and is_alarming(name)
        if told and said.state == State.ABSENT:
            continue
        together[name] = Finding(
            State(said.state),
            Severity(said.severity) if said.severity else before.severity if before else None,
            Extent(said.extent) if said.extent else before.extent if before else None,
            Subject.SELF,
            "answer",
            said.span,
            True if said.state == State.PAST else None,
        )
    return together


def _local(now: datetime | None, zone: str) -> datetime:
    try:
        place: Any = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        place = timezone.utc
    now = now or datetime.now(timezone.utc)
    return now.astimezone(place) if now.tzinfo else now.replace(tzinfo=place)


def _range(hours: Any) -> Any:
    return list(hours) if isinstance(hours, tuple) else hours
