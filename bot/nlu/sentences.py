"""Sentence templates over the words of a message, for short answers and for acts.

A template is a line of words. `(a|b)` is a choice, `[a]` may be missing, `<name>` stands for a set
of the same file, `*` ends a word in any way, `~` is a gap of up to four words of the same sentence.
A comma between two words never matters, nor do capitals, apostrophes and drawn-out letters.

The idea is hassil's (intent sentences as data, Home Assistant); here templates become regular
expressions over words, each with one space after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from actions.triage.datafile import load, problem

_WORD = re.compile(
    r"\d+(?:(?:st|nd|rd|th)\b)?|[^\W\d_]+(?:['’`´][^\W\d_]+)*|[^\w\s]|_", re.IGNORECASE
)
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\x00-\x08\x0e-\x1f\x7f]"
)
_APOSTROPHE = re.compile("['’`´]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_BRACKETS = frozenset("()[]{}<>|~")
_GAP = r"(?:[^\s.?!;]+ ){0,4}?"
_PIECE = re.compile(r"\s*(<[a-z_]+>|[\[\]()|~]|[^\s<>\[\]()|~]+)")
_TEXT = {"type": "string", "minLength": 1}
_NAMED_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_SCHEMA = {
    "type": "object",
    "properties": {"sets": _NAMED_TEXTS},
    "additionalProperties": {"anyOf": [_TEXT, _NAMED_TEXTS]},
}


@dataclass(frozen=True)
class Words:
    """A message as words: `text` has one space after each, `spans` their places in the message."""

    text: str
    spans: tuple[tuple[int, int], ...]
    offsets: tuple[int, ...]

    def index(self, offset: int) -> int:
        """Which word starts at this offset of `text` (its end: one past the last word)."""
        return bisect_left(self.offsets, offset)

    def word(self, index: int) -> str:
        """One word."""
        return self.text[self.offsets[index] : self.offsets[index + 1] - 1]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where words `first` to `last` (inclusive) stand in the message."""
        return self.spans[first][0], self.spans[last][1]


