"""The lexicon: how patients say things, loaded from `lexicon/*.yml` and `assertion.yml`.

    words.yml            sets: named word sets; coordinated: classes of sets that form lists;
                         blockers: sets of parts of the body that no gap of another part passes
    findings/*.yml       findings: {id: {present, absent, not: [templates]}}
    modifiers.yml        severity, extent: {degree: [templates]}; severity_not, extent_not
    context.yml          trend, trend_rapid_absent, recurred, home_care_tried,
                         home_care_helped, treatment, risks
    assertion.yml        triggers, see `assertion.py`

Each of them may have `sets` of its own; all sets share one space of names. Templates are those of
`templates.py`; an entry is one, or {text, severity, extent, state, certain} when the phrase says
that too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from actions.triage import DataError, Extent, Risk, Severity, State, Treatment, Trend, findings
from actions.triage.datafile import load, problem
from bot.nlu.patterns import Choice, Piece, Words
from bot.nlu.spelling import Speller, contractions, make_speller
from bot.nlu.templates import Grammar, Match, TemplateError, Templates
from bot.nlu.tokens import Token, tokenize

FOLDER = Path(__file__).with_name("lexicon")
ASSERTION_FILE = Path(__file__).with_name("assertion.yml")

#: What a list of templates without a role says.
PRESENT, ABSENT, NOT = "present", "absent", "not"

_TEMPLATE = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "properties": {
                "text": {"type": "string", "minLength": 1},
                "severity": {"enum": [str(each) for each in Severity]},
                "extent": {"enum": [str(each) for each in Extent]},
                "state": {"enum": [str(each) for each in State]},
                "certain": {"const": True},
            },
            "required": ["text"],
            "additionalProperties": False,
        },
    ]
}
_TEMPLATES = {"type": "array", "items": _TEMPLATE}
_ROLES = {
    "type": "object",
    "properties": {PRESENT: _TEMPLATES, ABSENT: _TEMPLATES, NOT: _TEMPLATES},
    "additionalProperties": False,
}
_NAMES = {"type": "array", "items": {"type": "string"}}
_SETS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": ["string", "integer"]}},
}


def _groups(names: Iterable[object], of: object = _TEMPLATES) -> dict[str, Any]:
    """A mapping with these names only."""
    return {
        "type": "object",
        "properties": {str(name): of for name in names},
        "additionalProperties": False,
    }


def _file(**parts: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"sets": _SETS, **parts}, "additionalProperties": False}


_SCOPES = ["next", "near", "clause", "run", "sentence", "message", "back", "earlier"]
_TRIGGERS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "category": {"type": "string"},
            "direction": {"enum": ["forward", "backward", "both"]},
            "scope": {"enum": _SCOPES},
            "templates": {"type": "array", "items": {"type": "string"}},
            "examples": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["category", "templates"],
        "additionalProperties": False,
    },
}


def _schemas() -> dict[str, dict[str, Any]]:
    return {
        "words.yml": _file(
            coordinated={"type": "object", "additionalProperties": _NAMES}, blockers=_NAMES
        ),
        "modifiers.yml": _file(
            severity=_groups(Severity),
            extent=_groups(Extent),
            severity_not=_TEMPLATES,
            extent_not=_TEMPLATES,
        ),
        "context.yml": _file(
            trend=_groups(Trend),
            trend_rapid_absent=_TEMPLATES,
            recurred=_TEMPLATES,
            home_care_tried=_ROLES,
            home_care_helped=_TEMPLATES,
            treatment=_groups(Treatment),
            risks=_groups(Risk, _ROLES),
        ),
        "findings": _file(findings=_groups(findings(), _ROLES)),
        "assertion.yml": _file(triggers=_TRIGGERS),
    }


@dataclass(frozen=True)
class Entry:
    """What a template stands for: `kind` is "finding", "severity", "risks", "trigger" and so on.

    `name` is the finding, degree, risk … it is about. Triggers have a direction and a scope. What
    is `certain` means nothing else, whatever the semantic reader makes of it ("GCS 13").
    """

    kind: str
    name: str
    role: str = PRESENT
    severity: Severity | None = None
    extent: Extent | None = None
    state: State | None = None
    direction: str = "forward"
    scope: str = "clause"
    certain: bool = False


def meant(matches: Sequence[Match[Entry]]) -> list[Match[Entry]]:
    """The matches that stand inside no `not` template of the same name, and are none."""
    hiding = [match for match in matches if match.payload.role == NOT]
    return [
        match
        for match in matches
        if match.payload.role != NOT and not any(_hides(wide, match) for wide in hiding)
    ]


def _hides(wide: Match[Entry], match: Match[Entry]) -> bool:
    named = wide.payload.name in (match.payload.name, f"{match.payload.kind}_not")
    return named and wide.start <= match.start and match.end <= wide.end


@dataclass(frozen=True)
class Lexicon:
    """All templates compiled, and what reading a message needs beside them.

    `classes` gives the class of a stem that can stand in a coordination; `blockers` are the stems
    of specific parts of the body.
    """

    templates: Templates[Entry]
    speller: Speller
    classes: Mapping[str, str]
    blockers: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The product's lexicon, loaded once; raises `DataError` naming file and line."""
    return load_lexicon(FOLDER, ASSERTION_FILE)


