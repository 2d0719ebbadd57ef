"""Mentions: which findings a message names, and what is said of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from actions.triage import State, Subject, findings
from bot.nlu.arbiter import NOTHING, OTHER, Report, overruled, word_of
from bot.nlu.assertion import Assertion, Triggers, is_always_meant
from bot.nlu.degrees import THERE, Mention, Told, attach_degrees, nothing_told
from bot.nlu.finding import BOTH, LEXICON, SEMANTIC, Finding, weightier
from bot.nlu.lexicon import NOT, Entry, meant
from bot.nlu.semantic import HARMLESS, Clause, is_alarming, least
from bot.nlu.templates import Match
from bot.nlu.tokens import Message
from bot.nlu.weighing import meant_as, weighed

#: What was done stays done: "used my injector, fine now" is not over (rule E7).
_DEEDS = frozenset(["epinephrine_used"])


def matches_of(kind: str, matches: Sequence[Match[Entry]]) -> list[Match[Entry]]:
    """The matches of one kind that count.

    Hidden are those inside a `not` template of the same name, those whose words another one of
    the kind uses too (the fuller phrase wins), and repetitions.
    """
    shown = meant([match for match in matches if match.payload.kind == kind])
    shown.sort(
        key=lambda match: (-match.consumed.bit_count(), match.start, match.end, match.payload.name)
    )
    kept: list[Match[Entry]] = []
    for match in shown:
        if not any(_covered(match, fuller) for fuller in kept):
            kept.append(match)
    return kept


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
    mentions = by_rules(matches, triggers, seen, asked)
    if not asked:
        told_so = reports(mentions, by_lexicon(matches, triggers), message)
        mentions = _arbitrated(mentions, overruled(seen, told_so, findings()), seen)
    severities, extents = matches_of("severity", matches), matches_of("extent", matches)
    attach_degrees(mentions, severities, extents, message, seen, told)
    return _together(mentions, message)


def by_lexicon(matches: Sequence[Match[Entry]], triggers: Triggers) -> list[Mention]:
    """What the lexicon finds, as the assertion table takes it."""
    return [Mention(match, said) for match, said, _ in asserted("finding", matches, triggers, ())]


def by_rules(
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    seen: Sequence[Clause],
    asked: Collection[str] = (),
) -> list[Mention]:
    """What both readers find, weighed by rules."""
    known = findings()
    mentions = [
        Mention(match, said, match.payload.severity, match.payload.extent, found_by)
        for match, said, found_by in asserted("finding", matches, triggers, seen, asked)
    ]
    over = {
        mention.name: _least_again(mention.assertion)
        for mention in mentions
        if _is_over(mention.assertion)
    }
    mentions += [
        Mention(match, said, found_by=SEMANTIC)
        for match, said in only_seen(seen, matches, triggers, over)
        if match.payload.name in known
    ]
    mentions += [
        Mention(match, said, found_by=SEMANTIC)
        for match, said in only_named(seen, matches)
        if match.payload.name in known
    ]
    return mentions


def _together(mentions: Iterable[Mention], message: Message) -> dict[str, Finding]:
    """What all mentions of each finding say."""
    known = findings()
    said: dict[str, Finding] = {}
    for mention in sorted(mentions, key=lambda each: (each.match.start, each.name)):
        finding = _finding(mention, message)
        before = said.get(mention.name)
        if before is not None:
            finding = weightier(before, finding, known[mention.name].red_flag)
        said[mention.name] = finding
    return said


def reports(
    weighed_up: Iterable[Mention], plain: Iterable[Mention], message: Message
) -> dict[str, Report]:
    """What the rules and, with its `plain` mentions, the lexicon alone make of each finding."""
    rules, lexicon = _together(weighed_up, message), _together(plain, message)
    return {
        name: Report(
            word_of(lexicon.get(name)),
            word_of(rules.get(name)),
            rules[name].found_by if name in rules else "",
        )
        for name in rules.keys() | lexicon.keys()
    }


def _arbitrated(
    mentions: Sequence[Mention], judged: Mapping[str, str], seen: Sequence[Clause]
) -> list[Mention]:
    """The mentions with what the arbiter makes of the findings in whose case it overrules them."""
    stands = {each.name for each in mentions if _stands(each, judged.get(each.name, NOTHING))}
    judged = {name: word for name, word in judged.items() if name not in stands}
    kept = [mention for mention in mentions if mention.name not in judged]
    for name, word in judged.items():
        if word == NOTHING:
            continue
        clause = max(seen, key=lambda each: max(each.probabilities[name], each.named[name]))
        said = _said(word, clause)
        mine = [mention for mention in mentions if mention.name == name]
        mine = mine or [Mention(clause_match(name, clause), said, found_by=SEMANTIC)]
        kept += [replace(mention, assertion=said) for mention in mine]
    return kept


def _stands(mention: Mention, word: str) -> bool:
    """Whether a mention stands against a word of the arbiter's: what the assertion table has
    settled, shorthand that means nothing else, what others have or had, and what was before the
    treatment, unless it is there."""
    said = mention.assertion
    own = said.subject is Subject.SELF
    certain = mention.match.payload.certain and own and said.state in THERE
    older = said.state is State.PAST and said.recent is False and word not in THERE
    return said.settled or certain or not own or older


def _said(word: str, clause: Clause) -> Assertion:
    """The assertion of a word of the arbiter's; when something was, the clause tells."""
    if word == OTHER:
        return Assertion(State.PRESENT, Subject.OTHER)
    recent = clause.meanings["recent"] >= clause.meanings["old"] if word == State.PAST else None
    return Assertion(State(word), Subject.SELF, recent)


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
        meant = weighed(match, said, clause)
        if meant is None or (
            match.payload.name not in asked and _is_not_meant(match, meant, clause, seen)
        ):
            continue
        yield match, meant, BOTH if match.payload.name in clause.findings else LEXICON


