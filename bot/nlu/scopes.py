"""How far a trigger of `assertion.yml` reaches in its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.clauses import contrasts, states
from bot.nlu.lexicon import PRESENT, Entry, meant
from bot.nlu.templates import Match
from bot.nlu.tokens import Message, Token

Hit = Match[Entry]

#: Words that the scope "next" reaches.
_NEXT = 4

#: How the categories are named at whose words a scope ends.
_STOP_PREFIX = "stop_"

#: What ends the reach of a category early, wherever it stands.
_STOPS = {
    "negated": "stop_negated",
    "doubted": "stop_negated",
    "other": "stop_other",
    "animal": "stop_other",
    "story": "stop_story",
}

#: Who is spoken of: "she can not breathe" shares its "not" with the finding and still counts.
_PERSONS = frozenset(["other", "animal", "story"])

#: Words that negate. A trigger that shares one with a finding's own words ("can not breathe") is
#: none; others may be shared ("have not had" and "had a fit").
NEGATORS = frozenset(["not", "no", "never", "nothing", "none", "without", "nor", "neither"])

#: A member of a list that begins with one of these is denied by it.
_DENIES_ANEW = NEGATORS - {"nor", "neither"}

#: These count only where their clause ends or goes on like this: "gone now", but not "gone numb";
#: "mine is", but not "mine is only pink".
_AT_THE_END = frozenset(["resolved", "fine", "mine"])
#: These only where nothing but a new statement follows: "I am now", but not "I am now at home".
_AT_THE_VERY_END = frozenset(["now_so", "now_not", "not_so", "denied_before"])
_NEW_STATEMENT = frozenset(["and", "but", "so", "though"])
_AFTERWARDS_TEXT = """
now today again since completely totally entirely fully by on within after this and but so yet
quickly overnight with thank thankfully in already too from without before except as then though
although when over while at last soon straight almost pretty thanks
"""
_AFTERWARDS = frozenset(_AFTERWARDS_TEXT.split())

#: Between what is denied and what is told beside it.
_BESIDE = frozenset(["with", "from", "on", "in", "and"])
_DEFINITE = frozenset(["the", "my", "these", "this", "both", "her", "his"])
_ARTICLES = frozenset(["a", "an"])

_SMALL_TEXT = "or and nor any no a an the my of not bit at all kind sort much real even"
_SMALL_WORDS = frozenset(_SMALL_TEXT.split())


@dataclass(frozen=True)
class Span:
    """The tokens `start` to `end` (exclusive)."""

    start: int
    end: int

    @property
    def mask(self) -> int:
        """The same as a bit mask."""
        return (1 << max(self.end, self.start)) - (1 << self.start)


class Layout:
    """Where clauses and sentences of a message begin and end, and what is named in them."""

    def __init__(self, message: Message, hits: Sequence[Hit]) -> None:
        self.message = message
        self._every = [hit for hit in hits if hit.payload.kind == "finding"]
        self.named = meant([hit for hit in hits if hit.payload.kind in ("finding", "risks")])
        self._clauses = _spans([token.clause for token in message.tokens])
        self._sentences = _spans([token.sentence for token in message.tokens])
        self._stops = [hit for hit in hits if hit.payload.name.startswith(_STOP_PREFIX)]

    def clause(self, token: int) -> Span:
        """The clause that a token stands in."""
        return self._clauses[token]

    def sentence(self, token: int) -> Span:
        """The sentence that a token stands in."""
        return self._sentences[token]

    def live_triggers(self, hits: Sequence[Hit]) -> list[Hit]:
        """The triggers that count: not inside a longer one, not part of a finding's words."""
        triggers = [
            hit
            for hit in hits
            if hit.payload.kind == "trigger" and not (self._goes_on(hit) or self._is_degree(hit))
        ]
        negators = sum(1 << i for i, t in enumerate(self.message.tokens) if t.norm in NEGATORS)
        live = [
            hit
            for hit in triggers
            if not any(_within(hit, other) and not _only_ends(other, hit) for other in triggers)
            and not any(
                _is_part(hit, named, negators)
                for named in self.named
                if named.payload.role == PRESENT
            )
        ]
        self._stops = [hit for hit in live if hit.payload.name.startswith(_STOP_PREFIX)]
        return [hit for hit in live if hit.payload.name != "pseudo"]

    def _is_degree(self, hit: Hit) -> bool:
        """Whether a degree of what is denied is the finding's own word: "lips no big"."""
        return hit.payload.name == "partly" and any(
            named.start < hit.start < named.end and named.consumed >> (hit.end - 1) & 1
            for named in self.named
            if named.payload.role == PRESENT
        )

    def _goes_on(self, hit: Hit) -> bool:
        """Whether what sounds like an end is none, because its clause goes on."""
        name = hit.payload.name
        ends = name in _AT_THE_END and hit.payload.direction == "backward"
        if not (ends or name in _AT_THE_VERY_END) or hit.end == self.clause(hit.end - 1).end:
            return False
        after = _AFTERWARDS if ends else _NEW_STATEMENT
        return self.message.tokens[hit.end].norm not in after

    def reach(self, hit: Hit) -> int:
        """The tokens that a trigger reaches, as a bit mask."""
        said = hit.payload
        if said.scope == "earlier":
            return self._before(hit).mask
        whole = self._scope(hit)
        end = min(whole.end, hit.end + _NEXT) if said.scope == "next" else whole.end
        if said.name == "negated":
            end = min(end, self._beside(hit))
        stop = _STOPS.get(said.name)
        end = min(
            [end, *(s.start for s in self._stops if s.payload.name == stop and s.start >= hit.end)]
        )
        # Words between those of the trigger itself belong to it in either direction.
        mask = Span(hit.start, hit.end).mask & ~hit.consumed
        if said.direction != "backward":
            mask |= Span(hit.end, end).mask
        if said.direction != "forward":
            mask |= Span(min(whole.start, hit.start), hit.start).mask
        return mask

    def _beside(self, hit: Hit) -> int:
        """Where what is denied ends, if something else is told beside it: "no pain with the swollen
        lips", "no rash and a swollen tongue", "no rash and tongue feels thick"."""
        tokens, whole = self.message.tokens, self._scope(hit)
        ends = (
            each.end
            for each in self._every
            if each.payload.role == PRESENT and hit.end <= each.start and each.end < whole.end - 1
        )
        first = min(ends, default=len(tokens))
        if first + 1 >= len(tokens) or tokens[first].norm not in _BESIDE:
            return whole.end
        goes_on = tokens[first].norm == "and"
        if goes_on and any(states(t.norm) for t in self._tokens(Span(first + 1, whole.end))):
            return first
        articles = _ARTICLES if goes_on else _DEFINITE
        told = any(each.start == first + 2 for each in self._every)
        return first if told and tokens[first + 1].norm in articles else whole.end

    def _scope(self, hit: Hit) -> Span:
        last, scope = hit.end - 1, hit.payload.scope
        if scope == "message":
            return Span(0, len(self.message.tokens))
        if scope == "sentence":
            return self.sentence(last)
        if scope == "run":
            return self._run(last)
        if scope in ("clause", "next") and hit.payload.name == "negated":
            return self._listing(self.clause(last))
        return self.clause(last)

    def _run(self, token: int) -> Span:
        """Its clause and those that "and" or "or" join to it without a mark."""
        clause = self.clause(token)
        end = clause.end
        while end < self.sentence(token).end:
            following = self.message.tokens[end]
            if following.mark or contrasts(following.norm):
                break
            end = self.clause(end).end
        return Span(clause.start, end)

    def _listing(self, clause: Span) -> Span:
        """A clause and the bare members of a list that follow it: "no swelling, itching or hives".

        A member is bare when what it names is, with small words at most, all there is up to the
        next comma. Of two members without "or" the second belongs only if it is one word, so that
        "no fever, swollen lips" tells of lips; and so does "no pain, lips swollen, no fever".
        """
        if not any(hit.consumed & clause.mask for hit in self.named):
            return clause
        end, sentence = clause.end, self.sentence(clause.start)
        members: list[Span] = []
        while end < sentence.end and self.message.tokens[end].mark in (",", "/"):
            member = self.clause(end)
            if self.message.tokens[end].norm in _DENIES_ANEW or not self._is_bare(member):
                break
            members.append(member)
            end = member.end
        words = {token.norm for member in members for token in self._tokens(member)}
        if len(members) == 1 and not words & {"or", "nor"} and len(self._names(members[0])) > 1:
            return clause
        return Span(clause.start, end)

    def _is_bare(self, clause: Span) -> bool:
        named = {token.norm for token in self._names(clause)}
        return bool(named) and {t.norm for t in self._tokens(clause)} <= named | _SMALL_WORDS

    def _names(self, clause: Span) -> list[Token]:
        present = [hit.consumed for hit in self.named if hit.payload.role == PRESENT]
        return [
            self.message.tokens[i]
            for i in range(clause.start, clause.end)
            if any(mask >> i & 1 for mask in present)
        ]

    def _tokens(self, span: Span) -> Sequence[Token]:
        return self.message.tokens[span.start : span.end]

    def _before(self, hit: Hit) -> Span:
        """What its clause names before it, else the last sentence before that names something."""
        clause = self.clause(hit.start)
        own = Span(clause.start, hit.start)
        if any(named.consumed & own.mask for named in self.named):
            return own
        if any(named.consumed & clause.mask for named in self.named):
            return Span(0, 0)  # it speaks of what follows
        earlier = [named.end - 1 for named in self.named if named.end <= clause.start]
        return Span(self.sentence(max(earlier)).start, clause.start) if earlier else Span(0, 0)


def _within(hit: Hit, other: Hit) -> bool:
    return hit.consumed & other.consumed == hit.consumed != other.consumed


def _only_ends(outer: Hit, hit: Hit) -> bool:
    """Whether `outer` is words at which a scope ends that leave what `hit` says in them: that a
    scope ends, or that it is now ("last time was fine, now I feel faint")."""
    kept = hit.payload.name.startswith(_STOP_PREFIX) or hit.payload.name == "now"
    return kept and outer.payload.name.startswith(_STOP_PREFIX)


def _is_part(hit: Hit, named: Hit, negators: int) -> bool:
    shared = hit.consumed & named.consumed
    if shared == hit.consumed:
        return True
    return bool(shared & negators) and hit.payload.name not in _PERSONS


def _spans(numbers: Sequence[int]) -> list[Span]:
    """For each token the run of tokens with its number."""
    spans: list[Span] = []
    first = 0
    for place in range(len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[first]:
            spans += [Span(first, place)] * (place - first)
            first = place
    return spans
