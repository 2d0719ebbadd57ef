"""Sentence templates: phrasings as data, and a matcher for thousands of them at once.

    swollen <lips>             words in a row; `<lips>` is one of a named set, itself of templates
    (feel|look) puffy          a choice;  [really] may be missing
    <lips> ~ swollen           `~` passes over 0 to 3 words of the same clause, `~5` over up to 5,
    <lips> ~<filler> swollen   `~<set>` over up to 6 words that are all in that set
    =winded                    this very word; any other is compared by its stem

The idea is hassil's (intent sentences as data, Home Assistant). Marks between words do not count.
Only templates whose every needed word is in a sentence are tried there, found by their rarest one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.nlu.clauses import Coordination
from bot.nlu.patterns import (
    COMMA,
    Choice,
    Fillers,
    Gap,
    Piece,
    Row,
    Sentence,
    Step,
    Words,
    commonness,
)
from bot.nlu.tokens import Message, Token

_PIECES = re.compile(r"\s*(~<[^<>\s]*>|~\d*|<[^<>\s]*>|[\[\]()|]|=?[^\s<>\[\]()|~=]+|\S)")
_DEFAULT_GAP = 3
_MAX_GAP = 8

Payload = TypeVar("Payload")

#: How the words of a template are read: as those of a message are.
Reader = Callable[[str], Sequence[Token]]


class TemplateError(ValueError):
    """A template cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Match(Generic[Payload]):
    """Where a template was found: tokens `start` to `end` (exclusive); `consumed` leaves gaps out.

    `consumed` is a bit mask over the message's tokens.
    """

    payload: Payload
    start: int
    end: int
    consumed: int


class Grammar:
    """Reads templates with the help of named sets, whose entries are templates too."""

    def __init__(
        self,
        sets: Mapping[str, Sequence[str]],
        read_words: Reader,
        guards: frozenset[str] = frozenset(),
    ) -> None:
        self._entries = sets
        self._read_words = read_words
        self._guards = guards
        self._sets: dict[str, Piece] = {}
        self._open: list[str] = []
        self._words: dict[frozenset[str], Words] = {}
        self._reaches_guard: dict[str, bool] = {}
        self.comma = self._leaf(frozenset([COMMA[0]]))

    def compile(self, template: str) -> Piece:
        """The pattern of one template; raises `TemplateError`."""
        guarded = any(self._is_guarded(name) for name in re.findall(r"<([^<>\s]*)>", template))
        return _Parser(template, self, guarded).parse()

    def set(self, name: str) -> Piece:
        """The pattern of a named set; raises `TemplateError`."""
        if name in self._open:
            circle = " > ".join([*self._open, name])
            raise TemplateError(f"the sets name each other in a circle ({circle}); break it")
        if name not in self._entries:
            raise TemplateError(f"there is no set <{name}>; add it to the sets or correct its name")
        if name not in self._sets:
            self._open.append(name)
            try:
                self._sets[name] = self.choice([self.compile(t) for t in self._entries[name]])
            finally:
                self._open.pop()
        return self._sets[name]

    def words(self, text: str) -> list[Piece]:
        """The pieces for a literal word, which may be several words when read ("can't")."""
        exact = text.startswith("=")
        tokens = self._read_words(text.removeprefix("="))
        return [self._leaf(frozenset([f"={t.norm}" if exact else t.stem])) for t in tokens]

    def choice(self, pieces: Sequence[Piece]) -> Piece:
        """One of these pieces; single words are put together."""
        single = [piece for piece in pieces if isinstance(piece, Words)]
        others = [piece for piece in pieces if not isinstance(piece, Words)]
        if single:
            others.insert(0, self._leaf(frozenset[str]().union(*(p.first for p in single))))
        if not others:
            raise TemplateError("a set or a choice is empty; give it an entry")
        return others[0] if len(others) == 1 else Choice(others)

    def _leaf(self, words: frozenset[str]) -> Words:
        return self._words.setdefault(words, Words(words))

    def _is_guarded(self, name: str) -> bool:
        """Whether this set names a specific part of the body, itself or through its sets."""
        if name not in self._reaches_guard:
            self._reaches_guard[name] = name in self._guards  # also ends a circle
            inner = re.findall(r"<([^<>\s]*)>", " ".join(self._entries.get(name, ())))
            if any(self._is_guarded(each) for each in inner):
                self._reaches_guard[name] = True
        return self._reaches_guard[name]


