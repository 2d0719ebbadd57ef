"""Which units of an answer count: what is denied by itself, taken back, or only says where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from .answer_effects import red_flags
from .answer_units import HEADS, NAMES, Unit, is_ignored, words_in

SWOLLEN = frozenset(
    ["lip_swelling", "tongue_swelling", "mouth_swelling", "neck_swelling", "eye_swelling"]
)

#: Asked for by a part of the body that may have something else.
_PARTS = SWOLLEN | {"throat_tightness", "chest_tightness", "hoarse_voice"}

#: After these a number is how many there are: "of the 8".
_COUNTS = (["of", "the"], ["of", "your"], ["of", "these"], ["of", "those"])

#: With so many words around it that nobody knows, a number is told of something else.
_TOLD = 2

#: How `answers.yml` names these places of a list.
LAST, MIDDLE = "-1", "middle"


class Mentioned(Protocol):
    """What the lexicon found of one finding."""

    @property
    def state(self) -> str:
        """One of the states of the vocabulary."""

    @property
    def severity(self) -> str | None:
        """Its degree, when told."""

    @property
    def subject(self) -> str:
        """Whose it is."""

    @property
    def found_by(self) -> str:
        """By which readers; the semantic one alone knows the clause, and not the words."""

    @property
    def span(self) -> tuple[int, int]:
        """Where in the message."""


def place_of(said: str, count: int) -> int:
    """Where "the second", "the last" and "the middle one" are in a list of so many, or -1."""
    if said == LAST:
        return count - 1
    if said == MIDDLE:
        return count // 2 if count % 2 else -1
    return int(said) - 1


def negations(units: Sequence[Unit]) -> Iterable[tuple[Unit, Unit]]:
    """Each "no" or "not" and what it denies: "no hives", "not pregnant", but not "no, my eyes"."""
    for at, unit in enumerate(units):
        if unit.kind == "deny" and unit.first != unit.last:
            continue
        if unit.kind != "deny" and unit.value not in words_in("negators"):
            continue
        for place, following in enumerate(units[at + 1 : at + 4], at + 1):
            if following.kind in ("item", "mention"):
                yield from ((unit, each) for each in _listed(units, place))
                break
            if following.kind != "word" or following.value in words_in("statements"):
                break


def _listed(units: Sequence[Unit], place: int) -> Iterable[Unit]:
    """What is named at a place and goes on with "or": "no throat or lip problems"."""
    yield units[place]
    while place + 2 < len(units) and units[place + 1].value in ("or", "nor"):
        place += 2
        if units[place].kind not in ("item", "mention"):
            return
        yield units[place]


def without_harmless(
    row: Sequence[Unit], mentions: Mapping[str, Mentioned]
) -> tuple[list[Unit], frozenset[str]]:
    """The units without the parts of the body that only say where something harmless is ("no, just
    dry lips"), and the asks that these would have named: they are neither told nor denied."""
    kept: list[Unit] = []
    left: set[str] = set()
    for part in _between_breaks(row):
        harmless = any(
            unit.kind == "mention" and unit.value not in SWOLLEN and _is_calm(unit.value, mentions)
            for unit in part
        )
        for unit in part:
            if harmless and unit.kind == "item" and unit.value in _PARTS:
                left.add(unit.value)
            else:
                kept.append(unit)
    return kept, frozenset(left)


def swells_somewhere(asks: Sequence[str], mentions: Mapping[str, Mentioned]) -> bool:
    """Whether a swelling is told of, nobody knows where, and swollen lips, say, were asked."""
    told = mentions.get("swelling")
    return told is not None and told.state != "absent" and bool(SWOLLEN & set(asks))


def swells_unplaced(
    said: Sequence[Unit], asks: Sequence[str], mentions: Mapping[str, Mentioned]
) -> bool:
    """ "Just the swelling", when swollen lips and others were asked."""
    bare = any(unit.value == "swelling" and unit.first == unit.last for unit in said)
    known = all(unit.kind != "word" for unit in said)
    return bare and known and "swelling" not in asks and swells_somewhere(asks, mentions)


def _between_breaks(row: Sequence[Unit]) -> Iterable[list[Unit]]:
    part: list[Unit] = []
    for unit in row:
        part.append(unit)
        if unit.kind == "break":
            yield part
            part = []
    yield part


def _is_calm(name: str, mentions: Mapping[str, Mentioned]) -> bool:
    return name in mentions and mentions[name].state != "absent" and not red_flags([name])


def told_numbers(units: Sequence[Unit]) -> tuple[set[Unit], bool]:
    """The numbers that beside a "no" pick nothing from the list, but are told of something ("no,
    off work till the 3rd"), and whether that is not certain of others ("no, sadly 4")."""
    told: set[Unit] = set()
    doubtful = False
    if not any(unit.kind == "deny" for unit in units):
        return told, doubtful
    for part in _between_breaks(units):
        unknown = sum(unit.kind == "word" and not is_ignored(unit.value) for unit in part)
        for at, unit in enumerate(part):
            before = part[at - 1] if at else None
            if unit.kind not in ("number", "ordinal") or _is_picked_by(before):
                continue
            counts = [each.value for each in part[max(0, at - 2) : at]] in _COUNTS
            after_it = before is not None and before.value in words_in("before_a_number")
            if unknown >= _TOLD or after_it or counts:
                told.add(unit)
            else:
                doubtful |= unknown > 0
    return told, doubtful


def _is_picked_by(before: Unit | None) -> bool:
    return before is not None and before.kind in ("only", "except", "all_except", "to")


def without_asides(units: Sequence[Unit]) -> list[Unit]:
    """The units, but "gone" and "over" beside a "no" are told of something else where unknown words
    or a feeling stand with them: "no, had a headache but that's gone"."""
    if not any(unit.kind == "deny" for unit in units):
        return list(units)
    kept: list[Unit] = []
    for part in _between_breaks(units):
        known = all(
            unit.kind != "calm_rest" and (unit.kind != "word" or is_ignored(unit.value))
            for unit in part
        )
        kept += [
            unit if known or unit.kind != "over" else replace(unit, kind="word", value="gone")
            for unit in part
        ]
    return kept


def no_after(row: Sequence[Unit], unit: Unit) -> Unit | None:
    """The no right after a unit that is said of it: "worse: no", "worse no, fever no", but not
    "worse, no fever"."""
    place = row.index(unit) + 1
    after = row[place:]
    marked = bool(after) and after[0].kind == "break" and after[0].value in ":?-–"
    after = after[1:] if marked else after
    if not after or after[0].kind != "deny":
        return None
    kinds = [each.kind for each in after[1:3]]
    if kinds and kinds[0] in NAMES and kinds[1:] != ["deny"]:
        return None
    return after[0] if marked or _goes_through(row, after[0]) else None


def is_answered_no(row: Sequence[Unit], unit: Unit) -> bool:
    """Whether a no after a unit is said of it."""
    return no_after(row, unit) is not None


def _goes_through(row: Sequence[Unit], but: Unit) -> bool:
    """Whether something else is named and answered too, so that the list is gone through."""
    said = [unit.kind for unit in row if unit != but and unit.kind != "break"]
    named = (*NAMES, "rest")
    return any(name in named and head in HEADS for name, head in pairwise(said))


def is_negated(row: Sequence[Unit], unit: Unit) -> bool:
    """Whether "not" or "nothing" stands before it: "no it hasn't gone to my neck".

    A "no" that opens the answer does not count: "no it's on my neck".
    """
    for at in range(row.index(unit) - 1, -1, -1):
        before = row[at]
        if before.kind == "break" or before.value.startswith("stop"):  # "never stops spreading"
            return False
        opens = at == 0 and before.first == before.last and before.value != "nothing"
        if before.value in words_in("negators") or before.kind == "calm_rest":
            return True
        if before.kind == "deny" and not opens:
            return True
    return False


def last_correction(units: Sequence[Unit]) -> int:
    """Where the last "no wait" or "no I mean" stands: what was said before it does not count."""
    return max((at for at, unit in enumerate(units) if unit.kind == "not_an_answer"), default=0)


def without_idle_emoji(units: Sequence[Unit]) -> list[Unit]:
    """A thumb up beside words is a smile; alone it is an answer."""
    spoken = any(unit.kind in HEADS and not unit.emoji for unit in units)
    return [unit for unit in units if not (spoken and unit.emoji)]


def assents_first(said: Sequence[Unit], heads: Sequence[Unit]) -> bool:
    """Whether a yes only opens an answer that goes on to deny the whole list ("yes I checked,
    none", "yes, none of those"); "yes, no" is doubt."""
    kinds = [unit.kind for unit in heads]
    if kinds[:1] != ["affirm"] or kinds[-1:] != ["deny"]:
        return False
    checked = any(unit.value in words_in("looked") for unit in said if unit.kind == "word")
    return checked or heads[-1].last > heads[-1].first


def stands_by_its_no(row: Sequence[Unit], heads: Sequence[Unit]) -> bool:
    """Whether all that sounds like a yes after a plain no is a word such as "right": "no, she's all
    right". Not "no, I'm not right", nor "no? right?"."""
    denials = [unit for unit in heads if unit.kind == "deny"]
    assents = [unit for unit in heads if unit.kind == "affirm"]
    turned = any(unit.value == "?" or unit.value in words_in("negators") for unit in row)
    return (
        bool(assents)
        and heads[0].kind == "deny"
        and len(denials) == 1
        and denials[0].value.rstrip(" ,") in words_in("plain_no")
        and not turned
        and all(unit.value in words_in("confirming") for unit in assents)
    )
