"""What an answer says in words of its own kind: the course, the place, the degree, care at home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actions.triage import Severity, findings

from .answer_effects import ABOUT, ASKED_AS_SEVERE, TREND_RAPID, Effects, Said, red_flags
from .answer_rows import Mentioned, is_answered_no, is_negated
from .answer_units import TOPICS, Unit, degrees_of, pattern, words_in
from .sentences import Words


def own_words(
    row: Sequence[Unit], asks: Sequence[str], mentions: Mapping[str, Mentioned], effects: Effects
) -> None:
    """Better, same, worse; severe; elsewhere too; a cool compress."""
    for unit in row:
        if unit.kind == "trend" and (
            is_answered_no(row, unit) or (unit.value == "rapid" and is_negated(row, unit))
        ):
            effects.no([TREND_RAPID if unit.value == "rapid" else "trend"])
        elif unit.kind == "trend":
            effects.trend = unit.value
        elif unit.kind == "slowly":
            effects.cleared.append(TREND_RAPID)
            if effects.trend == "rapid":
                effects.trend = None
        elif unit.kind == "home_care":
            effects.home_care_tried = unit.value == "tried"
        elif unit.kind == "extent":
            extent = "treated_area" if is_negated(row, unit) else unit.value
            placed = [name for name in mentions if findings()[name].extent]
            for name in (ABOUT[ask] for ask in TOPICS["extent"].intersection(asks)):
                if name in mentions or not placed:  # else it is where that is
                    effects.say(name, "present", extent=extent)
        elif unit.kind == "severity":
            for name in degrees_of(asks):
                if name not in mentions:  # else the lexicon has read its degree
                    effects.say(name, "present", severity=unit.value)


def degrees(
    kinds: Sequence[str],
    asks: Sequence[str],
    mentions: Mapping[str, Mentioned],
    effects: Effects,
) -> None:
    """Itching or burning named where severe ones were asked for is severe, if not told else."""
    denied = "deny" in kinds
    for name in ASKED_AS_SEVERE.intersection(asks, mentions):
        mention = mentions[name]
        if mention.state in ("present", "uncertain") and mention.severity is None:
            effects.findings.setdefault(
                name,
                Said(mention.state, mention.span, "moderate" if denied else "severe"),
            )


def degree_alone(words: Words, asks: Sequence[str]) -> str | None:
    """The degree that answers a list with "severe itching or burning" in it: "mild, on the thighs";
    the worst one, if there are several. A number picks a line of the list."""
    if red_flags(asks) or ASKED_AS_SEVERE.isdisjoint(asks):
        return None
    found: list[tuple[int, int, str]] = []
    told = [(degree, f"severity.{degree}") for degree in ("severe", "moderate", "mild")]
    for degree, section in [*told, ("mild", "degree_alone.mild")]:
        for match in pattern(section).finditer(words.text):
            before = words.text[: match.start()].split()
            if match.group().strip().isdigit():
                continue
            if not before or before[-1] not in words_in("negators"):
                found.append((*match.span(), degree))
            elif degree == "severe":
                found.append((*match.span(), "moderate"))
    widest = [
        degree
        for start, end, degree in found
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in found)
    ]
    return max(widest, key=[str(each) for each in Severity].index, default=None)
