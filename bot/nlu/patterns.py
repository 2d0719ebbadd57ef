"""What templates are made of: pieces that say where in a sentence they can end.

A piece is asked for its ends from one word on; an end comes with the words that it consumed, as a
bit mask over the sentence. Words in a gap are passed over and not consumed: this is how "lips are
not swollen" keeps its "not" outside the finding. No piece looks at a word twice from the same
start, and gaps are bounded, so matching takes time linear in the length of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_COMMON = """
a about again all am an and any are as at be been but by can could did do feel for from get go
got had has have he her his i if in into is it just like look me more my no not now of off on
one or our out over she so still that the their them there they this to too up very was we were
what when will with you your
"""

#: Words that no template should be found by, if it has any other.
COMMON_WORDS = frozenset(_COMMON.split())

#: How a comma, a dash or a bracket between two words is matched.
COMMA = (",", "=,")

#: The most fillers that a gap of fillers, `~<set>`, passes over.
MAX_FILLERS = 6

Ends = Sequence[tuple[int, int]]


@dataclass
class Sentence:
    """The words and commas of one sentence, prepared for matching; all places count both.

    `tokens` tells which token of the message stands at each place (a comma: the one after it).
    `keys` has the stem and "=" with the word itself; `clause_ends` the place after the last word of
    the clause; `blocked` marks what a guarded gap may not pass. `entrances` leads from the first
    word of a coordination ("lips, tongue and eyes") to each of its members, `exits` from the end of
    a member to the end of all: any member can stand for the whole.
    """

    tokens: Sequence[int]
    keys: Sequence[tuple[str, str]]
    clause_ends: Sequence[int]
    blocked: Sequence[bool]
    entrances: Mapping[int, Sequence[int]] = field(default_factory=dict)
    exits: Mapping[int, int] = field(default_factory=dict)
    memo: dict[tuple[int, int], Ends] = field(default_factory=dict)


class Piece:
    """A part of a template that consumes words.

    `first` are the words it can begin with, `needs` words of which every match has at least one.
    """

    __slots__ = ("first", "needs")
    first: frozenset[str]
    needs: frozenset[str]

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it can end when it begins at `start`, each with the words consumed."""
        raise NotImplementedError


class Words(Piece):
    """One word out of a set of stems and "=" words."""

    __slots__ = ()

    def __init__(self, words: frozenset[str]) -> None:
        self.first = self.needs = words

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """The next word, if it is one of these."""
        if start < len(sentence.keys):
            stem, exact = sentence.keys[start]
            if stem in self.first or exact in self.first:
                return ((start + 1, 1 << start),)
        return ()


class Choice(Piece):
    """One of several pieces."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)
        self.first = frozenset[str]().union(*(piece.first for piece in pieces))
        self.needs = frozenset[str]().union(*(piece.needs for piece in pieces))

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """The ends of all its pieces."""
        if start >= len(sentence.keys):
            return ()
        stem, exact = sentence.keys[start]
        if stem not in self.first and exact not in self.first:
            return ()
        known = sentence.memo.get((id(self), start))
        if known is None:
            found: dict[int, int] = {}
            for piece in self.pieces:
                for end, mask in piece.ends(sentence, start):
                    _keep(found, end, mask)
            known = sentence.memo[id(self), start] = tuple(found.items())
        return known


@dataclass(frozen=True)
class Gap:
    """Up to `most` words of the same clause that are passed over; a comma is not counted.

    With `guarded` it does not pass a blocking word.
    """

    most: int
    guarded: bool = False

    def ends(self, sentence: Sentence, start: int) -> Iterator[int]:
        """Where the gap can end: before a word of the clause that it began in."""
        passed = 0
        for end in range(start, sentence.clause_ends[start - 1]):
            if sentence.keys[end] == COMMA:
                continue
            yield end
            passed += 1
            if passed > self.most or (self.guarded and sentence.blocked[end]):
                return


@dataclass(frozen=True)
class Fillers:
    """Up to `MAX_FILLERS` of these phrases that are passed over, clauses or not."""

    piece: Piece

    def ends(self, sentence: Sentence, start: int) -> Iterator[int]:
        """Where a run of fillers can end, the shortest first."""
        reached, fresh = {start}, {start}
        yield start
        for _ in range(MAX_FILLERS):
            fresh = {
                end for begin in fresh for end, _ in self.piece.ends(sentence, begin)
            } - reached
            if not fresh:
                return
            reached |= fresh
            yield from fresh


@dataclass(frozen=True)
class Step:
    """One step of a row: a piece, which may be left out, or a gap."""

    piece: Piece | Gap | Fillers
    optional: bool = False


class Row(Piece):
    """Pieces and gaps one after the other; begins and ends with a piece, not all of it optional."""

    __slots__ = ("all_needs", "steps")

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        firsts: list[frozenset[str]] = []
        needs: list[frozenset[str]] = []
        for step in self.steps:
            if isinstance(step.piece, Piece):
                if not needs:
                    firsts.append(step.piece.first)
                if not step.optional:
                    needs.extend(all_needs_of(step.piece))
        self.first = frozenset[str]().union(*firsts)
        self.all_needs = tuple(dict.fromkeys(needs))
        self.needs = min(needs, key=commonness)

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """The ends of its last step, reached through all the others."""
        states = {start: 0}
        for step in self.steps:
            piece = step.piece
            reached = dict(states) if step.optional else {}
            for place, mask in states.items():
                if not isinstance(piece, Piece):
                    for end in piece.ends(sentence, place):
                        _keep(reached, end, mask)
                else:
                    for end, consumed in _through(piece, sentence, place):
                        _keep(reached, end, mask | consumed)
            if not reached:
                return ()
            states = reached
        return tuple(states.items())


def commonness(words: frozenset[str]) -> int:
    """How likely one of these words is in any sentence, roughly."""
    return sum(100 if word in COMMON_WORDS else 1 for word in words)


def all_needs_of(piece: Piece) -> tuple[frozenset[str], ...]:
    """All sets of words of which a match of `piece` must have one each."""
    return piece.all_needs if isinstance(piece, Row) else (piece.needs,)


def _through(piece: Piece, sentence: Sentence, place: int) -> Iterator[tuple[int, int]]:
    """The ends of a piece from one place, with coordinations entered and left."""
    for start in (place, *sentence.entrances.get(place, ())):
        for end, consumed in piece.ends(sentence, start):
            yield end, consumed
            if end in sentence.exits:
                yield sentence.exits[end], consumed


def _keep(found: dict[int, int], end: int, mask: int) -> None:
    """Of two ways to one end keep the one that consumed more."""
    known = found.get(end)
    if known is None or mask.bit_count() > known.bit_count():
        found[end] = mask
