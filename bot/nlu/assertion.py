"""What is said of a finding: absent, unsure, over now, only imagined, somebody else's.

The idea is ConText's (Harkema 2009): triggers with a category, a direction and a scope, as a table
(`assertion.yml`). Each trigger that reaches a mention (`scopes.py`) is evidence on it; `_state`
weighs the evidence. In doubt a finding is present: a trigger that is part of a finding's own
phrase ("can not breathe") says nothing about it, and doubt about a red flag leaves it uncertain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from actions.triage import State, Subject
from bot.nlu.lexicon import ABSENT, Entry
from bot.nlu.said_after import SaidAfter
from bot.nlu.scopes import NEGATORS, Layout
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

#: The finding that is there however it is put.
SELF_HARM = "self_harm_thoughts"

_PRONOUNS = frozenset(["she", "he", "her", "his"])
_FIRST_PERSON = frozenset(["i", "me", "my", "mine", "myself"])
_NO = {"no"}
_VERBAL = frozenset(["not", "never", "hardly"])
_OLDER = frozenset(["older_past", "used_to"])
_WELL = ("resolved", "fine")
#: Words before what a denial leaves over, and how many words before it they may stand.
_EXCEPTING = frozenset(["bar", "barring", "except", "excepting", "save", "apart", "aside"])
_NOT_ONLY = ("not only", "not just", "not not")
_EXCEPTED_WITHIN = 4

_I_AM = frozenset(["i", "am", "my"])
_PRESENT = frozenset(["can", "is", "are", "has", "have"])


@dataclass(frozen=True)
class Assertion:
    """What holds of one mention.

    `recent` is only told of a past one. What is `settled` the semantic reader does not change.
    """

    state: State
    subject: Subject
    recent: bool | None = None
    settled: bool = False


class Triggers:
    """The triggers of one message."""

    def __init__(self, message: Message, matches: Sequence[Match[Entry]]) -> None:
        self._message = message
        self._layout = Layout(message, matches)
        live = self._layout.live_triggers(matches)
        self._names = {hit.payload.name for hit in live}
        courses = [hit for hit in matches if hit.payload.kind in ("trend", "extent")]
        self._after = SaidAfter(message, self._layout.named, courses)
        self._reaching = [
            (hit, self._layout.reach(hit))
            for hit in live
            if not hit.payload.name.startswith(("stop_", "continue_"))
            and hit.start not in self._after.words
        ]

    def of(self, mention: Match[Entry], red_flag: bool) -> Assertion:
        """What the triggers around a mention say of it."""
        found = self._evidence(mention)
        proxy = bool(found["other"]) and not _is_older(found) and self._is_proxy
        if proxy:
            found["other"] = 0
        said = self._said(mention, found, red_flag)
        calm = said.state is State.ABSENT or (said.state is State.PAST and not said.recent)
        if proxy and calm and self._others_are_nameless:
            # Who it is is only likely: that may tell of something, and clears nothing.
            return replace(said, subject=Subject.OTHER)
        return said

    def _said(self, mention: Match[Entry], found: Counter[str], red_flag: bool) -> Assertion:
        subject = Subject.OTHER if found["other"] else Subject.SELF
        absent = _is_absent(mention.payload.role == ABSENT, found)
        if found["me_too"] and found["other"] and not absent:
            return Assertion(State.PRESENT, Subject.SELF, settled=True)
        if _is_expected_in_vain(found) and mention.payload.role != ABSENT:
            gone = found["resolved"] or found["past"]  # "you asked if it has gone: it has not"
            state = State.PRESENT if gone else State.ABSENT
            return Assertion(state, Subject.SELF, settled=bool(gone) or not red_flag)
        if found["story"] or found["animal"]:
            return Assertion(State.HYPOTHETICAL, Subject.OTHER)
        if found["leaflet"] and not self._speaks_of_oneself(range(len(self._message.tokens))):
            return Assertion(State.HYPOTHETICAL, Subject.OTHER)
        if found["defined"] and not (found["own"] or found["mine"]):
            sentence = self._layout.sentence(mention.start)
            if not self._speaks_of_oneself(range(sentence.start, sentence.end)):
                return Assertion(State.HYPOTHETICAL, subject, settled=True)
        if found["hypothetical"] and not (
            found["own"] or found["mine"] or found["yes"] or is_always_meant(mention.payload.name)
        ):
            return Assertion(State.ABSENT if found["fine"] else State.HYPOTHETICAL, subject)
        return self._held(mention, found, subject, red_flag)

    def of_clause(self, clause: Match[Entry], red_flag: bool, sure: bool) -> Assertion | None:
        """What holds of a finding that the semantic reader sees in a clause; None: not there.

        That reader has learnt what "can not swallow" and "no wheeze" mean, so a negation does not
        turn its word, but asks for it to be `sure`; nor does "nothing slips down any more".
        """
        said = self.of(clause, red_flag)
        if said.state is State.PAST and self._evidence(clause)["any_more"]:
            return Assertion(State.PRESENT, said.subject) if sure else said
        if said.state is not State.ABSENT:
            return said
        return Assertion(State.PRESENT, said.subject) if sure else None

    def _held(
        self, mention: Match[Entry], found: Counter[str], subject: Subject, red_flag: bool
    ) -> Assertion:
        fine = mention.payload.role == ABSENT
        if not fine:
            found["negated"] += found["more"] + (0 if red_flag else found["partly"])
        absent = _is_absent(fine, found)
        well = fine and self._norms(mention).isdisjoint(NEGATORS)
        if absent and mention.payload.state is State.PAST:
            return Assertion(State.PRESENT, subject)  # "I am not able to breathe again"
        found["verbal"] += fine and not well  # "have not fainted" says its own "not"
        told = _told_by_denying(well, found, red_flag) if absent else None
        if told:
            return replace(told, subject=subject)
        told_too = subject is Subject.OTHER and "too" in self._names
        # "The chest pain I used to get is back."
        habit = found["used_to"] and (found["older_past"] == found["used_to"] or _is_now(found))
        again = found["returned"] and (habit or is_always_meant(mention.payload.name))
        if not absent and (
            (_is_older(found) and not again)
            or (told_too and found["past_tense"] and not self._is_present(mention, found))
        ):
            settled = bool(found["used_to"]) and not (found["returned"] or _is_now(found))
            return Assertion(State.PAST, subject, recent=False, settled=settled)
        if absent and found["any_more"] and mention.payload.role != ABSENT:
            return Assertion(State.PAST, subject, recent=True)
        if found["uncertain"] and (red_flag or not absent):
            return Assertion(State.UNCERTAIN, subject)
        if absent:
            doubted = red_flag and found["doubted"] and not found["negated"]
            settled = bool(found["denied_after"])
            return Assertion(State.UNCERTAIN if doubted else State.ABSENT, subject, settled=settled)
        if _is_over(mention.payload.role == ABSENT, found):
            return Assertion(State.PAST, subject, recent=True)
        # "Should I worry I can't ...", "when will my lips go down".
        asked = red_flag and subject is Subject.SELF and found["own"]
        excepted = red_flag and self._is_excepted(mention)
        settled = bool(found["condition"] or found["mine"] or asked or excepted)
        state = mention.payload.state or State.PRESENT
        return Assertion(state, subject, True if state is State.PAST else None, settled)

    def _is_excepted(self, mention: Match[Entry]) -> bool:
        """Whether it is what a denial leaves over: "no swelling apart from my lips", "I'm not only
        short of breath"; the denial itself reaches no further than these words."""
        start = max(0, mention.start - _EXCEPTED_WITHIN)
        words = [each.norm for each in self._message.tokens[start : mention.end]]
        return not _EXCEPTING.isdisjoint(words) or any(map(" ".join(words).__contains__, _NOT_ONLY))

    def _is_present(self, mention: Match[Entry], found: Counter[str]) -> bool:
        """Whether it is told of now, by its own words too: "who had it too can't breathe"."""
        return _is_now(found) or not self._norms(mention).isdisjoint(_PRESENT)

    @property
    def denies_nothing(self) -> bool:
        """Whether nothing is denied, doubted or wished for anywhere in the message."""
        return self._names.isdisjoint(("negated", "doubted", "wished", "uncertain", "hypothetical"))

    def is_answered_no(self, mention: Match[Entry]) -> bool:
        """Whether a no follows that is said of it: "getting worse by the minute: no"."""
        return mention.end in self._after.words and self._after.says_no(mention.end)

    def ends_in(self, clause: Match[Entry]) -> bool:
        """Whether a clause says that something is over now, and not that it is back."""
        own = range(clause.start, clause.end)
        names = {hit.payload.name for hit, _ in self._reaching if hit.start in own}
        return "resolved" in names and "returned" not in names

    def _evidence(self, mention: Match[Entry]) -> Counter[str]:
        """How many triggers of each category reach a mention.

        "verbal": negations by "not"; "older_here": older triggers in the mention's own clause.
        """
        found: Counter[str] = Counter()
        clause = self._layout.clause(mention.start)
        fine = mention.payload.role == ABSENT
        says_not = not fine and bool(self._norms(mention) & _VERBAL)
        for hit, mask in self._reaching:
            if fine and hit.consumed & mention.consumed:
                continue  # it says so itself: "do not have a temperature"
            if says_not and self._norms(hit) == _NO:
                continue  # "no, have not enough air"
            if mention.consumed & mask:
                name = hit.payload.name
                found[name] += 1
                found["older_past"] += name == "used_to"
                verbal = bool(self._norms(hit) & _VERBAL)
                found["verbal"] += name in ("negated", "doubted") and verbal
                here = clause == self._layout.clause(hit.start)
                found["older_here"] += name in _OLDER and here
                found["present_tense"] += name == "other" and bool(self._norms(hit) & _PRESENT)
                mine = name in _WELL and bool(self._norms(hit) & _I_AM)
                found[f"my_{name}"] += mine
        if mention.end in self._after.words:
            found["no" if self._after.says_no(mention.end) else "yes"] += 1
        elif mention.end in self._after.denied:
            found["no"] += 1
            found["denied_after"] += 1
        found["negated"] += found["denied_before"]
        found["past_tense"] += "could" in self._norms(mention)
        if found["other"]:  # "my friend can't breathe, I am fine"
            for name in _WELL:
                found[name] -= found[f"my_{name}"]
        if found["past_tense"] and self._follows_older(mention) and not _is_now(found):
            found["older_past"] += 1
            found["older_here"] += 1
        return found

    def _speaks_of_oneself(self, places: range) -> bool:
        return any(self._message.tokens[place].norm in _FIRST_PERSON for place in places)

    def _norms(self, match: Match[Entry]) -> set[str]:
        return {self._message.tokens[place].norm for place in range(match.start, match.end)}

    def _follows_older(self, mention: Match[Entry]) -> bool:
        """Whether the sentence before tells an older episode."""
        start = self._layout.sentence(mention.start).start
        return any(
            hit.payload.name in _OLDER and self._layout.sentence(hit.start).end == start
            for hit, _ in self._reaching
        )

    @cached_property
    def _others_are_nameless(self) -> bool:
        """Whether nobody else is spoken of but by "she", "he", "her" or "his"."""
        others = {hit.start for hit, _ in self._reaching if hit.payload.name == "other"}
        return (
            bool(others)
            and self._names.isdisjoint(("somebody", "proxy"))
            and all(self._message.tokens[start].norm in _PRONOUNS for start in others)
        )

    @cached_property
    def _is_proxy(self) -> bool:
        """Whether the message is written for the treated person.

        Who is only "she" or "his" was named before: one who writes so goes on about the patient.
        """
        if self._others_are_nameless:
            return True
        if "too" in self._names:
            return False
        if "proxy" in self._names:
            return True
        named = 0
        for hit, _ in self._reaching:
            if hit.payload.name in ("other", "treated", "onlooker"):
                named |= hit.consumed
        first_person = any(
            token.norm in _FIRST_PERSON and not named >> place & 1
            for place, token in enumerate(self._message.tokens)
        )
        return "treated" in self._names and not first_person


