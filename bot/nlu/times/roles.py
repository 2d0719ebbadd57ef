"""What a time is the time of: the treatment, the complaint, something else, nothing yet.

Words near the time decide (`cues.yml`). Some phrases lean by themselves: "day 5" and "3 days after"
are told of a treatment, "for" and "since" of a complaint. A time that only stands beside a
complaint ("swollen today") says when it was seen, not when it began, so today is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .cues import FAR, Distances
from .lexemes import Lexeme

TREATMENT, LIKELY, OFFSET, ONSET = "treatment", "likely", "offset", "onset"

_TIMES = frozenset([
    "AGO", "MOMENT", "DAYN", "POST", "AFTER", "BEEN", "BEENSINCE", "WITHIN",
    "IN", "SINCE", "SINCESPAN", "DUR", "LAST", "NOW", "SPAN", "MARK",
    "LATER", "JUST", "WOKE", "ROUND",
])  # fmt: skip
_DENIALS = frozenset(["not", "isn't", "wasn't", "isnt", "wasnt"])
_STILL_NOT = frozenset(
    ["not", "no", "hasn't", "hasnt", "haven't", "havent", "isn't", "isnt", "doesn't", "doesnt"]
)
_ILL = ("onset", "complaint")
_SENTENCE_ENDS = frozenset([*".;!?"])
#: Up to so many words a time that stands alone is the answer or the news itself.
_SHORT = 4
_WEAK_REACH = 6
_HABIT_REACH = 2
_A_DAY = 24
#: A number that is only perhaps an hour ("around two") is so many words from its treatment.
_NEARBY = 5
_IT_WAS = frozenset(["it was", "was"])
#: So far on another time is looked for after a comma.
_ANOTHER_WITHIN = 9
#: Up to so many words away the treatment says when something was, not what it is compared with.
_COMPARED = 3
#: A weekday further back may as well be the next one: "my session on Friday, can I …".
_SURELY_PAST = 48
#: Hours after which a time that nothing ties to the treatment is another story.
_LONG_AGO = 90 * 24
#: And so long ago even one that is only perhaps tied to it.
_AGES_AGO = 2 * 8766
#: What may stand between a day and what is counted on it.
_LINKS = frozenset([",", "about", "just", "maybe"])
#: What may follow a length of time that stands by itself.
_ENDS = frozenset([
    *".,;!?):-–—#/", "and", "but", "so", "still", "no", "about", "though", "maybe", "like",
    "roughly", "probably", "na", "lol", "tbh", "near", "it's", "its", "it", "i", "i'm",
])  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A time and what it tells.

    `treatment`; `likely` the treatment, if no other time is; `onset` (how long ago, or for how
    long, the complaint); `offset` (how long after the treatment the complaint began); or nothing.
    `named`: whether the treatment is spoken of nearby, and not only by "it was".
    """

    lexeme: Lexeme
    kind: str | None
    named: bool = False


#: What the time at a place of the text is the time of, by the learnt reader: one of the labels
#: below, or None where it is not sure.
Learnt = Callable[[int], str | None]
_TREATED, _SINCE, _OTHER = "treated", "since", "other"


def nothing_learnt(place: int) -> None:
    """Without the learnt reader the words near a time decide alone."""


def assign(
    lexemes: Sequence[Lexeme], asked: bool, open_question: bool, learnt: Learnt = nothing_learnt
) -> list[Role]:
    """The role of every time of the message.

    `asked`: the last question was when the treatment was. `open_question`: another one was asked.
    `learnt` is asked where words near a time do not settle what it is the time of.
    """
    times = [index for index, lexeme in enumerate(lexemes) if lexeme.symbol in _TIMES]
    if not times:
        return []
    near = Distances(lexemes, times)
    roles = []
    for index in times:
        time = _Time(lexemes, index, near, asked, open_question)
        roles.append(Role(lexemes[index], _settled(time, learnt), time.is_named))
    return roles


def _settled(time: _Time, learnt: Learnt) -> str | None:
    kind = time.role()
    if kind == TREATMENT and time.is_long_ago:
        # "two years ago I was choking and the ambulance took me": "took me" may be a treatment
        return None if learnt(time.lexemes[time.index].start) == _OTHER else kind
    if kind == TREATMENT or not time.is_open:
        return kind
    if kind == LIKELY and time.is_all_of_it():
        return kind
    label = learnt(time.lexemes[time.index].start)
    if label == _TREATED and time.symbol != "DUR":  # "the same all day" lasts, whatever was learnt
        return LIKELY
    if label == _SINCE and kind == LIKELY:
        return ONSET
    return None if label == _OTHER and kind == LIKELY else kind


