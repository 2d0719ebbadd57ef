"""Other languages' words in English chats, and what a doctor would write for them.

    >>> in_english("sorry po, hirap huminga since lunch").text
    'sorry, trouble breathing since lunch'

People mix languages when they are afraid. With the phrases of `glossary/*.yml` put into plain
English a message is read once more (`reading.py`); the longest phrase wins, from left to right, and
none goes across a comma or a full stop. Words put for words are no translation: what that reading
finds is added to what the message says as it stands, and nothing is denied by it. A message that is
mostly foreign still gets the answer for those (`languages.py`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from actions.triage.datafile import load, problem
from bot.nlu.tokens import MAX_READ

FOLDER = Path(__file__).with_suffix("")

#: Words of the longest phrase.
MOST_WORDS = 4

_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "ß": "ss", "œ": "oe", "æ": "ae"})
_WITHIN = re.compile(r"[ '’`´\-]{1,3}")
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "patternProperties": {
        "^[a-z0-9]+( [a-z0-9]+){0,3}$": {"type": "string", "pattern": "^([a-z0-9]+( [a-z0-9]+)*)?$"}
    },
}


@dataclass(frozen=True)
class Put:
    """A text as it is read; `places` tell where each stretch of it stands in the text as written.

    A stretch is its start here, its start and its end there; in one that was put into English no
    letter belongs to another.
    """

    text: str
    places: tuple[tuple[int, int, int, bool], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` to `end` of `text` stand in the text as written."""
        if not self.places:
            return start, end
        return self._at(start)[0], self._at(max(start, end - 1))[1]

    def _at(self, place: int) -> tuple[int, int]:
        row = bisect_right(self.places, place, key=lambda each: each[0]) - 1
        here, first, last, is_put = self.places[row]
        if is_put:
            return first, last
        written = min(first + place - here, last)
        return written, min(written + 1, last)


def in_english(text: str) -> Put:
    """The text with what the glossary knows put into English, as far as it is read."""
    known = glossary()
    found_words = _WORD.finditer(text, 0, MAX_READ)
    words = [(match.start(), match.end(), fold(match[0])) for match in found_words]
    found, at = [], 0
    while at < len(words):
        size = _longest(text, words, at, known) if words[at][2] in known.beginnings else 0
        if size:
            phrase = " ".join(word for _, _, word in words[at : at + size])
            found.append((words[at][0], words[at + size - 1][1], known.phrases[phrase]))
        at += size or 1
    return _put(text, found) if any(plain for _, _, plain in found) else Put(text)


def _longest(text: str, words: list[tuple[int, int, str]], at: int, known: Glossary) -> int:
    """How many words the longest phrase has that begins here; 0: none does."""
    longest, phrase, before = 0, "", 0
    for size, (start, end, word) in enumerate(words[at : at + MOST_WORDS], 1):
        if size > 1 and not _WITHIN.fullmatch(text[before:start]):
            break
        phrase, before = (f"{phrase} {word}" if phrase else word), end
        longest = size if phrase in known.phrases else longest
    return longest


def _put(text: str, found: list[tuple[int, int, str]]) -> Put:
    pieces, places, here, written = [], [], 0, 0
    for start, end, plain in found:
        between = text[written:start]
        if not plain:  # a particle goes with the space before it
            between = between.rstrip(" ")
        for piece, first, last, is_put in (
            (between, written, start, False),
            (plain, start, end, True),
        ):
            if piece:
                places.append((here, first, last, is_put))
                pieces.append(piece)
                here += len(piece)
        written = end
    places.append((here, written, len(text), False))
    return Put("".join([*pieces, text[written:]]), tuple(places))


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """A word in lower case without accents, as phrases are listed."""
    parts = unicodedata.normalize("NFKD", word.lower()).translate(_LETTERS)
    return "".join(char for char in parts if not unicodedata.combining(char))


@dataclass(frozen=True)
class Glossary:
    """What phrases mean, and the words that phrases begin with."""

    phrases: Mapping[str, str]
    beginnings: frozenset[str]


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The product's glossary; raises `DataError` naming file and line."""
    phrases: dict[str, str] = {}
    for file in sorted(FOLDER.glob("*.yml")):
        for phrase, plain in load(file, _SCHEMA).items():
            if phrases.setdefault(phrase, plain) != plain:
                raise problem(
                    file,
                    (phrase,),
                    f"{phrase!r} means {phrases[phrase]!r} in another file; "
                    "keep the phrase that decides, or neither",
                )
    return Glossary(phrases, frozenset(phrase.split()[0] for phrase in phrases))