def _is_not_meant(
    match: Match[Entry], said: Assertion, clause: Clause, seen: Sequence[Clause]
) -> bool:
    """Whether the semantic reader is sure that words are not meant as the finding they name.

    It sees it named nowhere in the message, in whatever sense ("raised nettle bumps": hives, no
    bumps); for any but a harmless finding, the clause tells of nothing else either. Or it
    sees nowhere that the patient has it, and doubts that the clause tells of anything that is there
    or denied: that is learnt of the patient's own findings only. What is dropped so is unknown,
    never absent; of what is denied or over, the words for that decide.
    """
    name, limits = match.payload.name, least()
    if said.settled or said.state in (State.ABSENT, State.PAST) or is_always_meant(name):
        return False
    if match.payload.certain:
        return False
    if max(each.named[name] for each in seen) < limits.unnamed:
        harmless = findings()[name].group in HARMLESS
        if not (_tells_of_the_unseen(clause) if harmless else _tells_of_something(clause)):
            return True
    own = said.subject is Subject.SELF and said.state in THERE
    if not own or max(each.probabilities[name] for each in seen) >= limits.unseen_of(name):
        return False
    told = sum(clause.meanings[each] for each in ("present", "recent", "other", "absent"))
    return told < limits.doubted_of(name)


def _tells_of_something(clause: Clause) -> bool:
    """Whether a clause names some finding, or surely tells of one, which may cover another."""
    surely = clause.meanings["present"] >= least().meant_so
    return surely or max(clause.named.values()) >= least().hardly_named


def _tells_of_the_unseen(clause: Clause) -> bool:
    """Whether a clause surely tells of something, and of nothing probable: "gunk coming out"."""
    return clause.meanings["present"] >= least().meant_so and not clause.findings


def _is_over(said: Assertion) -> bool:
    return said.subject is Subject.SELF and said.state is State.PAST


def _least_again(over: Assertion) -> float:
    """How probable what is over by the lexicon's word has to be elsewhere to be there: an earlier
    episode is hardly told of another clause, what was since the treatment often is."""
    return least().other if over.recent else least().hardly_named


def _is_surely_there(name: str, clause: Clause) -> bool:
    """Whether a finding is there though its clause denies something. A red flag in a clause that
    rather tells of something asks for less: "can I drive my lips are huge and how long no sun"."""
    probability, limits = clause.probabilities[name], least()
    likely = is_alarming(name) and min(probability, clause.meanings["present"])
    return probability >= limits.negated or likely >= limits.doubted_of(name)


def _is_there_now(clause: Clause) -> bool:
    """Whether a clause tells of what is there rather than over."""
    return clause.meanings["present"] > clause.meanings["recent"] + clause.meanings["absent"]


def only_seen(
    seen: Sequence[Clause],
    matches: Sequence[Match[Entry]],
    triggers: Triggers,
    over: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[tuple[Match[Entry], Assertion]]:
    """What only the semantic reader sees, with what its clause says of it.

    Where the lexicon knows the finding in the same clause, its word stands; where it knows it in
    another sense ("neck cramps"), only what is more probable counts ("hives on my neck and my gut
    is cramping"). And of what is `over` by its word ("it has gone down now"), only what is there
    again, and at least as probable as this, counts.
    """
    counted = _known(matches)
    in_their_sense = [match for match in counted if match.payload.role != NOT]
    for clause in seen:
        for name, probability in clause.findings.items():
            match = clause_match(name, clause)
            back = probability >= over.get(name, 0.0) and _is_there_now(clause)
            if name in over and (triggers.ends_in(match) or not back):
                continue
            sure = probability >= least().another_sense
            if _is_known(match, in_their_sense if sure else counted):
                continue
            said = triggers.of_clause(match, is_alarming(name), _is_surely_there(name, clause))
            meant = None if said is None else weighed(match, said, clause)
            if meant is not None:
                yield match, meant


def only_named(
    seen: Sequence[Clause], matches: Sequence[Match[Entry]]
) -> Iterator[tuple[Match[Entry], Assertion]]:
    """What only the semantic reader sees named and not as there: denied ("lungs in perfect order";
    then not in the least), imagined, over before, or told of somebody. Thoughts of self-harm never
    are."""
    counted, limits = _known(matches), least()
    for clause in seen:
        said = meant_as(clause)
        if said is None:
            continue
        for name, probability in clause.named.items():
            least_there = limits.unseen_of(name) if said.state is State.ABSENT else limits.of(name)
            there = clause.probabilities[name] >= least_there
            if probability < limits.named or there or is_always_meant(name):
                continue
            match = clause_match(name, clause)
            if not _is_known(match, counted):
                yield match, said


def _is_known(seen: Match[Entry], counted: Sequence[Match[Entry]]) -> bool:
    """Whether the lexicon knows a finding in the clause it is seen in, in whatever sense."""
    return any(
        other.payload.name == seen.payload.name
        and other.start < seen.end
        and seen.start < other.end
        for other in counted
    )


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
