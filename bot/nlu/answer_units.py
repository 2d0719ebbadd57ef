"""A short answer as a row of units: yes, no, not sure, the second one, the lips, a bit.

The words for each kind are `answers.yml`; what the units mean together is decided in `answers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from actions.triage import findings as vocabulary

from .answer_effects import ABOUT, RISKS, red_flags
from .sentences import TemplateFile, Words, load_templates

ANSWERS_FILE = Path(__file__).with_name("answers.yml")

#: Kinds of units that answer by themselves.
HEADS = frozenset(["deny", "affirm", "mild", "all_of_it", "unsure", "over"])
#: Kinds that name something asked.
NAMES = frozenset(["item", "mention", "ordinal", "number"])
#: Kinds that only some questions understand, and those questions.
TOPICS = {
    "trend": frozenset(["trend", "trend_rapid"]),
    "slowly": frozenset(["trend_rapid"]),
    "extent": frozenset(["hives_extent", "redness_extent"]),
    "severity": frozenset(["itching_severity", "burning_severity"]),
    "home_care": frozenset(["home_care_tried"]),
}
_PLAIN_KINDS = (
    "not_an_answer", "unsure", "over", "deny", "hardly", "affirm", "mild", "all_of_it", "only",
    "except", "all_except", "to", "filler", "calm_rest", "fine", "rest", "question_start",
)  # fmt: skip
#: Where in a message a finding is named in another sense, by its name.
Unmeant = Mapping[str, Sequence[tuple[int, int]]]

#: Before these an answer stands alone.
_MORE_FOLLOWS = frozenset(["and", "but", "thanks", "thank", "to", "about"])

#: After what is named, "bit" is a part of it: "just the pus bit".
_NAMING, _PART = frozenset(["item", "mention", "word"]), "bit"

_BREAKS = frozenset([".", ",", "!", "?", ";", ":", "-", "–", "—", "…", "(", ")", "/", "&"])


@dataclass(frozen=True)
class Unit:
    """Words `first` to `last` (inclusive), of one kind, with what they stand for."""

    kind: str
    first: int
    last: int
    value: str = ""
    emoji: bool = False


@cache
def _file() -> TemplateFile:
    return load_templates(ANSWERS_FILE, {"asked": "names"})


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return _file().patterns()


def pattern(section: str) -> re.Pattern[str]:
    """All templates of a section, such as "deny" or "names.hives", as one pattern."""
    return _patterns()[section]


@cache
def words_in(section: str) -> frozenset[str]:
    """The single words of a section."""
    return frozenset(_file().sections[section])


def is_ignored(word: str) -> bool:
    """Whether the word says nothing for or against an answer."""
    return word in words_in("ignored") or not any(char.isalnum() for char in word)


def degrees_of(asks: Sequence[str]) -> frozenset[str]:
    """The findings whose degree is asked for; a finding that is asked for alone is among them:
    "medium, I think" answers "do you have any pain?"."""
    degrees = {ABOUT[ask] for ask in TOPICS["severity"].intersection(asks)}
    alone = {ask for ask in asks if len(asks) == 1 and ask in vocabulary()}
    return frozenset(degrees | {name for name in alone if vocabulary()[name].severity})


@dataclass(frozen=True)
class Asked:
    """The question: its ask ids, and the groups of them that it was shown as, one a line."""

    asks: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        """What can be named in an answer."""
        risks = RISKS if "risks" in self.asks else ()
        return frozenset((*self.asks, *risks))

    @property
    def counts(self) -> bool:
        """Whether a number can be a line of the list; asked for a time it is one."""
        return len(self.groups) > 1 and "treated_at" not in self.asks


def units_of(
    words: Words,
    asked: Asked,
    mentions: Mapping[str, tuple[int, int]],
    times: Iterable[tuple[int, int]],
    unmeant: Unmeant,
) -> list[Unit]:
    """The units of a message, left to right; words that belong to none are of kind `word`.

    `mentions`: findings the lexicon read, and where; `times`: where a time was said; `unmeant`:
    where the lexicon knows that what sounds like a finding is none ("sick of waiting").
    """
    scanner = _Scanner(words, asked, mentions, tuple(times), unmeant)
    units: list[Unit] = []
    index = 0
    while index < len(words.spans):
        unit = scanner.unit_at(index)
        if units and units[-1].kind in _NAMING and words.word(unit.first) == _PART:
            unit = Unit("filler", index, index, _PART)
        units.append(unit)
        index = unit.last + 1
    return units


#: A no has up to so many words.
_LONGEST_NO = 12


@dataclass(frozen=True)
class _Scanner:
    words: Words
    asked: Asked
    mentions: Mapping[str, tuple[int, int]]
    times: tuple[tuple[int, int], ...]
    unmeant: Unmeant

    def unit_at(self, index: int) -> Unit:
        """The longest unit that begins at this word."""
        place = self.words.spans[index][0]
        for start, end in self.times:
            if start <= place < end:
                return Unit("time", index, self._last(index, end))
        word = self.words.word(index)
        unit, length = self._phrase_at(index)
        for name, (start, end) in self.mentions.items():
            if start <= place < end and length <= end - start + 1:
                return Unit("mention", index, self._last(index, end), name)
        if unit is not None and self._is_unmeant(unit):
            return Unit("calm_rest", index, unit.last, word)
        if unit is not None and unit.kind == "hardly":
            unit = replace(unit, kind="mild" if red_flags(self.asked.asks) else "deny")
        counts = unit is not None and self._counts(unit)
        if unit is not None and counts and not self._needs_to_stand_alone(unit):
            return unit
        if word in _BREAKS:
            return Unit("break", index, index, word)
        return Unit("word" if any(map(str.isalnum, word)) else "filler", index, index, word)

    def _counts(self, unit: Unit) -> bool:
        """Whether a number or "the second" picks from the list: not in "2 pimples", "the 5th?"."""
        if unit.kind not in ("number", "ordinal"):
            return True
        words, after = self.words, unit.last + 1
        following = words.word(after) if after < len(words.spans) else ""
        return following not in words_in("counted") and following != "?"

    def _is_unmeant(self, unit: Unit) -> bool:
        place = self.words.spans[unit.first][0]
        spans = self.unmeant.get(unit.value, ()) if unit.kind == "item" else ()
        return any(start <= place < end for start, end in spans)

    def _phrase_at(self, index: int) -> tuple[Unit | None, int]:
        text, start = self.words.text, self.words.offsets[index]
        best, length = None, 0
        for kind, key, phrases in _tables(self.asked):
            match = phrases.match(text, start)
            if match and kind == "deny":
                match = self._longest(phrases, match, index)
            if match and len(match.group()) > length:
                length = len(match.group())
                last = self.words.index(match.end()) - 1
                while last > index and self.words.word(last) == ",":
                    last -= 1
                emoji = not any(char.isalnum() for char in match.group())
                value = match.group().strip() if kind in ("deny", "affirm") else key
                best = Unit(kind, index, last, value, emoji)
        return best, length

    def _longest(self, phrases: re.Pattern[str], match: re.Match[str], index: int) -> re.Match[str]:
        """The longest no that begins there: "no, all correct" is one, and not "no, all" with a
        word of assent. (Of alternatives a pattern takes the first that fits.)"""
        for end in reversed(self.words.offsets[index + 1 : index + 1 + _LONGEST_NO]):
            if end <= match.end():
                break
            longer = phrases.fullmatch(self.words.text, match.start(), end)
            if longer:
                return longer
        return match

    def _last(self, index: int, end: int) -> int:
        """The last word that begins before this place in the message."""
        spans = self.words.spans
        while index + 1 < len(spans) and spans[index + 1][0] < end:
            index += 1
        return index

    def _needs_to_stand_alone(self, unit: Unit) -> bool:
        """ "A bit" answers; "a bit of redness" does not. "No", "yes" and their like always do."""
        words, after = self.words, unit.last + 1
        if unit.kind not in HEADS or words.word(unit.first) in words_in("strong"):
            return False
        if after >= len(words.spans):
            return False
        following = words.word(after)
        if not following[0].isalnum() or following in _MORE_FOLLOWS:
            return False
        if following.isdigit() and self.asked.counts:  # "1 no 2 slightly 3 no"
            return False
        followers = ("filler",) if unit.kind == "affirm" else ("filler", "deny", "affirm")
        return not any(pattern(kind).match(words.text, words.offsets[after]) for kind in followers)


@lru_cache(maxsize=256)
def _tables(asked: Asked) -> Sequence[tuple[str, str, re.Pattern[str]]]:
    """Kinds in order: of two equally long phrases the first wins."""
    tables = [(kind, "", pattern(kind)) for kind in _PLAIN_KINDS]
    for topic, own in TOPICS.items():
        # The fever is asked for together with the course, and alone once that is known.
        if own.intersection(asked.asks) or (topic == "trend" and "fever" in asked.asks):
            tables = _keyed(topic) + tables
    if degrees_of(asked.asks):
        tables += _keyed("severity")
    tables += [table for table in _keyed("names", "item") if table[1] in asked.names]
    if "risks" in asked.asks:
        tables.append(("deny", "", pattern("unrelated")))
    if asked.counts:
        tables += _keyed("ordinals", "ordinal") + _keyed("numbers", "number")
    return tables


def _keyed(section: str, kind: str = "") -> list[tuple[str, str, re.Pattern[str]]]:
    """A section with a pattern for each of its keys, or for itself."""
    found = []
    for name, each in _patterns().items():
        head, _, key = name.partition(".")
        if head == section:
            found.append((kind or section, key, each))
    return found