class _Parser:
    """Reads one template, one piece after the other."""

    def __init__(self, template: str, grammar: Grammar, guarded: bool) -> None:
        self._template = template
        self._pieces = [match.group(1) for match in _PIECES.finditer(template)]
        self._place = 0
        self._grammar = grammar
        self._guarded = guarded

    def parse(self) -> Piece:
        """The whole template."""
        piece = self._choice()
        if self._place < len(self._pieces):
            raise self._error(f"'{self._pieces[self._place]}' closes nothing; remove it")
        return piece

    def _choice(self) -> Piece:
        rows = [self._row()]
        while self._next() == "|":
            self._place += 1
            rows.append(self._row())
        return rows[0] if len(rows) == 1 else self._grammar.choice(rows)

    def _row(self) -> Piece:
        steps: list[Step] = []
        while (piece := self._next()) not in (None, "|", ")", "]"):
            assert piece is not None
            self._place += 1
            steps.extend(self._steps(piece))
        if not any(isinstance(step.piece, Piece) and not step.optional for step in steps):
            raise self._error("it, or a choice in it, holds no word that must be there; add one")
        ends = [next(s for s in each if not s.optional) for each in (steps, steps[::-1])]
        if not all(isinstance(step.piece, Piece) for step in ends):
            raise self._error("a gap (~) begins or ends it; remove that, any words may stand there")
        if len(steps) == 1 and isinstance(steps[0].piece, Piece):
            return steps[0].piece
        return Row(steps)

    def _steps(self, piece: str) -> Iterator[Step]:
        if piece in "([":
            closing = ")" if piece == "(" else "]"
            inner = self._choice()
            if self._next() != closing:
                raise self._error(f"'{piece}' is not closed; add '{closing}'")
            self._place += 1
            yield Step(inner, optional=piece == "[")
        elif piece.startswith("~<"):
            yield Step(Fillers(self._grammar.set(piece[2:-1])))
        elif piece.startswith("~"):
            most = int(piece[1:] or _DEFAULT_GAP)
            if most > _MAX_GAP:
                raise self._error(f"a gap of {most} is too wide; {_MAX_GAP} words are the most")
            yield Step(Gap(most, self._guarded))
        elif piece.startswith("<") and piece.endswith(">"):
            yield Step(self._grammar.set(piece[1:-1]))
        elif piece == ",":
            yield Step(self._grammar.comma)
        else:
            words = self._grammar.words(piece)
            if not words and not re.fullmatch(r"[.;:!?'\"/&-]+", piece):
                raise self._error(f"'{piece}' is not a word; remove or correct it")
            yield from (Step(word) for word in words)

    def _next(self) -> str | None:
        return self._pieces[self._place] if self._place < len(self._pieces) else None

    def _error(self, what: str) -> TemplateError:
        return TemplateError(f"template {self._template!r}: {what}")