class _Time:
    """One time among the words of its message."""

    def __init__(
        self,
        lexemes: Sequence[Lexeme],
        index: int,
        near: Distances,
        asked: bool,
        open_question: bool,
    ) -> None:
        self.lexemes, self.index, self.near = lexemes, index, near
        self.asked, self.open_question = asked, open_question
        self.symbol = lexemes[index].symbol
        self.treatment = near.to(index, "treatment", owned=True)
        weak = near.to(index, "weak_treatment", owned=True) + 2
        self.treated = min(self.treatment, weak if weak <= _WEAK_REACH else FAR)
        self.onset = near.to(index, "onset")
        self.complaint = near.to(index, "complaint")
        self.other = near.to(index, "other_event")
        self.planned = near.to(index, "future", "advice")
        habit = near.to(index, "habit")
        if habit <= _HABIT_REACH:
            self.planned = min(self.planned, habit)

    def role(self) -> str | None:
        if self._denied() or self._only_planned():
            return None
        if self.symbol in ("DAYN", "POST"):
            return self._counted_from_treatment()
        if self.symbol in ("AFTER", "IN"):
            return self._after_a_while()
        if self.symbol in ("BEEN", "BEENSINCE", "NOW"):
            return self._been()
        if self.symbol in ("SINCE", "SINCESPAN", "DUR", "LAST"):
            return self._lasting()
        if self.symbol == "WITHIN":
            return ONSET if min(self.onset, self.complaint + 2) < self.treated else TREATMENT
        if self.symbol == "WOKE":
            return ONSET
        if self.symbol == "JUST":
            return ONSET if self.onset <= 3 else TREATMENT if self.treated < 8 else None
        if self.symbol == "ROUND":
            return TREATMENT if self.treated <= _NEARBY and not self.asked else None
        if self.symbol in ("SPAN", "MARK", "LATER"):
            return self._bare()
        return self._moment()

    @property
    def is_named(self) -> bool:
        """Whether the treatment is spoken of near this time; "it was the same" speaks of none."""
        return any(
            self.near.to(self.index, kind, owned=True, but=_IT_WAS) < FAR
            for kind in ("treatment", "weak_treatment")
        )

    @property
    def is_open(self) -> bool:
        """Whether it may be the time of a treatment, for all that the words near it say."""
        if self.symbol == "ROUND" and self.open_question:
            return False  # "no, only 3" picks from a list
        return not (self.is_long_ago or self._denied() or self._only_planned())

    @property
    def is_long_ago(self) -> bool:
        """Whether it is so far back that only the treatment named beside it makes it one's time."""
        return self.lexemes[self.index].high > _LONG_AGO

    def _denied(self) -> bool:
        """Not yesterday."""
        return self.index > 0 and self.lexemes[self.index - 1].symbol in _DENIALS

    def _only_planned(self) -> bool:
        """Can I swim after 2 days, it is booked for Friday: nothing that has happened.

        "Ago" is always past, and a question that speaks of a complaint is about a real one.
        """
        if self.symbol in ("AGO", "WOKE", "SINCE", "SINCESPAN") or self.planned >= min(
            FAR, self.onset + 4
        ):
            return False
        asked_before = self.near.before(self.index, ("future", "advice"), FAR - 1)
        nearest = self.planned < min(self.treated, self.onset)
        if self.symbol == "MOMENT" and asked_before and nearest and self.planned <= _NEARBY:
            return True  # "it is pink, can I go out Friday"
        certain = self.lexemes[self.index].high <= _SURELY_PAST or self.near.mentions(
            "weak_treatment"
        )
        told = self.treated <= self.planned and not asked_before
        if self.symbol == "MOMENT" and certain and told:
            return False  # "yesterday at 2 they did my face, can I swim?"
        if self.symbol in ("MARK", "POST", "LATER", "DAYN") and self.planned > 3:
            return False
        return self.planned <= 1 or min(self.onset, self.complaint) >= FAR - 3

    def _still_not(self) -> bool:
        before = self.lexemes[max(0, self.index - 6) : self.index]
        return any(lexeme.symbol in _STILL_NOT for lexeme in before)

    def _counted_from_treatment(self) -> str | None:
        """Day 5; 3 days after the session; but "3 days since it started"."""
        near, index = self.near, self.index
        if near.before(index, ["comparison"], 2):
            return None  # "burns exactly like it did on day 1"
        if self.symbol == "DAYN":
            if near.before(index, ["onset"], 2):
                return None  # "it started on day 2"
            if near.after(index, ["onset"], 9) and "since" in self._next(4):
                return ONSET
        else:
            if near.after(index, ["onset"], 3) and self.treatment > 3:
                return ONSET
            if self._is_counted_on(index, self._dated_before()):
                return OFFSET  # "Sunday, about an hour after you did me, I keeled over"
            dated = [each.symbol for each in self.lexemes[max(0, index - 2) : index]]
            if near.before(index, ["onset"], 2) or near.after(index, ["onset"], 6):
                return OFFSET
            short = self.lexemes[index].high < _A_DAY
            if short and dated == ["MOMENT", ","] and near.before(index, _ILL, FAR - 1):
                return OFFSET  # "swollen Sunday night, a few hours after the session"
        return TREATMENT if self.treatment < FAR or self.other > 2 else None

    def _dated_before(self) -> Lexeme | None:
        """The day that is told right before this length of time."""
        for lexeme in reversed(self.lexemes[: self.index]):
            if lexeme.symbol not in _LINKS:
                return lexeme if lexeme.symbol == "MOMENT" else None
        return None

    def _counted_from(self) -> bool:
        """Whether right after this day the time since the treatment is told, which does not reach
        back to it, and no complaint before, which began on that day."""
        if self.near.before(self.index, _ILL, FAR - 1):
            return False
        for place in range(self.index + 1, len(self.lexemes)):
            if self.lexemes[place].symbol not in _LINKS:
                return self._is_counted_on(place, self.lexemes[self.index])
        return False

    def _is_counted_on(self, place: int, day: Lexeme | None) -> bool:
        """Whether the length of time at a place tells how long after the treatment, on that day,
        something came; "two hours after dinner" does not."""
        span = self.lexemes[place]
        if day is None or span.symbol != "POST" or span.high >= _A_DAY or day.low <= span.high + 1:
            return False
        return self.near.after(place, ["treatment", "weak_treatment"], _NEARBY)

    def _after_a_while(self) -> str | None:
        """Still red after 3 days; not gone in 4 days; but "gone after 2 days"."""
        if self._still_not():
            return TREATMENT if self.symbol == "AFTER" else ONSET
        if self.symbol == "IN" or self.lexemes[self.index].unit < 1:
            return None  # "it goes after 10 minutes"
        ill = min(self.onset, self.complaint) < FAR
        return TREATMENT if ill and self.other > 4 and self.onset > 4 else None

    def _next(self, count: int) -> list[str]:
        return [each.symbol for each in self.lexemes[self.index + 1 : self.index + 1 + count]]

    def _been(self) -> str | None:
        """It's been 4 days (since my session | since it started | of itching)."""
        after, index = self.near.after, self.index
        if after(index, ["treatment", "weak_treatment"], 4) and not after(index, ["onset"], 2):
            return TREATMENT
        if after(index, ["onset"], 3) or after(index, ["complaint"], 2):
            return ONSET
        if self.symbol == "BEENSINCE" and after(index, ["other_event"], 4):
            return None
        if self.asked or self.symbol == "BEENSINCE" or self.treatment <= 4:
            return TREATMENT
        if self.lexemes[index].high > _LONG_AGO:
            return None  # "on insulin for 15 years now"
        if self.open_question or (self.symbol == "NOW" and self.near.before(index, _ILL, 2)):
            return ONSET
        return LIKELY if self.near.before(index, _ILL, FAR - 1) else TREATMENT

    def _lasting(self) -> str | None:
        """For 4 days, since Tuesday: the complaint, unless only the treatment is spoken of."""
        ill = min(self.onset, self.complaint)
        reach = {"SINCE": 3, "SINCESPAN": 5}.get(self.symbol, -1)
        if self._next(1) == ["when"]:
            reach += 2
        if not self._begins_another() and (
            self.near.after(self.index, ["treatment"], reach)
            or (self.symbol == "SINCE" and self.near.after(self.index, ["weak_treatment"], 2))
        ):
            return TREATMENT
        if self.symbol == "SINCESPAN" and self.near.before(self.index, ["treatment"], 0):
            return TREATMENT  # "I did the needling since 20 hours"
        other = min(self.other, self.planned)
        if other <= 2 and ill > other + 2:
            return None
        if self.asked and ill >= FAR:
            return TREATMENT
        if self.treatment <= 3 and ill > self.treatment + 6:
            return TREATMENT if self.symbol == "SINCE" else None
        return ONSET

    def _begins_another(self) -> bool:
        """Whether a comma follows, and a time of its own after it: "red since this morning,
        needling was 5 days ago"."""
        if self._next(1) != [","]:
            return False
        return any(symbol in _TIMES for symbol in self._next(_ANOTHER_WITHIN))

    def _bare(self) -> str | None:
        """3 days: an answer; "swollen, 30 hours": told of the treatment, as the later reading."""
        if self.asked:
            return ONSET if self.onset < self.treated else TREATMENT
        if self.treated <= 3 and self.treated < self.onset:
            return TREATMENT
        if self.other <= 1 and self.open_question:
            return None  # "14 weeks pregnant"
        if self.open_question or self._next(1) == ["of"]:
            return ONSET
        ends = not self._next(1) or self._next(1)[0] in _ENDS
        span = self.lexemes[self.index]
        if span.high > _LONG_AGO:
            return None
        if span.low < span.high and self.near.before(self.index, ["complaint"], 0):
            return ONSET  # "swollen more than 3 days"
        planned = self.near.before(self.index, ("future", "advice"), FAR - 1)
        if self.symbol == "SPAN" and not (ends and span.unit >= 1 and not planned):
            return None
        return None if self.other <= 1 and not self._is_set_off(",") else LIKELY

    def _is_one_of_many(self) -> bool:
        return sum(lexeme.symbol in _TIMES for lexeme in self.lexemes) > 1

    def _stands_alone(self) -> bool:
        """Half three yesterday, went for a run after: a time that is a sentence of its own, and an
        exact one between commas, is the news that everything else is told of."""
        time = self.lexemes[self.index]
        return self._is_set_off() or (self._is_set_off(",") and time.low == time.high)

    def is_all_of_it(self) -> bool:
        """Whether nothing else is said between the marks around it: "Four hours in.", ", 45h."."""
        return len(self.lexemes) > 1 and self._is_set_off(",")

    def _is_set_off(self, *marks: str) -> bool:
        """Whether marks are around it: of a sentence, or these before and a comma after."""
        before, after = self.index - 1, self._next(1)
        while before >= 0 and self.lexemes[before].symbol in _LINKS - {","}:
            before -= 1
        begins = before < 0 or self.lexemes[before].symbol in _SENTENCE_ENDS.union(marks)
        return begins and (not after or after[0] == "," or after[0] in _SENTENCE_ENDS)

    def _moment(self) -> str | None:
        """3 days ago, yesterday, on Friday."""
        lexeme = self.lexemes[self.index]
        if lexeme.high > _AGES_AGO and self.treatment > _COMPARED and self._is_one_of_many():
            return None  # "Derek had his stroke in 2020. I am dry since Monday"
        if self._counted_from():
            return TREATMENT
        if self.near.before(self.index, ["comparison"], 2) and self.treated > _COMPARED:
            return None
        if self.other < min(self.treated, self.onset, 6) or self.other <= min(1, self.treated):
            return None
        if self.onset < min(self.treated, FAR):
            return ONSET
        if self.treated < FAR and self.treated <= self.complaint + 4:
            return TREATMENT
        if self.asked:
            return TREATMENT
        if lexeme.high > _LONG_AGO:
            return None
        if self._stands_alone() or (self.symbol == "AGO" and self.complaint >= 3):
            return LIKELY
        if self.complaint < FAR:
            return None if lexeme.low == 0 else ONSET
        if len(self.lexemes) > _SHORT:
            told = self.near.mentions("treatment") or self.near.mentions("weak_treatment")
            return LIKELY if told else None
        return ONSET if self.open_question else TREATMENT
