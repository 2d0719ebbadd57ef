"""Degrees: how strong a complaint is and where on the skin, given to the mention they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from actions.triage import Extent, Severity, State, findings
from bot.nlu.assertion import Assertion
from bot.nlu.finding import LEXICON
from bot.nlu.lexicon import Entry
from bot.nlu.semantic import Clause
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

#: What a small learnt reader makes of a clause (`learnt.py`); None: nothing that counts.
Told = Callable[[str, Clause], str | None]

#: How many words a degree may stand away from what it is said of.
_REACH = 6

#: A mark between a degree and what it is said of counts as so many words.
_OVER_A_MARK = 2

#: Scales end here.
_TEN = frozenset(["10", "ten"])

#: Where a complaint is, by the labels of the learnt reader.
_EXTENT_OF = {
    "treated": Extent.TREATED_AREA,
    "beyond": Extent.BEYOND,
    "all_over": Extent.ALL_OVER,
}

#: What may stand beside a degree that is all of its clause.
_FILLERS = frozenset(["only", "just", "but", "like", "maybe", "perhaps", "about", "and"])

#: What is there, or may be.
THERE = (State.PRESENT, State.UNCERTAIN)


def nothing_told(task: str, clause: Clause) -> None:
    """Without the learnt readers nothing is told."""


@dataclass
class Mention:
    """One place where a finding, a risk or a piece of context is named."""

    match: Match[Entry]
    assertion: Assertion
    severity: Severity | None = None
    extent: Extent | None = None
    found_by: str = LEXICON

    @property
    def name(self) -> str:
        """What is named."""
        return self.match.payload.name


def attach_degrees(  # noqa: PLR0913, PLR0917
    mentions: Sequence[Mention],
    severities: Sequence[Match[Entry]],
    extents: Sequence[Match[Entry]],
    message: Message,
    seen: Sequence[Clause],
    told: Told,
) -> None:
    """Give the mentions the degrees that the lexicon has found in the message, and what the learnt
    readers are `told` of a clause where it has found none."""
    _attach(mentions, severities, message, "severity")
    _attach_learnt(mentions, severities, seen, told)
    _attach(mentions, extents, message, "extent")
    _attach_reach(mentions, seen, told)


def _attach(
    mentions: Sequence[Mention], degrees: Iterable[Match[Entry]], message: Message, what: str
) -> None:
    """Give each degree to the nearest mention of its clause that can carry it."""
    known = findings()
    for degree in sorted(degrees, key=lambda match: match.start):
        carriers = [
            mention
            for mention in mentions
            if getattr(known[mention.name], what)
            and mention.assertion.state is not State.ABSENT
            and _distance(degree, mention.match, message, what) is not None
        ]
        if not carriers and what == "severity" and _stands_alone(degree, message):
            carriers = _before(degree, mentions, message)
        if not carriers:
            continue
        nearest = min(carriers, key=lambda m: _distance(degree, m.match, message, what) or 0)
        if what == "severity":
            nearest.severity = _severer(nearest.severity, Severity(degree.payload.name))
        elif nearest.extent in (None, Extent.TREATED_AREA):
            # "They only did my face, it is on my chest": further goes before where it was done.
            nearest.extent = Extent(degree.payload.name)


def _severer(one: Severity | None, other: Severity) -> Severity:
    """Of two degrees of one mention the worse: "burns a bit when I wash, else unbearable"."""
    return other if one is None else max(one, other, key=list(Severity).index)


def _stands_alone(degree: Match[Entry], message: Message) -> bool:
    """Whether a degree is about all there is in its clause ("like, 8 out of 10", "slightly")."""
    tokens = message.tokens
    clause = tokens[degree.start].clause
    own = range(degree.start, degree.end)
    others = [t.norm for at, t in enumerate(tokens) if t.clause == clause and at not in own]
    if any(tokens[at].norm in _TEN for at in own):
        return len(others) <= _REACH
    return _FILLERS.issuperset(others)


def _before(degree: Match[Entry], mentions: Sequence[Mention], message: Message) -> list[Mention]:
    """The one complaint of the clause before, which a degree that stands alone is about."""
    tokens, known = message.tokens, findings()
    before = tokens[degree.start].clause - 1
    carriers = [
        mention
        for mention in mentions
        if known[mention.name].severity
        and mention.assertion.state in THERE
        and tokens[mention.match.end - 1].clause == before
    ]
    return carriers if len({mention.name for mention in carriers}) == 1 else []


def _attach_learnt(
    mentions: Sequence[Mention],
    degrees: Sequence[Match[Entry]],
    seen: Sequence[Clause],
    told: Told,
) -> None:
    """Give what a clause tells of severity to its complaint, where it has only one."""
    for clause in seen:
        if any(clause.start <= degree.start < clause.end for degree in degrees):
            continue
        carriers = _carriers(mentions, clause, "severity")
        if len({mention.name for mention in carriers}) != 1 or carriers[0].severity is not None:
            continue
        severity = told("severity", clause)
        for mention in carriers:
            mention.severity = Severity(severity) if severity else None


def _attach_reach(mentions: Sequence[Mention], seen: Sequence[Clause], told: Told) -> None:
    """Give where a clause says that complaints are to those in it, or in the one before, of which
    the lexicon says nothing of the kind."""
    before: list[Mention] = []
    for clause in seen:
        own = _carriers(mentions, clause, "extent")
        carriers = own or before
        before = own
        extent = _EXTENT_OF.get(told("reach", clause) or "") if carriers else None
        for mention in carriers:
            mention.extent = mention.extent or extent


def _carriers(mentions: Sequence[Mention], clause: Clause, what: str) -> list[Mention]:
    """The mentions of a clause that are there and can carry a severity or an extent."""
    known = findings()
    return [
        mention
        for mention in mentions
        if clause.start <= mention.match.start < clause.end
        and getattr(known[mention.name], what)
        and mention.assertion.state in THERE
    ]


def _distance(
    degree: Match[Entry], mention: Match[Entry], message: Message, what: str
) -> float | None:
    """Words between a degree and a mention; what follows the degree is a little nearer."""
    tokens = message.tokens
    clause = tokens[degree.start].clause
    if tokens[mention.start].sentence != tokens[degree.start].sentence:
        return None
    if what == "severity" and not any(
        tokens[t].clause == clause for t in range(mention.start, mention.end)
    ):
        return None
    if degree.start >= mention.end:
        gap, between = degree.start - mention.end + 0.5, range(mention.end, degree.start + 1)
    elif mention.start >= degree.end:
        gap, between = float(mention.start - degree.end), range(degree.end, mention.start + 1)
    else:
        gap, between = 0.0, range(0)
    if what == "severity":  # "stings a bit, red all over"
        gap += _OVER_A_MARK * sum(bool(tokens[place].mark) for place in between)
    limit = _REACH if what == "severity" else 4 * _REACH
    return gap if gap <= limit else None
