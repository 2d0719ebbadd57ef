"""What written words stand for: contractions, drawn-out letters, missing spaces, misspellings.

Words of dialects and favourite misspellings are listed (`dialects.yml`, `spelling.yml`). Words in
haste without a vowel are known by their consonants, where those matter.
Else only a word that is no English word and longer than three letters is corrected, to the likest
word that the lexicon knows (likeness at least 80 of 100): real words keep their meaning, so that
"lisp" never becomes "lips". English words come with the package pyspellchecker (MIT), as in
`knowledge`.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from actions.triage.datafile import load

FILE = Path(__file__).with_name("spelling.yml")
DIALECTS_FILE = Path(__file__).with_name("dialects.yml")

#: Least likeness of a correction, and the one that is taken before a missing space is looked for.
_LIKE, _VERY_LIKE = 80, 88
_SHORTEST, _LONGEST = 4, 24
_PLAIN_WORD = re.compile(r"[a-z]+")
_DRAWN_OUT = re.compile(r"(.)\1\1+")
_DOUBLED = re.compile(r"(.)\1")

_VOWELS = re.compile(r"[aeiou]")
_TWICE = re.compile(r"(.)\1+")

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_PARTS = ("contractions", "endings", "favourites")
_WORDS = {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}}
_DIALECTS = {
    "type": "object",
    "additionalProperties": False,
    "patternProperties": {"^[a-z]{2,}$": {"type": "string", "pattern": "^[a-z]+( [a-z]+){0,3}$"}},
}
_SCHEMA = {
    "type": "object",
    "properties": {**dict.fromkeys(_PARTS, _TEXTS), "without_vowels": _WORDS},
    "required": [*_PARTS, "without_vowels"],
    "additionalProperties": False,
}


class Contractions:
    """The short forms of `spelling.yml`, read the same way in messages and in templates."""

    def __init__(self, table: Mapping[str, str], endings: Mapping[str, str]) -> None:
        self._table = {short: tuple(long.split()) for short, long in table.items()}
        self._endings = endings
        #: Short forms with signs or digits, which the tokenizer must leave whole.
        self.whole = tuple(short for short in table if not _PLAIN_WORD.fullmatch(short))

    def read(self, word: str) -> tuple[str, ...]:
        """The words that `word` stands for, itself if it is none of ours."""
        if word.startswith("'"):  # the tokenizer parts "'s" from its word
            return (word if word == "'s" else word.strip("'") or "'",)
        bare = word.replace("'", "")
        known = self._table.get(word) or self._table.get(bare)
        if known:
            return known
        base, _, ending = word.partition("'")
        if ending in self._endings:
            return (*self.read(base), self._endings[ending])
        if ending == "t" and base.endswith("n") and len(base) > 2:
            return (base[:-1], "not")
        return (bare or word,)


class Speller:
    """Reads the words of messages with what `vocabulary` knows."""

    def __init__(
        self,
        contractions: Contractions,
        favourites: Mapping[str, str],
        vocabulary: Iterable[str],
        without_vowels: Sequence[str] = (),
    ) -> None:
        self._contractions = contractions
        # Of two words with the same consonants the one that is listed first.
        self._skeletons = {_consonants(word): word for word in reversed(without_vowels)}
        self._favourites = {wrong: tuple(right.split()) for wrong, right in favourites.items()}
        self._vocabulary = frozenset(word for word in vocabulary if _PLAIN_WORD.fullmatch(word))
        self._candidates = sorted(word for word in self._vocabulary if len(word) >= _SHORTEST)
        self.read = lru_cache(maxsize=20_000)(self._read)

    def _read(self, word: str) -> tuple[str, ...]:
        return tuple(each for part in self._contractions.read(word) for each in self._correct(part))

    def _correct(self, word: str) -> Sequence[str]:
        if word in self._favourites:
            return self._favourites[word]
        if word in self._vocabulary or not _PLAIN_WORD.fullmatch(word):
            return (word,)
        if not _VOWELS.search(word) and _consonants(word) in self._skeletons:
            return (self._skeletons[_consonants(word)],)
        if word in english_words():
            return (word,)
        for shorter in _undrawn(word):
            if shorter in self._vocabulary or shorter in english_words():
                return self._contractions.read(shorter)
        if not _SHORTEST <= len(word) <= _LONGEST:
            return (word,)
        word = _DRAWN_OUT.sub(r"\1\1", word)
        return (
            self._likest(word, _VERY_LIKE)
            or self._parted(word)
            or self._likest(word, _LIKE)
            or (word,)
        )

    def _likest(self, word: str, cutoff: int) -> Sequence[str]:
        best = process.extractOne(word, self._candidates, scorer=fuzz.ratio, score_cutoff=cutoff)
        return (best[0],) if best else ()

    def _parted(self, word: str) -> Sequence[str]:
        """Two or three known words that were written as one, if one of them says something."""
        for parts in _partings(word):
            if all(self._stands_alone(part) for part in parts) and max(map(len, parts)) > 3:
                return tuple(each for part in parts for each in self._contractions.read(part))
        return ()

    def _stands_alone(self, part: str) -> bool:
        return part in self._vocabulary or self._contractions.read(part) != (part,)


def _consonants(word: str) -> str:
    """What is left of a word that is written in haste: "brthng" of "breathing"."""
    return _TWICE.sub(r"\1", _VOWELS.sub("", word))


def _undrawn(word: str) -> Iterator[str]:
    """The word with its drawn-out letters ("sooo", "swollennn") written twice or once."""
    if not _DRAWN_OUT.search(word):
        if _DOUBLED.search(word[-2:]):  # "itchyy"
            yield word[:-1]
        return
    pieces = _DRAWN_OUT.split(word)  # text, letter, text, letter, ..., text
    letters = pieces[1::2][:4]
    for times in product((1, 2), repeat=len(letters)):
        drawn = [letter * count for letter, count in zip(letters, times, strict=True)]
        drawn += pieces[1::2][4:]
        yield "".join(a + b for a, b in zip(pieces[::2], [*drawn, ""], strict=True))


def _partings(word: str) -> Iterator[tuple[str, ...]]:
    for first in range(1, len(word)):
        yield word[:first], word[first:]
    for first in range(1, len(word) - 1):
        for second in range(first + 1, len(word)):
            yield word[:first], word[first:second], word[second:]


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Words of general English, lower case."""
    packed = files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
    return frozenset(json.loads(gzip.decompress(packed)))


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load(FILE, _SCHEMA)
    return data


@lru_cache(maxsize=1)
def contractions() -> Contractions:
    """The product's short forms; raises `DataError` for a wrong file."""
    return Contractions(_data()["contractions"], _data()["endings"])


def make_speller(vocabulary: Iterable[str]) -> Speller:
    """The product's speller over the words that the lexicon knows."""
    data, known = _data(), frozenset(vocabulary)
    dialects = load(DIALECTS_FILE, _DIALECTS)
    others = {word: plain for word, plain in dialects.items() if word not in known}
    return Speller(contractions(), {**others, **data["favourites"]}, known, data["without_vowels"])