def is_always_meant(name: str) -> bool:
    """Whether it is there however it is put: "if this is my face I do not want to live"."""
    return name == SELF_HARM


def _is_now(found: Counter[str]) -> bool:
    return bool(found["now"] or found["present_tense"] or found["just_now"])


def _is_expected_in_vain(found: Counter[str]) -> bool:
    """Whether something was expected or asked about and then denied in a word: "expected puffy
    eyes, got none"."""
    return bool(found["expected"] and found["not_so"])


def _told_by_denying(well: bool, found: Counter[str], red_flag: bool) -> Assertion | None:
    """What a denial tells of all the same: "I could swallow until noon", "no wheeze yesterday,
    today yes"; of a red flag also what has to have been there ("has not fainted again"), and any
    degree of it ("the lips are not that swollen")."""
    broken = found["expected"] and found["mine"]  # "you said I would not wheeze. I do"
    if found["until"] or found["now_not" if well else "now_so"] or (broken and not well):
        return Assertion(State.PRESENT, Subject.SELF, settled=True)
    if found["until_now"] and well:
        return Assertion(State.PRESENT, Subject.SELF, settled=True)
    if not red_flag:
        return None
    if found["until_now"]:
        return Assertion(State.UNCERTAIN, Subject.SELF)
    if found["partly"] or found["partial"] or found["nearly" if well else "wished"]:
        return Assertion(State.PRESENT, Subject.SELF, settled=True)
    once = found["again"] if well else found["more"] or found["since"]
    if (once or (found["again"] and found["verbal"])) and not _is_older(found):
        return Assertion(State.PAST, Subject.SELF, recent=True, settled=True)
    return Assertion(State.UNCERTAIN, Subject.SELF) if found["before_it"] else None


def _is_absent(fine: bool, found: Counter[str]) -> bool:
    """Whether what is named is denied; a phrase of wellness is turned by "not" and "I wish"."""
    if fine:
        return not (found["verbal"] or found["wished"] or found["no"])
    if found["no"]:
        return True
    denied = found["negated"] + found["doubted"]
    return bool(denied) and not found["affirmed"] and not found["yes"]


def _is_older(found: Counter[str]) -> bool:
    """Whether an earlier episode is told."""
    if found["older_past"]:
        return not found["now"] and bool(found["older_here"] or not found["present_tense"])
    return bool(found["older_weak"]) and not _is_now(found)


def _is_over(fine: bool, found: Counter[str]) -> bool:
    if found["returned"] or fine:
        return False
    if found["resolved"] or (found["fine"] and found["past_tense"]):
        return True
    told = found["past"] or (found["past_tense"] and (found["past_time"] or found["lasted"]))
    return bool(told) and not found["now"]
