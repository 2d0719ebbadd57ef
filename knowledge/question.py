"""Reading a question: its parts, what it leans on, and its text without the guide's topic.

"Can I wear makeup and which cleanser is ok?" has two parts. "And for how long?" leans on the
question before it. And since every passage of a guide on microneedling is about microneedling, the
word says nothing about which passage is meant: it is faded to "it", in questions and guide alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge.words import content_stems, normalise, tokens

MOST_CHARACTERS = 2_000
MOST_PARTS = 4

#: How much an earlier question counts (the question itself counts 1): when the question names
#: nothing of its own ("why?"), when it points back ("what about sunscreen?"), and when it does
#: neither: whoever asks on mostly stays with the subject ("2nd dose?" after one on adrenaline).
LEANS_FULLY = 0.8
LEANS_PARTLY = 0.5
LEANS_SLIGHTLY = 0.3

_SHORT = 8
_LONG = 14
_VERY_SHORT = 3

_WORD = r"(?:what|when|where|which|who|why|how|whats|what's|how's)\b"
_HELPER = r"(?:can|could|may|should|shall|must|do|does|did|will|would)(?:n't)? [a-z]"
_STATE = r"(?:is|are|am|was|were|has|have)(?:n't)? "
_SUBJECT = r"(?:i|it|my|the|this|that|these|those|there|they|you|we|he|she|people|a|an)\b"
#: Inside a sentence "is" starts a question only before a subject: not in "is red and is itchy".
_STARTS_INSIDE = rf"(?:{_WORD}|{_HELPER}|{_STATE}{_SUBJECT})"
_STARTS = rf"(?:{_WORD}|{_HELPER}|{_STATE})"
_ENDS = re.compile(r"(?<=[?!;])\s+|(?<=[^.]\.)\s+")
#: "or should I wait?" offers the other answer to the same question: no question of its own.
_ALTERNATIVE = r"or (?:should|shall|must|do) (?:i|we) (?:wait|leave|not|stop|hold|skip|postpone)\b"
_JOINTS = re.compile(
    rf"(?:[,;]?\s+(?:and|(?!{_ALTERNATIVE})or|but|also|plus)(?:\s+also)?|[,;](?!\s+{_ALTERNATIVE}))"
    rf"\s+(?={_STARTS_INSIDE})"
)
_IS_QUESTION = re.compile(rf"(?:(?:and|or|but|also|so|then|thanks|ok|please)\b[, ]*)*{_STARTS}")
_GOES_ON = re.compile(
    r"^(?:(?:thanks|ok|okay|oh|hm+|yes|no)\b[, ]*)*"
    r"(?:and|but|or|also|then|so|what about|how about)\b"
)
_POINTS_BACK = re.compile(r"\b(?:that|they|them|those|these|this|ones?|instead|there|it)\b")
_JOINER = re.compile(r"^(?:(?:and|or|but|also|plus)\b[, ]*)+")
_DETERMINER = r"(?:(?:the|a|an|my|your|this) )?"
_EVENT = r"(?: (?:treatment|session|procedure|appointment))?"


class Topic:
    """Fades the words for what the whole guide is about."""

    def __init__(self, words: Iterable[str]) -> None:
        # The longest first: "skin needling" before "needling".
        ordered = sorted({word.lower() for word in words}, key=lambda word: (-len(word), word))
        names = "|".join(re.escape(word).replace(r"\-", "[- ]?") for word in ordered)
        pattern = rf"\b{_DETERMINER}(?:{names}){_EVENT}\b"
        self._pattern = re.compile(pattern, re.IGNORECASE) if names else None

    def fade(self, text: str) -> str:
        """The text with "it" for the topic, unless nothing else would be left ("what is it?")."""
        faded = self._pattern.sub("it", text) if self._pattern else text
        return faded if _names_something(faded) else text


def parts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The questions in a message, each with what the message says before it.

    A message with fewer than two questions is one part: itself, with nothing before it.
    """
    lines = [" ".join(normalise(line).split()) for line in text[:MOST_CHARACTERS].splitlines()]
    pieces = [
        piece.strip()
        for line in lines
        for sentence in _ENDS.split(line)
        for piece in _JOINTS.split(sentence)
        if piece.strip()
    ]
    asked = [place for place, piece in enumerate(pieces) if _IS_QUESTION.match(piece)]
    if not 2 <= len(asked) <= MOST_PARTS:
        return [(" ".join(lines), ())]
    return [(pieces[place], tuple(pieces[:place])) for place in asked]


def unjoined(part: str) -> str:
    """A part without the "and" in front of it: between parts of one message it points nowhere."""
    return _JOINER.sub("", part)


def joined(question: str, earlier: str) -> str:
    """A question and the one that it leans on, as one text."""
    return f"{question} {earlier}"


def lean(question: str, history: Sequence[str]) -> tuple[str, float]:
    """The earlier question that this one leans on, and how much; ("", 0.0) if there is none.

    Every question leans a little; the search lets go where the guide clearly answers it alone.
    """
    shortened = (text[:MOST_CHARACTERS] for text in reversed(history))
    earlier = next((text for text in shortened if _names_something(text)), "")
    if not earlier:
        return "", 0.0
    if not _names_something(question):
        return earlier, LEANS_FULLY
    words = len(tokens(question))
    plain = normalise(question)
    partly = (
        (words <= _VERY_SHORT and re.match(_WORD, plain))
        or (words <= _SHORT and _POINTS_BACK.search(plain))
        or (words <= _LONG and _GOES_ON.match(plain))
    )
    return earlier, LEANS_PARTLY if partly else LEANS_SLIGHTLY


def _names_something(text: str) -> bool:
    return bool(content_stems(tokens(text)))