def words_of(message: str, limit: int = 1500) -> Words:
    """The words and marks of `message` in plain lower case, at most `limit`."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    visible = _INVISIBLE.sub("", message)
    shift = _shifts(message)
    for match in _WORD.finditer(visible):
        if len(words) >= limit:
            break
        word = _DRAWN_OUT.sub(r"\1", _APOSTROPHE.sub("", match.group().lower()))
        word = "," if word in _BRACKETS else word
        words.append(word.replace(" ", "") or "'")
        spans.append((shift[match.start()], shift[match.end() - 1] + 1))
    offsets = accumulate((len(word) + 1 for word in words), initial=0)
    return Words("".join(f"{word} " for word in words), tuple(spans), tuple(offsets))


def _shifts(message: str) -> Sequence[int]:
    """For each visible character its place in the message."""
    if not _INVISIBLE.search(message):
        return range(len(message))
    return [index for index, char in enumerate(message) if not _INVISIBLE.match(char)]


@dataclass(frozen=True)
class TemplateFile:
    """A file of templates: named sets, and sections of templates, "act.part" for nested ones."""

    sets: Mapping[str, Sequence[str]]
    sections: Mapping[str, Sequence[str]]

    def patterns(self) -> dict[str, re.Pattern[str]]:
        """One pattern for each section."""
        known: dict[str, _Source] = {}
        return {
            name: _pattern([_source(line, self.sets, known) for line in lines])
            for name, lines in self.sections.items()
        }


def load_templates(path: Path, borrowed: Mapping[str, str] | None = None) -> TemplateFile:
    """The templates of a YAML file; raises `DataError` that names file and line of a bad one.

    `borrowed`: sets made of all templates of a section, as {set: section}.
    """
    data: dict[str, Any] = load(path, _SCHEMA)
    sets = {name: split_templates(text) for name, text in data.pop("sets", {}).items()}
    for name, section in (borrowed or {}).items():
        sets[name] = [line for text in data[section].values() for line in split_templates(text)]
    sections: dict[str, Sequence[str]] = {}
    for name, value in data.items():
        parts = {name: value}
        if isinstance(value, dict):
            parts = {f"{name}.{part}": text for part, text in value.items()}
        for key, text in parts.items():
            sections[key] = split_templates(text)
            try:
                for line in sections[key]:
                    _source(line, sets, {})
            except ValueError as error:
                raise problem(path, key.split("."), str(error)) from None
    return TemplateFile(sets, sections)


def split_templates(text: str) -> list[str]:
    """Templates stand on lines of their own or between semicolons."""
    return [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]


@dataclass(frozen=True)
class _Source:
    """The regular expression of a template, the most words that it holds, and whether it can be
    empty."""

    regex: str
    words: int
    optional: bool


def _pattern(sources: Iterable[_Source]) -> re.Pattern[str]:
    return re.compile(r"(?<!\S)" + _any_of(sources))


def _any_of(sources: Iterable[_Source]) -> str:
    """The longest first: of alternatives Python takes the first that fits."""
    ordered = sorted(sources, key=lambda source: (-source.words, -len(source.regex)))
    return "(?:" + "|".join(source.regex for source in ordered) + ")"


def _source(template: str, sets: Mapping[str, Sequence[str]], known: dict[str, _Source]) -> _Source:
    """Raises `ValueError` for a template that cannot be read or could match nothing at all."""
    source = _Parser(template, sets, known).parse()
    if source.optional:
        raise ValueError(f"{template!r}: nothing in it must be there; give it a word")
    return source


class _Parser:
    """Reads one template, one piece after the other."""

    def __init__(
        self, template: str, sets: Mapping[str, Sequence[str]], known: dict[str, _Source]
    ) -> None:
        self._template, self._sets, self._known = template, sets, known
        self._pieces = [match.group(1) for match in _PIECE.finditer(template)]

    def parse(self) -> _Source:
        """The whole template."""
        source = self._choice()
        if self._pieces:
            raise self._error(f"{self._pieces[0]} closes nothing; remove it")
        return source

    def _choice(self) -> _Source:
        """Rows with "|" between them."""
        rows = [self._row()]
        while self._pieces[:1] == ["|"]:
            self._pieces.pop(0)
            rows.append(self._row())
        most = max(row.words for row in rows)
        return _Source(_any_of(rows), most, any(row.optional for row in rows))

    def _row(self) -> _Source:
        out: list[str] = []
        words, optional = 0, True
        while self._pieces and self._pieces[0] not in ("|", ")", "]"):
            piece = self._pieces.pop(0)
            if piece in ("(", "["):
                chosen = self._choice()
                closing = {"(": ")", "[": "]"}[piece]
                if self._pieces[:1] != [closing]:
                    raise self._error(f"a {piece} is not closed; add {closing}")
                self._pieces.pop(0)
                out.append(chosen.regex + ("?" if piece == "[" else ""))
                words += chosen.words
                optional = optional and (piece == "[" or chosen.optional)
            elif piece == "~":
                out.append(_GAP)
            else:
                said = self._set(piece[1:-1]) if piece[0] == "<" else _literal(piece)
                out.append(said.regex)
                words += said.words
                optional = False
        return _Source("".join(out), words, optional)

    def _set(self, name: str) -> _Source:
        if name not in self._sets:
            raise self._error(f"there is no set <{name}>; add it or correct its name")
        if name not in self._known:
            self._known[name] = _Source("", 0, True)  # a set inside itself matches nothing
            members = [_source(each, self._sets, self._known) for each in self._sets[name]]
            most = max(member.words for member in members)
            self._known[name] = _Source(_any_of(members), most, False)
        return self._known[name]

    def _error(self, what: str) -> ValueError:
        return ValueError(f"template {self._template!r}: {what}")


def _literal(word: str) -> _Source:
    plain = re.escape(_APOSTROPHE.sub("", word.lower())).replace(r"\*", r"\S*")
    return _Source(plain + " (?:, )?", 1, False)
