"""Mentions: which findings a message names, what is said of each, how strong and how far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from actions.triage import Extent, Severity, State, Subject, findings
from bot.nlu.assertion import Assertion, Triggers, is_always_meant, weighed
from bot.nlu.finding import Finding, weightier
from bot.nlu.lexicon import NOT, Entry
from bot.nlu.semantic import Clause, is_alarming, least
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

#: What a small learnt reader makes of a clause (`learnt.py`); None: nothing that counts.
Told = Callable[[str, Clause], str | None]

#: Which of the readers found a finding.
LEXICON, SEMANTIC, BOTH = "lexicon", "semantic", "both"

#: How many words a degree may stand away from what it is said of.
_REACH = 6

#: Scales end here.
_TEN = frozenset(["10", "ten"])

#: What the words for another finding often name beside it: bumps beside hives, chills in chilli.
_EXPLAINED = frozenset(["skin", "general"])

#: Where a complaint is, by the labels of the learnt reader.
_EXTENT_OF = {
    "treated": Extent.TREATED_AREA,
    "beyond": Extent.BEYOND,
    "all_over": Extent.ALL_OVER,
}

#: What may stand beside a degree that is all of its clause.
_FILLERS = frozenset(["only", "just", "but", "like", "maybe", "perhaps", "about", "and"])

#: What was done stays done: "used my injector, fine now" is not over (rule E7).
_DEEDS = frozenset(["epinephrine_used"])


#: What is there, or may be.
_THERE = (State.PRESENT, State.UNCERTAIN)


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


def matches_of(kind: str, matches: Sequence[Match[Entry]]) -> list[Match[Entry]]:
    """The matches of one kind that count.

    Hidden are those inside a `not` template of the same name, those whose words another one of
    the kind uses too (the fuller phrase wins), and repetitions.
    """
    own = [match for match in matches if match.payload.kind == kind]
    hiding = [match for match in own if match.payload.role == NOT]
    shown = [
        match
        for match in own
        if match.payload.role != NOT and not any(_hides(wide, match) for wide in hiding)
    ]
    shown.sort(
        key=lambda match: (-match.consumed.bit_count(), match.start, match.end, match.payload.name)
    )
    kept: list[Match[Entry]] = []
    for match in shown:
        if not any(_covered(match, fuller) for fuller in kept):
            kept.append(match)
    return kept


def _hides(wide: Match[Entry], match: Match[Entry]) -> bool:
    named = wide.payload.name in (match.payload.name, f"{match.payload.kind}_not")
    return named and wide.start <= match.start and match.end <= wide.end


def _covered(match: Match[Entry], fuller: Match[Entry]) -> bool:
    if match.payload.name == fuller.payload.name:
        if match.payload.role != fuller.payload.role:
            return match.consumed & fuller.consumed == match.consumed
        return bool(match.consumed & fuller.consumed)
    inside = match.consumed & fuller.consumed == match.consumed
    return inside and match.consumed != fuller.consumed


def find_findings(  # noqa: PLR0913, PLR0917
    message: Message,
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    seen: Sequence[Clause] = (),
    told: Told = nothing_told,
    asked: Collection[str] = (),
) -> dict[str, Finding]:
    """What the message says of each finding that the lexicon or the semantic reader finds in it.

    `told` is asked for the severity that a clause tells without a word that the lexicon knows, and
    for where on the skin a clause says that a complaint is. Of what was `asked`, the lexicon's word
    stands: a "no" beside it would clear what the semantic reader does not see.
    """
    known = findings()
    mentions = [
        Mention(match, said, match.payload.severity, match.payload.extent, found_by)
        for match, said, found_by in asserted("finding", matches, triggers, seen, asked)
    ]
    over = {mention.name for mention in mentions if _is_over(mention.assertion)}
    mentions += [
        Mention(match, said, found_by=SEMANTIC)
        for match, said in only_seen(seen, matches, triggers, over)
        if match.payload.name in known
    ]
    degrees = matches_of("severity", matches)
    _attach(mentions, degrees, message, "severity")
    _attach_learnt(mentions, degrees, seen, told)
    _attach(mentions, matches_of("extent", matches), message, "extent")
    _attach_reach(mentions, seen, told)
    said: dict[str, Finding] = {}
    for mention in sorted(mentions, key=lambda each: (each.match.start, each.name)):
        finding = _finding(mention, message)
        before = said.get(mention.name)
        if before is not None:
            finding = weightier(before, finding, known[mention.name].red_flag)
        said[mention.name] = finding
    return said


def asserted(
    kind: str,
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    seen: Sequence[Clause],
    asked: Collection[str] = (),
) -> Iterator[tuple[Match[Entry], Assertion, str]]:
    """What the lexicon finds of one kind, what is said of it, and by which readers it is found."""
    for match in matches_of(kind, matches):
        said = triggers.of(match, findings()[match.payload.name].red_flag)
        clause = next((each for each in seen if each.start <= match.start < each.end), None)
        if clause is None:
            yield match, said, LEXICON
            continue
        if match.payload.name not in asked and _is_unseen(match.payload.name, said, clause, seen):
            continue
        meant = weighed(match, said, clause)
        if meant is not None:
            yield match, meant, BOTH if match.payload.name in clause.findings else LEXICON


def _is_unseen(name: str, said: Assertion, clause: Clause, seen: Sequence[Clause]) -> bool:
    """Whether the semantic reader is sure that words are not meant as the finding they name.

    It sees the finding nowhere in the message, and doubts that the clause tells of anything that is
    there or denied: of what is denied, the words for the denial decide. For a harmless finding less
    sureness is enough than for a red flag, and one of the skin or a general one may also go where
    another finding is seen in the clause ("raised nettle bumps": hives, no bumps). What is dropped
    so is unknown, never absent. It has learnt to see the patient's own findings, so another
    person's stay.
    """
    own = said.subject is Subject.SELF and said.state in _THERE
    if not own or said.settled or is_always_meant(name):
        return False
    limits = least()
    likeliest = max(each.probabilities[name] for each in seen)
    if likeliest >= limits.unseen_of(name):
        return False
    if findings()[name].group in _EXPLAINED and clause.findings:
        return True
    told = sum(clause.meanings[each] for each in ("present", "recent", "other", "absent"))
    return told < limits.doubted_of(name)


def _is_over(said: Assertion) -> bool:
    own = said.subject is Subject.SELF
    return own and said.state is State.PAST and bool(said.recent)


def _is_back(clause: Clause, probability: float) -> bool:
    """Whether what is over by the lexicon's word is surely seen, and there rather than over."""
    calm = clause.meanings["recent"] + clause.meanings["absent"]
    return probability >= least().other and clause.meanings["present"] > calm


