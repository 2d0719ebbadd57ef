"""A yes or a no directly after what is named: "hives? no", "fever: none", "lips, tongue: not me".

Whoever answers what they have just named themselves says it of exactly that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from bot.nlu.answers import is_bare_denial
from bot.nlu.lexicon import ABSENT, Entry
from bot.nlu.semantic import is_alarming
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

_NO_WORDS = frozenset(
    ["no", "nope", "nah", "none", "negative", "neg", "nil", "zero", "never", "not"]
)
_YES_WORDS = frozenset(["yes", "yep", "yeah", "yup", "yea", "positive", "present", "definitely"])

#: What may stand beside the members of a list, and beside those of one that is a question.
_LISTING_TEXT = "and or nor any the a my of for as to in on re no regarding about"
_ASKING_TEXT = "trouble difficulty i have having you asked if is are there question can could am do"
_LISTING = frozenset(_LISTING_TEXT.split())
_ASKING = _LISTING | frozenset(_ASKING_TEXT.split())
_DENYING = _NO_WORDS | {"nothing", "neither", "nowt", "hardly", "cannot"}
_NO_MORE = frozenset(["at", "of", "so", "yet", "really", "whatsoever", "here", "and", "but"])
_WHO = frozenset(["i", "he", "she", "it", "they"])
_VERBS = frozenset(["am", "is", "are", "have", "has", "feel", "do", "does"])
_GOING_ON = frozenset(["and", "but", "only", "just", "so"])
_BEFORE_A_NO = (":", "-", "…")


class SaidAfter:
    """The answers after the mentions of one message; a mention is known by where it ends."""

    def __init__(
        self,
        message: Message,
        named: Sequence[Match[Entry]],
        courses: Sequence[Match[Entry]] = (),
    ) -> None:
        self._message = message
        self._named = named
        self._courses = courses

    def says_no(self, end: int) -> bool:
        """Whether a mention that ends there is answered by a no; its end is one of `words`."""
        return self._message.tokens[self._after_course(end)].norm in _NO_WORDS

    @cached_property
    def words(self) -> frozenset[int]:
        """Where mentions end that a yes or no answers, also behind the course that they take:
        "redness spreading: no"."""
        ends = {hit.end for hit in (*self._named, *self._courses)}
        return frozenset(end for end in ends if self._after_course(end) in self._answered)

    def _after_course(self, end: int) -> int:
        return max((hit.end for hit in self._courses if hit.start == end), default=end)

    @cached_property
    def _answered(self) -> frozenset[int]:
        """Where mentions end that a yes or no directly answers.

        Without a mark the word must end the sentence or be one of several such answers ("hives no
        oozing yes"); after a comma it must be both. Who asks back after what is no red flag may say
        more: "pus? nah that is the cream".
        """
        tokens, words = self._message.tokens, _NO_WORDS | _YES_WORDS
        every = [*self._named, *self._courses]
        named = [hit for hit in every if hit.payload.role != ABSENT]
        ends = {hit.end for hit in named}
        after = [
            end
            for end in ends
            if end < len(tokens) and tokens[end].norm in words and not self._is_tag(end)
        ]
        calm = ends - {hit.end for hit in named if _alarms(hit)}
        row = len(after) > 1 and tokens[-1].norm in words
        ticked = sum(self._is_ticked(end) for end in after) > 1
        return frozenset(
            end
            for end in after
            if row
            or (tokens[end].mark in (":", "-") and self._is_all(end))
            or (self._is_closed(end) and tokens[end].mark in ("", "?"))
            or (end in calm and tokens[end].mark == "?")
            or (ticked and self._is_ticked(end))
        )

    @cached_property
    def denied(self) -> frozenset[int]:
        """Where mentions end that a bare no after them denies, however it is put and however many
        they are: "Wheeze, hives? None of it.", "lips, tongue: not at all", "can I swallow? not
        really", "dizzy I am not"."""
        tokens, closing = self._message.tokens, self._message.closing
        denied = {hit.end for hit in self._named if self._is_turned(hit.end)}
        for start, end in self._sentences:
            number = tokens[start].sentence
            if closing[number] == "?":
                following = [t.norm for t in tokens[end:] if t.sentence == number + 1]
                asks_on = closing[min(number + 1, len(closing) - 1)] == "?"
                if not asks_on and _denies(following):
                    denied |= self._ends_in_list(start, end, _ASKING)
                continue
            marked = [at for at in range(start + 1, end) if tokens[at].mark in (*_BEFORE_A_NO, ",")]
            for place in marked[-1:]:
                if _denies([token.norm for token in tokens[place:end]]):
                    beside = _LISTING if tokens[place].mark == "," else _ASKING
                    denied |= self._ends_in_list(start, place, beside)
        return frozenset(denied)

    def _is_turned(self, end: int) -> bool:
        """Whether a statement about it ends in "not", as German puts it: "dizzy I am not"."""
        tokens = self._message.tokens[end : end + 4]
        words = tuple(token.norm for token in tokens[:3])
        closed = len(tokens) < 4 or tokens[3].mark != "" or tokens[3].norm in _GOING_ON
        statement = len(words) == 3 and words[0] in _WHO and words[1] in _VERBS
        return statement and words[2] == "not" and closed and not any(t.mark for t in tokens[:3])

    @cached_property
    def _sentences(self) -> Sequence[tuple[int, int]]:
        numbers = [token.sentence for token in self._message.tokens]
        starts = [at for at, n in enumerate(numbers) if at == 0 or n != numbers[at - 1]]
        return list(zip(starts, [*starts[1:], len(numbers)], strict=True)) if starts else []

    def _ends_in_list(self, start: int, end: int, beside: frozenset[str]) -> set[int]:
        """Where the mentions end between two places with nothing but these words beside them; none
        where there is more."""
        inside = [hit for hit in self._named if start <= hit.start and hit.end <= end]
        named = {at for hit in inside for at in range(start, end) if hit.consumed >> at & 1}
        others = {self._message.tokens[at].norm for at in range(start, end) if at not in named}
        return {hit.end for hit in inside} if others <= beside else set()

    def _is_closed(self, end: int) -> bool:
        tokens = self._message.tokens
        return end + 1 == len(tokens) or tokens[end + 1].mark != ""

    def _is_all(self, end: int) -> bool:
        """Whether the word ends there, or goes on as a no does: "fever: none at all", not "tongue:
        never been this bad"."""
        tokens = self._message.tokens
        return self._is_closed(end) or tokens[end + 1].norm in _NO_MORE

    def _is_tag(self, end: int) -> bool:
        """Whether it only asks for agreement: "my throat is closing, no?"."""
        token = self._message.tokens[end]
        return token.mark == "," and self._message.closing[token.sentence] == "?"

    def _is_ticked(self, end: int) -> bool:
        """Whether what is named at the end of a sentence is answered after a comma.

        It takes two of them: "Fainting, none. Wheeze, no." is a list gone through, "swollen, no?"
        is not.
        """
        tokens = self._message.tokens
        last = end + 1 == len(tokens) or tokens[end + 1].sentence != tokens[end].sentence
        return tokens[end].mark == "," and last


def _alarms(hit: Match[Entry]) -> bool:
    return hit.payload.kind == "finding" and is_alarming(hit.payload.name)


def _denies(words: Sequence[str]) -> bool:
    """Whether words are a no and nothing else: "not at all", "none of it"."""
    return not _DENYING.isdisjoint(words) and is_bare_denial(" ".join(words))