def load_lexicon(folder: Path, assertion: Path) -> Lexicon:
    """Load a lexicon from a folder such as `lexicon/` and a file such as `assertion.yml`."""
    schemas = _schemas()
    wanted = [
        (folder / name, schemas[name]) for name in ("words.yml", "modifiers.yml", "context.yml")
    ]
    wanted += [(path, schemas["findings"]) for path in sorted((folder / "findings").glob("*.yml"))]
    wanted.append((assertion, schemas["assertion.yml"]))
    loaded = {path: load(path, schema) or {} for path, schema in wanted}
    sets = _all_sets(loaded)
    words = loaded[folder / "words.yml"]
    reader = _WordReader()
    grammar = Grammar(sets, reader.read, frozenset(words.get("blockers", ())))
    templates: Templates[Entry] = Templates()
    for path, data in loaded.items():
        _check_sets(path, data, grammar)
        for where, text, entry in _entries(data):
            try:
                templates.add(entry, grammar.compile(text))
            except TemplateError as error:
                raise problem(path, where, str(error)) from None
    classes = {
        stem: kind
        for kind, names in words.get("coordinated", {}).items()
        for name in names
        for stem in single_words(grammar.set(name))
    }
    blockers = {s for name in words.get("blockers", ()) for s in single_words(grammar.set(name))}
    return Lexicon(templates, make_speller(reader.vocabulary), classes, frozenset(blockers))


def single_words(piece: Piece) -> frozenset[str]:
    """The stems that alone are a whole match."""
    if isinstance(piece, Words):
        return piece.first
    if isinstance(piece, Choice):
        return frozenset[str]().union(*(single_words(each) for each in piece.pieces))
    return frozenset()


class _WordReader:
    """Reads the words of templates as those of messages are read, without correcting them."""

    def __init__(self) -> None:
        self.vocabulary: set[str] = set()
        self._known: dict[str, tuple[Token, ...]] = {}

    def read(self, text: str) -> tuple[Token, ...]:
        if text not in self._known:
            short = contractions()
            self._known[text] = tokenize(text, short.read, short.whole).tokens
            self.vocabulary.update(token.norm for token in self._known[text])
        return self._known[text]


def _all_sets(loaded: Mapping[Path, Mapping[str, Any]]) -> dict[str, list[str]]:
    sets: dict[str, list[str]] = {}
    for path, data in loaded.items():
        for name, entries in data.get("sets", {}).items():
            if name in sets:
                raise problem(path, ("sets", name), "another file has this set too; rename one")
            sets[name] = [str(entry) for entry in entries]
    return sets


def _check_sets(path: Path, data: Mapping[str, Any], grammar: Grammar) -> None:
    for name, entries in data.get("sets", {}).items():
        for place, entry in enumerate(entries):
            try:
                grammar.compile(str(entry))
            except TemplateError as error:
                raise problem(path, ("sets", name, place), str(error)) from None
        grammar.set(name)
    for name in chain(data.get("blockers", ()), *data.get("coordinated", {}).values()):
        try:
            grammar.set(name)
        except TemplateError as error:
            raise DataError(f"{path}:1: coordinated or blockers: {error}") from None


Where = tuple[str | int, ...]


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[Where, str, Entry]]:
    """Every template of a file, with where it stands and what it stands for."""
    for part, content in data.items():
        if part == "triggers":
            yield from _triggers(content)
        elif part in ("findings", "risks"):
            kind = "finding" if part == "findings" else part
            for name, roles in content.items():
                for role, listed in roles.items():
                    yield from _listed((part, name, role), listed, kind, name, role)
        elif part == "home_care_tried":
            for role, listed in content.items():
                yield from _listed((part, role), listed, part, part, role)
        elif part in ("severity_not", "extent_not"):
            yield from _listed((part,), content, part.removesuffix("_not"), part, NOT)
        elif isinstance(content, list) and part != "blockers":
            yield from _listed((part,), content, part, part, PRESENT)
        elif part in ("severity", "extent", "trend", "treatment"):
            for name, listed in content.items():
                yield from _listed((part, name), listed, part, name, PRESENT)


def _listed(
    where: Where, listed: Iterable[Any], kind: str, name: str, role: str
) -> Iterator[tuple[Where, str, Entry]]:
    for place, each in enumerate(listed):
        said = {"text": each} if isinstance(each, str) else each
        yield (
            (*where, place),
            said["text"],
            Entry(
                kind,
                name,
                role,
                Severity(said["severity"]) if "severity" in said else None,
                Extent(said["extent"]) if "extent" in said else None,
                State(said["state"]) if "state" in said else None,
                certain="certain" in said,
            ),
        )


def _triggers(rules: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Where, str, Entry]]:
    for number, rule in enumerate(rules):
        entry = Entry(
            "trigger",
            rule["category"],
            direction=rule.get("direction", "forward"),
            scope=rule.get("scope", "clause"),
        )
        for place, text in enumerate(rule["templates"]):
            yield ("triggers", number, "templates", place), text, entry