def only_seen(
    seen: Sequence[Clause],
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    over: Collection[str] = (),
) -> Iterator[tuple[Match[Entry], Assertion]]:
    """What only the semantic reader sees, with what its clause says of it.

    Where the lexicon knows the finding in the same clause, in whatever sense, its word stands; and
    of what is `over` by its word ("it has gone down now"), only what is back counts.
    """
    counted = _known(matches)
    for clause in seen:
        for name, probability in clause.findings.items():
            match = clause_match(name, clause)
            if name in over and (triggers.ends_in(match) or not _is_back(clause, probability)):
                continue
            known = (other for other in counted if other.payload.name == name)
            if any(other.start < clause.end and clause.start < other.end for other in known):
                continue
            said = triggers.of_clause(match, is_alarming(name), probability)
            meant = None if said is None else weighed(match, said, clause)
            if meant is not None:
                yield match, meant


def _known(matches: Sequence[Match[Entry]]) -> list[Match[Entry]]:
    """What the lexicon finds, also in another sense, but no finding hidden by a fuller phrase: it
    may be the true one ("slight burning on my cheeks": no skin burn)."""
    shown = matches_of("finding", matches)
    return [
        match
        for match in matches
        if match.payload.kind != "finding" or match.payload.role == NOT or match in shown
    ]


def clause_match(name: str, clause: Clause) -> Match[Entry]:
    """A clause in which a finding is seen, as if the lexicon had found it in all its words."""
    mask = (1 << clause.end) - (1 << clause.start)
    return Match(Entry("finding", name), clause.start, clause.end, mask)


def _finding(mention: Mention, message: Message) -> Finding:
    known = findings()[mention.name]
    said = mention.assertion
    if mention.name in _DEEDS and said.state is State.PAST and said.recent:
        said = replace(said, state=State.PRESENT, recent=None)
    held = said.state in (State.PRESENT, State.UNCERTAIN, State.PAST)
    return Finding(
        said.state,
        mention.severity if known.severity and held else None,
        mention.extent if known.extent and held else None,
        said.subject,
        mention.found_by,
        message.span(mention.match.start, mention.match.end - 1),
        said.recent,
    )


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
            nearest.severity = nearest.severity or Severity(degree.payload.name)
        elif nearest.extent in (None, Extent.TREATED_AREA):
            # "They only did my face, it is on my chest": further goes before where it was done.
            nearest.extent = Extent(degree.payload.name)


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
        and mention.assertion.state in _THERE
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
        and mention.assertion.state in _THERE
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
        gap = degree.start - mention.end + 0.5
    elif mention.start >= degree.end:
        gap = float(mention.start - degree.end)
    else:
        gap = 0.0
    limit = _REACH if what == "severity" else 4 * _REACH
    return gap if gap <= limit else None
