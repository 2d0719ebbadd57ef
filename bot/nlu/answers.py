"""Short answers, read against the question just asked: "no", "just the lips", "1 and 3", "a bit".

    read_answer("none except my eyes", ["hives", "eye_swelling"])

What was asked are ask ids (see the triage protocol), shown to the patient as `items`, one group of
ids a line. The rules, each on the cautious side:

- A bare "no" clears exactly what was asked. "No" with words that nobody understands clears nothing.
- A bare "yes" or "not sure" to several things with a red flag among them makes every red flag asked
  uncertain, which the protocol treats as an emergency. To other bundles "yes" sets nothing.
- One item named with "just", "only", "none except" denies the others; without, they stay open.
- "Not any more" makes a red flag `past`, which is an emergency as well (rule E12).
- A question back sets nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from .answer_effects import ASKED_AS_SEVERE, RISKS, Said, red_flags
from .answer_reader import AnswerReader
from .answer_rows import Mentioned
from .answer_topics import degree_alone
from .answer_units import Asked, Unit, Unmeant, pattern, units_of, words_in
from .asking import speaks_of_somebody
from .finding import SEMANTIC
from .sentences import Words, words_of

__all__ = [
    "RISKS",
    "Answer",
    "Mentioned",
    "Said",
    "answer_like",
    "asked_back",
    "is_bare_answer",
    "leaves_doubt",
    "read_answer",
    "takes_back",
    "without",
]

_MAX_WORDS = 150
_SENTENCE_ENDS = frozenset(".?!;")


@dataclass(frozen=True)
class Answer:
    """An answer. `kind` is affirm, deny, unsure, inform, explain, or None: no answer at all.

    `cleared`: risks and asks that it denies; `risks`: those that it names; `plain`: a no whose
    every word is known, and that leaves nothing out.
    """

    kind: str | None = None
    findings: Mapping[str, Said] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    trend: str | None = None
    home_care_tried: bool | None = None
    plain: bool = False


def read_answer(  # noqa: PLR0913, PLR0917
    text: str,
    asks: Sequence[str],
    findings: Mapping[str, Mentioned] | None = None,
    items: Sequence[Sequence[str]] = (),
    risks: Collection[str] = (),
    times: Iterable[tuple[int, int]] = (),
    unmeant: Unmeant = MappingProxyType({}),
) -> Answer:
    """Read `text` as the answer to `asks`, shown as `items` (default: one item each).

    `findings`, `risks`, `times` (spans) and `unmeant` (spans where a finding is named in another
    sense) are what the rest of the reader found in the same message. An empty `asks` gives an empty
    answer.
    """
    if not asks:
        return Answer()
    words = words_of(text, _MAX_WORDS)
    if _asked_back(words):
        return Answer("explain")
    groups = tuple(tuple(group) for group in items if group) or tuple((ask,) for ask in asks)
    asked = Asked(tuple(asks), groups)
    own = {
        name: mention
        for name, mention in (findings or {}).items()
        if mention.subject == "self" and mention.state != "hypothetical"
    }
    spans = {
        name: mention.span
        for name, mention in own.items()
        if mention.state != "absent" or mention.found_by != SEMANTIC
    }
    every = units_of(words, asked, spans, times, unmeant)
    if doubtful := _may_count(words, every):
        return Answer("unsure", {name: Said("uncertain", words.span(0, -1)) for name in doubtful})
    units = _without_questions(every)
    reader = AnswerReader(asked, units, own, risks, words.span(0, -1) if words.spans else (0, 0))
    kind, effects = reader.read()
    says_more = own or effects.cleared or any(s.extent is None for s in effects.findings.values())
    if not says_more and (degree := degree_alone(words, asks)):
        kind = "inform"
        for name in ASKED_AS_SEVERE.intersection(asks):
            effects.say(name, "uncertain", severity=degree)
    return Answer(
        kind,
        effects.findings,
        tuple(dict.fromkeys(effects.cleared)),
        tuple(dict.fromkeys(effects.risks)),
        effects.trend,
        effects.home_care_tried,
        kind in ("deny", "inform") and reader.is_plain,
    )


def answer_like(
    plain: str, text: str, asks: Sequence[str], items: Sequence[Sequence[str]] = ()
) -> Answer:
    """Read `text` as if these plain words had been said in its place: "no" for "naw, pet lamb"."""
    words = words_of(text, _MAX_WORDS)
    answer = read_answer(plain, asks, items=items)
    span = words.span(0, -1) if words.spans else (0, 0)
    said = {name: replace(each, span=span) for name, each in answer.findings.items()}
    return replace(answer, findings=said)


def leaves_doubt(text: str) -> bool:
    """Whether a "no" with more words may mean something else: "not ok", "nope, nearly", "no wait".

    True for any word of the sections `doubtful` and `negators` ("no" itself is in neither), but not
    for a negator that ends it: "no she sure hasn't".
    """
    words = words_of(text, _MAX_WORDS).text.rstrip(" .!").split()
    plain = words_in("doubtful").isdisjoint(words) and words_in("negators").isdisjoint(words[:-1])
    return not plain


def takes_back(text: str) -> bool:
    """Whether a word takes back what was said: "nope scrap that"."""
    return not words_in("taking_back").isdisjoint(words_of(text, _MAX_WORDS).text.split())


def is_bare_answer(text: str) -> bool:
    """Whether the whole message is one answer to whatever was asked: "no", "nah, not really"."""
    said = words_of(text, _MAX_WORDS).text.rstrip(" .!?;,") + " "
    return any(_is_nothing_but(pattern(kind), said) for kind in ("deny", "affirm", "unsure"))


def is_bare_denial(text: str) -> bool:
    """Whether the whole text is a no, however it is put: "not at all", "none of it"."""
    said = words_of(text, _MAX_WORDS).text.rstrip(" .!?;,") + " "
    return bool(said.strip()) and _is_nothing_but(pattern("deny"), said)


def _is_nothing_but(answer: re.Pattern[str], said: str) -> bool:
    place = 0
    while place < len(said):
        match = answer.match(said, place)
        if match is None or match.end() == place:
            return answer.fullmatch(said) is not None
        place = match.end()
    return True


def asked_back(text: str) -> list[tuple[int, int]]:
    """Where sentences do nothing but ask what the question meant, and say nothing of oneself, with
    the one word before them that they may be about: "wheezing? is that like a whistle?"."""
    return [
        (start, end)
        for start, end in _asked_back(words_of(text, _MAX_WORDS))
        if not speaks_of_somebody(words_of(text[start:end], _MAX_WORDS))
    ]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with blanks in these places, so that all others stay where they are."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _asked_back(words: Words) -> list[tuple[int, int]]:
    found = []
    start = before = 0
    row = words.text.split()
    for at, word in enumerate([*row, "."]):
        if word not in _SENTENCE_ENDS:
            continue
        if at > start:
            if _only_asks_back(" ".join(row[start:at]) + " "):
                named = start - before == 2 and row[start - 1] == "?"
                found.append(words.span(before if named else start, at - 1))
            before = start
        start = at + 1
    return found


def _only_asks_back(sentence: str) -> bool:
    explain, filler, deny = pattern("explain"), pattern("filler"), pattern("deny")
    while (match := filler.match(sentence)) and match.end():
        sentence = sentence[match.end() :]
    denied = deny.match(sentence)  # "no, what do you mean"
    rests = {sentence, sentence[denied.end() :] if denied else sentence}
    return any(explain.fullmatch(rest) for rest in rests)


def _may_count(words: Words, units: Sequence[Unit]) -> list[str]:
    """The red flags of which a sentence asks whether they count: "does a fat lip count?"."""
    row = words.text.split()
    asking: list[str] = []
    for match in pattern("counts").finditer(words.text):
        start, end = words.index(match.start()), words.index(match.end())
        while start and row[start - 1] not in _SENTENCE_ENDS:
            start -= 1
        while end < len(row) and row[end] not in _SENTENCE_ENDS:
            end += 1
        asking += [u.value for u in units if u.kind == "item" and start <= u.first < end]
    return red_flags(dict.fromkeys(asking))


def _without_questions(units: Sequence[Unit]) -> list[Unit]:
    """The units outside questions to the bot ("no. can I shower?"), and only those that count."""
    kept: list[Unit] = []
    asking = False
    for unit in units:
        if unit.kind == "question_start":
            asking = True
        elif unit.kind == "break" and unit.value in ".?!;":
            asking = False
        if not asking and unit.kind != "filler":
            kept.append(unit)
    return kept
