"""Spelling, the guide's words first.

Only a word that is neither in the guide nor an English word is corrected, and only to a word of
the guide (RapidFuzz ratio of at least 80). So a misspelt "sunscren" is understood while a correct
word of everyday life is never bent into one of the guide. The English words are the list inside
the package pyspellchecker (MIT).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz, process

CLOSEST = 80
_SHORTEST = 4
_SHORTEST_COMPOUND = 6

#: Longer messages are not corrected word by word; nobody asks one question in 300 words.
_MOST_WORDS = 300


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Words of general English, lower case; American spelling."""
    packed = files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
    return frozenset(json.loads(gzip.decompress(packed)))


class Spelling:
    """Corrects words towards the vocabulary of a guide."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._targets = sorted(word for word in vocabulary if len(word) >= _SHORTEST)

    def correct(self, words: list[str]) -> list[str]:
        """The words with misspelt ones replaced and parted compounds joined (`make up`)."""
        if len(words) > _MOST_WORDS:
            return words
        return self._joined([self._one(word) for word in self._joined(words)])

    def _one(self, word: str) -> str:
        if len(word) < _SHORTEST or not word.isalpha() or self._known(word):
            return word
        best = process.extractOne(word, self._targets, scorer=fuzz.ratio, score_cutoff=CLOSEST)
        return str(best[0]) if best else word

    def _known(self, word: str) -> bool:
        return word in self._vocabulary or word in english_words()

    def _joined(self, words: list[str]) -> list[str]:
        joined: list[str] = []
        for word in words:
            compound = joined[-1] + word if joined else ""
            if len(compound) >= _SHORTEST_COMPOUND and compound in self._vocabulary:
                joined[-1] = compound
            else:
                joined.append(word)
        return joined