class Templates(Generic[Payload]):
    """Many compiled templates, each with what it stands for."""

    def __init__(self) -> None:
        self._by_anchor: dict[frozenset[str], list[tuple[Payload, Piece, frozenset[object]]]] = {}
        self._needs_of: dict[str, set[frozenset[str]]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, payload: Payload, piece: Piece) -> None:
        """Add one pattern made by `Grammar.compile`."""
        needs = piece.all_needs if isinstance(piece, Row) else (piece.needs,)
        for need in needs:
            for word in need:
                self._needs_of.setdefault(word, set()).add(need)
        anchor = min(needs, key=commonness)
        self._by_anchor.setdefault(anchor, []).append((payload, piece, frozenset(needs)))
        self._size += 1

    def find(
        self, message: Message, coordinations: Sequence[Coordination], blocked: Sequence[bool]
    ) -> list[Match[Payload]]:
        """All matches, at most one per template and first word: the one that consumes most."""
        found: list[Match[Payload]] = []
        for sentence in sentences_of(message, coordinations, blocked):
            found.extend(self._find_in(sentence))
        return found

    def _find_in(self, sentence: Sentence) -> Iterator[Match[Payload]]:
        places: dict[str, list[int]] = {}
        for place, keys in enumerate(sentence.keys):
            for key in keys:
                places.setdefault(key, []).append(place)
        met: set[object] = set()
        for word in places:
            met.update(self._needs_of.get(word, ()))
        for anchor in met & self._by_anchor.keys():
            for payload, piece, needs in self._by_anchor[anchor]:  # type: ignore[index]
                if needs <= met:
                    begins = piece.first & places.keys()
                    starts = {place for word in begins for place in places[word]}
                    yield from _matches(payload, piece, sentence, sorted(starts))


def _matches(
    payload: Payload, piece: Piece, sentence: Sentence, starts: Sequence[int]
) -> Iterator[Match[Payload]]:
    for start in starts:
        ends = piece.ends(sentence, start)
        if ends:
            mask = max(ends, key=lambda end: (end[1].bit_count(), -end[0]))[1]
            places = [place for place in range(start, mask.bit_length()) if mask >> place & 1]
            tokens = [sentence.tokens[p] for p in places if sentence.keys[p] != COMMA]
            yield Match(payload, tokens[0], tokens[-1] + 1, sum(1 << token for token in tokens))


def sentences_of(
    message: Message, coordinations: Sequence[Coordination], blocked: Sequence[bool]
) -> Iterator[Sentence]:
    """The sentences of a message, prepared for matching."""
    first = 0
    while first < len(message.tokens):
        last = first
        while (
            last < len(message.tokens)
            and message.tokens[last].sentence == message.tokens[first].sentence
        ):
            last += 1
        groups = [group for group in coordinations if first <= group.start < last]
        yield _sentence(message.tokens, range(first, last), groups, blocked)
        first = last


def _sentence(
    tokens: Sequence[Token],
    part: range,
    groups: Sequence[Coordination],
    blocked: Sequence[bool],
) -> Sentence:
    places: list[int] = []
    keys: list[tuple[str, str]] = []
    place_of: dict[int, int] = {}
    for index in part:
        token = tokens[index]
        # The mark between a label and what is said of it parts nothing.
        parted = token.mark == "," or token.clause != tokens[index - 1].clause
        if keys and token.mark in _COMMAS and parted:
            keys.append(COMMA)
            places.append(index)
        place_of[index] = len(keys)
        keys.append((token.stem, f"={token.norm}"))
        places.append(index)
    entrances = {
        place_of[group.start]: [place_of[start] for start, _ in group.members[1:]]
        for group in groups
    }
    exits = {
        place_of[end - 1] + 1: place_of[group.end - 1] + 1
        for group in groups
        for _, end in group.members[:-1]
    }
    return Sentence(
        places,
        keys,
        _clause_ends([tokens[index].clause for index in places], keys),
        [blocked[index] for index in places],
        entrances,
        exits,
    )


_COMMAS = frozenset([",", "-", ":", "…"])


def _clause_ends(clauses: Sequence[int], keys: Sequence[tuple[str, str]]) -> list[int]:
    """For each place the one after its clause's last word; a comma before a clause ends none."""
    ends = [len(clauses)] * len(clauses)
    for place in range(len(clauses) - 2, -1, -1):
        same = clauses[place] == clauses[place + 1]
        ends[place] = ends[place + 1] if same else place + 1
    return ends
