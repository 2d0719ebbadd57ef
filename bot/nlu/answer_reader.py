"""How the units of an answer (`answer_units.py`) are understood together: who says what of what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from .answer_effects import ABOUT, RISKS, TREND_RAPID, Effects, red_flags
from .answer_rows import (
    LAST,
    SWOLLEN,
    Mentioned,
    assents_first,
    last_correction,
    negations,
    no_after,
    place_of,
    stands_by_its_no,
    swells_somewhere,
    swells_unplaced,
    told_numbers,
    without_asides,
    without_harmless,
    without_idle_emoji,
)
from .answer_topics import degrees, own_words
from .answer_units import HEADS, NAMES, TOPICS, Asked, Unit, is_ignored, words_in
from .conversation import EARLIER

#: So many words that nobody knows may stand around a finding that is known.
_FEW = 5


class AnswerReader:
    """The units of one answer beside what was asked."""

    def __init__(
        self,
        asked: Asked,
        units: Sequence[Unit],
        mentions: Mapping[str, Mentioned],
        risks: Collection[str],
        span: tuple[int, int],
    ) -> None:
        self.asks, self.groups = asked.asks, asked.groups
        self.mentions, self.risks = mentions, risks
        denials = list(negations(units))
        self.denied = {named for _, named in denials if named.kind == "item"}
        unneeded = {unit for unit, _ in denials}
        units = without_asides(units[last_correction(units) :])
        told, self.doubtful_number = told_numbers(units)
        self.row = [
            unit
            for unit in without_idle_emoji(units)
            if unit not in unneeded
            and unit not in told
            and not (unit.kind == "word" and is_ignored(unit.value))
        ]
        self.row, self.open = without_harmless(self.row, mentions)
        self.said = [unit for unit in self.row if unit.kind != "break"]
        self.names_one = any(
            unit.kind == "word" and unit.value in words_in("one") for unit in units
        )
        self.kinds = [unit.kind for unit in self.said]
        self.doubts = any(
            unit.kind == "word" and unit.value in words_in("doubtful") for unit in units
        )
        self.effects = Effects(span)

    def read(self) -> tuple[str | None, Effects]:
        """The kind of answer and what it sets: the first reading that fits, explicit ones first."""
        kind = (
            self._one_by_one()
            or self._each_named()
            or self._all_but()
            or self._only()
            or self._plain()
        )
        if swells_unplaced(self.said, self.asks, self.mentions):
            self.effects.unsure(sorted(SWOLLEN.intersection(self.asks)))
        if self._says_yes_first():
            self.effects.one_item(self.groups[0])
        own_words(self.row, self.asks, self.mentions, self.effects)
        degrees(self.kinds, self.asks, self.mentions, self.effects)
        if kind in (None, "affirm") and self._informs():
            kind = "inform"
        return kind, self.effects

    @property
    def is_plain(self) -> bool:
        """Whether every word of the answer is known, and none leaves something out."""
        hedging = {"word", "only", "except", "all_except", "mild", "over"}
        return not self.doubts and hedging.isdisjoint(self.kinds)

    def _says_yes_first(self) -> bool:
        """Yes, and there it is hot; yes and now my tongue too: the one thing asked, and more."""
        return (
            len(self.groups) == 1
            and self.kinds[:1] == ["affirm"]
            and "deny" not in self.kinds
            and bool(self._picks())
            and not any(ask in self.mentions or ask in self.effects.findings for ask in self.asks)
        )

    # ---------------------------------------------------------------- what units stand for

    def _named(self, unit: Unit) -> Sequence[str]:
        """The asks that a name, a number or "the second one" means; a finding not asked is []."""
        if unit.kind in ("item", "mention"):
            return [unit.value]
        if unit.kind in ("ordinal", "number"):
            index = place_of(unit.value, len(self.groups))
            return self.groups[index] if 0 <= index < len(self.groups) else []
        return []

    def _picks(self) -> list[Unit]:
        return [unit for unit in self.said if unit.kind in NAMES]

    def _unknown(self) -> int:
        return self.kinds.count("word")

    def _rest(self, named: Iterable[str]) -> list[str]:
        """What was asked without these, and without findings that the message itself speaks of."""
        taken = {*named, *self.mentions, *self.risks, *self.open}
        asks = [ask for ask in self.asks if ask not in taken and ABOUT.get(ask) not in taken]
        if "risks" in asks and taken.intersection(RISKS):
            asks.remove("risks")
            asks += [risk for risk in RISKS if risk not in taken]
        return asks

    def _confirm(self, unit: Unit, severity: str | None = None) -> None:
        if unit.kind == "mention":
            return  # the lexicon has read its state
        if unit in self.denied:
            self.effects.no(self._named(unit))
            return
        self.effects.one_item(self._named(unit), severity)

    def _apply(self, head: str, asks: Sequence[str]) -> None:
        """One head for one item of the list."""
        if head == "deny":
            self.effects.no(asks)
        elif head in ("affirm", "all_of_it"):
            self.effects.one_item(asks)
        elif head == "mild":
            self.effects.one_item(asks, "mild")
        elif head == "unsure":
            self.effects.unsure(asks)
        elif head == "over":
            self.effects.over(asks)

    # ---------------------------------------------------------------- readings

    def _one_by_one(self) -> str | None:
        """No, no, yes, no: as many answers as items."""
        heads = [kind for kind in self.kinds if kind in HEADS]
        if len(heads) < 2 or len(heads) != len(self.said) or len(heads) != len(self.groups):
            return None
        if len(set(heads)) == 1:
            return None
        for head, group in zip(heads, self.groups, strict=True):
            self._apply(head, group)
        return "inform"

    def _each_named(self) -> str | None:
        """Lips no, eyes yes; yes to 2; fever: no; hives yes, the rest no."""
        pairs: list[tuple[Unit, list[str]]] = []
        taken: set[int] = set()
        for at, unit in enumerate(self.row):
            if unit.kind not in (*HEADS, "fine"):
                continue
            for place in self._named_after(at) or self._named_before(at, taken):
                taken.add(place)
                pairs.append((unit, list(self._named(self.row[place]))))
        rest = any(
            unit.kind == "deny" and before.kind == "rest" for before, unit in pairwise(self.row)
        )
        if not any(asks for _, asks in pairs) and not (rest and self.mentions):
            return None
        for unit, asks in pairs:
            self._apply("deny" if unit.kind == "fine" else unit.kind, asks)
        courses = [unit for unit in self.row if unit.kind == "trend"]
        answers = {no_after(self.row, unit) for unit in courses} | {unit for unit, _ in pairs}
        named = [ask for each in self._picks() for ask in self._named(each)]
        named += [ask for _, asks in pairs for ask in asks]
        loose = any(unit.kind == "deny" and unit not in answers for unit in self.row)
        if loose or self._goes_through_all(pairs):
            self.effects.no(self._rest(named))
        return "inform"

    def _goes_through_all(self, pairs: Sequence[tuple[Unit, Sequence[str]]]) -> bool:
        """Whether every line of the list is denied by one of its names, the course by itself."""
        denied = {ask for unit, asks in pairs if unit.kind == "deny" for ask in asks}
        denied.update(name for name, said in self.mentions.items() if said.state == "absent")
        if any(no_after(self.row, unit) for unit in self.row if unit.kind == "trend"):
            denied.add(TREND_RAPID)
        return len(self.groups) > 1 and all(denied.intersection(group) for group in self.groups)

    def _named_after(self, at: int) -> list[int]:
        """Yes to 2 and 3."""
        step = at + 2
        if step >= len(self.row) or self.row[at + 1].kind != "to":
            return []
        if self.row[at].last + 1 != self.row[at + 1].first:
            return []  # "no it's on my neck"
        named: list[int] = []
        while step < len(self.row) and self.row[step].kind in NAMES:
            named.append(step)
            step += 1
        return named

    def _named_before(self, at: int, taken: set[int]) -> list[int]:
        """Lips: no. 2? yes."""
        row = self.row
        before = at - 1
        while before >= 0 and row[before].kind == "break" and row[before].value not in ",;!":
            before -= 1
        if before < 0 or before in taken or row[before].kind not in NAMES:
            return []
        if at + 1 < len(row) and row[at + 1].kind not in ("break", "rest", *NAMES):
            return []
        if self._is_spared(before):
            return []  # "except my eyes, no", "all but 1 and 2 no"
        if row[before].kind == "mention" and not self._named_alone(before):
            return []
        between = [unit.value for unit in row[before + 1 : at]]
        return [] if "." in between and row[before].kind != "number" else [before]

    def _is_spared(self, at: int) -> bool:
        """Whether the name at this place is left out, alone or with others."""
        while at and self.row[at - 1].kind in (*NAMES, "break"):
            at -= 1
        return at > 0 and self.row[at - 1].kind in ("only", "except", "all_except")

    def _named_alone(self, at: int) -> bool:
        """A finding named without a word more before the answer: "hives no"."""
        return at == 0 or self.row[at - 1].kind in ("break", *HEADS)

    def _all_but(self) -> str | None:
        """All except the second; all but the second are no."""
        if "all_except" not in self.kinds:
            return None
        spared = self._picks()
        named = [ask for unit in spared for ask in self._named(unit)]
        if not named:
            return None
        if "deny" in self.kinds:
            self._confirm_picks(spared)
            self.effects.no(self._rest(named))
            return "inform"
        self.effects.no(named)
        for ask in self._rest(named):
            self.effects.yes(ask)
        return "inform"

    def _only(self) -> str | None:
        """Just the lips; none except the eyes; no, only a bit of itching; yes the bees, only."""
        if "unsure" in self.kinds:
            return None
        marks = [at for at, kind in enumerate(self.kinds) if kind in ("only", "except")]
        if marks and marks[-1] == len(self.kinds) - 1 and self.kinds[-1] == "only":
            marks = [0]
        marks = [at for at in marks if self._followed_by_name(at) or self._excepts_known(at)]
        if not marks:
            return None
        picks = [unit for unit in self.said[marks[0] :] if unit.kind in NAMES]
        if self.kinds[marks[0]] == "only" and self._unknown() > 3:
            return None
        mild = "mild" if "mild" in self.kinds else None
        named = self._confirm_picks(picks, mild)
        self.effects.no(self._rest(named))
        return "inform"

    def _followed_by_name(self, at: int) -> bool:
        passed = ("mild", "severity", "affirm", "to")
        after = next((kind for kind in self.kinds[at + 1 :] if kind not in passed), "")
        return after in NAMES

    def _excepts_known(self, at: int) -> bool:
        """None except that I have thrown up once."""
        if self.kinds[at] != "except" or self._unknown() > _FEW:
            return False
        return next((kind for kind in self.kinds[at:] if kind in NAMES), "") == "mention"

    def _confirm_picks(self, picks: Sequence[Unit], severity: str | None = None) -> list[str]:
        """Confirm what is picked; returns the asks that it names. "The first two" are two."""
        named: list[str] = []
        for at, unit in enumerate(picks):
            before = picks[at - 1] if at else None
            if unit.kind == "number" and before and before.kind == "ordinal":
                continue
            after = picks[at + 1] if at + 1 < len(picks) else None
            if unit.kind == "ordinal" and after and after.kind == "number":
                for group in self._first_or_last(unit.value, int(after.value)):
                    self.effects.one_item(group, severity)
                    named += group
                continue
            self._confirm(unit, severity)
            named += self._named(unit)
        return named

    def _first_or_last(self, ordinal: str, count: int) -> Sequence[Sequence[str]]:
        return self.groups[-count:] if ordinal == LAST else self.groups[:count]

    def _plain(self) -> str | None:
        """One head for everything, a choice from the list, or neither."""
        heads = [unit for unit in self.said if unit.kind in HEADS]
        picks = self._picks()
        kinds = {unit.kind for unit in heads}
        opens = len(self.groups) > 1 and assents_first(self.said, heads)
        if opens or stands_by_its_no(self.row, heads):
            kinds.discard("affirm")  # "yes I have read them, none apply"; "no, she's all right"
        if self._topic() and not self._rest_without_topics():
            return "deny" if "deny" in kinds else "inform"
        if (
            "unsure" in kinds
            or {"deny", "affirm"} <= kinds
            or ({"deny", "mild"} <= kinds and not picks and self._is_about_what_was_asked())
        ):
            self.effects.unsure(self._rest(()) if picks else self.asks)
            return "unsure"
        if "over" in kinds and not ("deny" in kinds and any(u.kind == "mention" for u in picks)):
            if list(self.asks) == [EARLIER]:
                return "deny"
            self.effects.over(self._rest(()))
            return "inform"
        if "deny" in kinds:
            return self._no(picks)
        if picks:
            return self._chosen(picks, "mild" in kinds)
        if "all_of_it" in kinds and not self._unknown():
            for ask in self._rest(()):
                self.effects.yes(ask)
            return "affirm"
        if kinds:
            return self._yes("mild" in kinds)
        return None

    def _is_about_what_was_asked(self) -> bool:
        """Whether "no ... a bit" is doubt; beside other words ("no. ice helped a bit") it may be of
        something else, but for red flags doubt stays doubt."""
        return not self._unknown() or bool(red_flags(self.asks))

    def _no(self, picks: Sequence[Unit]) -> str | None:
        """No; no, I feel fine; no, but my eyes are puffy. Not: no, just one; no, something
        unreadable."""
        if self.doubtful_number or ("only" in self.kinds and self.names_one and not picks):
            return None
        understood = "calm_rest" in self.kinds or picks or "time" in self.kinds or self._topic()
        if self._unknown() and not understood:
            return None
        named = [ask for unit in picks for ask in self._named(unit)]
        doubtful = self._unknown() and any(unit.kind == "item" for unit in picks)
        if (doubtful and red_flags(named)) or (
            self._unknown() and swells_somewhere(self.asks, self.mentions)
        ):
            return None  # "naw but it's fat on one side of my mouth"
        for unit in picks:
            if unit.kind != "mention" and not doubtful:
                self._confirm(unit)
        self.effects.no(self._rest(named))
        present = any(mention.state != "absent" for mention in self.mentions.values())
        return "inform" if present or (named and not doubtful) else "deny"

    def _chosen(self, picks: Sequence[Unit], mild: bool) -> str | None:
        numbers = any(unit.kind in ("ordinal", "number") for unit in picks)
        if numbers and self._unknown() > 2:
            return None
        if self._unknown() > 2 and not any(unit.kind == "mention" for unit in picks):
            return None
        self._confirm_picks(picks, "mild" if mild else None)
        return "inform"

    def _yes(self, mild: bool) -> str | None:
        if self.kinds[0] not in HEADS and self._unknown() > 2:
            return None
        if len(self.groups) == 1:
            self.effects.one_item(self.groups[0], "mild" if mild else None)
        else:
            self.effects.some(self.asks)
        return "affirm"

    # ---------------------------------------------------------------- questions with own words

    def _topic(self) -> bool:
        return any(kind in TOPICS for kind in self.kinds)

    def _rest_without_topics(self) -> list[str]:
        kinds = [kind for kind in self.kinds if kind in TOPICS]
        told = frozenset().union(*(TOPICS[kind] for kind in kinds))
        return [ask for ask in self.asks if ask not in told]

    def _informs(self) -> bool:
        return bool(self.mentions or self._topic() or "time" in self.kinds or self.risks)
