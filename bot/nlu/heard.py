"""What the learnt readers make of an answer that no template knows (see `learnt.py`).

What may be a red flag, or a sign that was asked for, is never taken for a plain answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from actions.triage import State, findings
from actions.triage.case import FEVER_FROM_C, TREND_RAPID
from bot.nlu.answer_units import TOPICS
from bot.nlu.answers import RISKS, Answer, answer_like, leaves_doubt, takes_back
from bot.nlu.finding import SEMANTIC, Finding
from bot.nlu.learnt import comes_down_to, shares_of
from bot.nlu.lexicon import Entry
from bot.nlu.mash import is_all_mash
from bot.nlu.semantic import Seen, is_alarming
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

#: Where a red flag, or something that was asked, is this probable, no answer is taken for plain,
#: and where any finding is, no message for chat.
SUSPECT = 0.1

#: From this probability on a "no" is one whatever is beside it: "haha no, only my pride is hurt".
_SURELY = 0.97

#: A "no" with more words that has less of a no than this clears nothing: it is asked again.
_HARDLY = 0.2

#: What is asked for as a list of "do you have": a plain no means the same for each of these.
_IN_LISTS = frozenset(
    [*findings(), *RISKS, TREND_RAPID, "redness_extent", "risks", "home_care_tried"]
)

#: Beside one of these words something is named that applies.
_EXCEPTING = frozenset(
    [
        *("only", "just", "but", "apart", "except", "besides", "bar", "than", "else", "rest"),
        *("others", "although", "though", "however"),
    ]
)
_ALLERGY = "allerg"
_FURTHER_ON = frozenset(["and", "plus", "also", "with"])

#: Extents that are more than was hoped for.
_FURTHER = ("beyond", "all_over")

#: A number that may be a fever, beside the one that was read.
_HIGH = re.compile(r"\b(?:3[89]|4[0-2]|10[0-6])(?:[.,]\d)?\b")

_DENYING = frozenset(["not", "none", "nothing", "never"])

#: What an answer of a learnt label is read as.
_PLAINLY = {
    "deny": "no",
    "affirm": "yes",
    "unsure": "not sure",
    "treated": "only where I was treated",
    "beyond": "beyond the treated area",
    "all_over": "all over",
}


@dataclass(frozen=True)
class Given:
    """A message and what it is read against; `written`: before anything was put into English."""

    text: str
    message: Message
    matches: Sequence[Match[Entry]]
    now: datetime
    asks: Sequence[str]
    items: Sequence[Sequence[str]]
    written: str = ""


def plainly(given: Given, seen: Seen, found: bool) -> Answer:
    """The answer of a message that the templates do not understand and that tells of no finding;
    only where it is, beside what was `found` after all."""
    message, asks = given.message, set(given.asks)
    alarming = filter(is_alarming, findings())
    if seen.most(*alarming, TREND_RAPID) >= SUSPECT or is_all_mash(message.words):
        return Answer()
    reply = extent = None
    suspected = seen.most(*asks.intersection(findings()), TREND_RAPID) >= SUSPECT
    denied = shares_of("replies", given.text, seen.mean).get("deny", 0.0)
    breaks_off = not _EXCEPTING.isdisjoint(message.words[-1:])  # "no although"
    hedged = denied < _SURELY and leaves_doubt(given.text)
    doubt = breaks_off or hedged or takes_back(given.text)
    if asks <= _IN_LISTS and not (found or suspected or doubt):
        reply = comes_down_to("replies", given.text, seen.mean)
    if asks & TOPICS["extent"]:
        extent = comes_down_to("extents", given.text, seen.mean)
    if extent in _FURTHER:  # "no, it is past the jaw" denies nothing else ...
        reply = None
        if not _DENYING.isdisjoint(message.words):  # ... and "it hasn't gone to my neck" is asked
            extent = None
    plain = ", ".join(_PLAINLY[each] for each in (reply, extent) if each)
    return answer_like(plain, given.text, given.asks, given.items) if plain else Answer()


def with_background(given: Given, seen: Seen, risks: Collection[str], answer: Answer) -> Answer:
    """The answer with what it tells of the patient's risks and of home care, where they were asked
    and the templates do not say it. A question, doubt and what may be a red flag tell nothing."""
    alarming = filter(is_alarming, findings())
    if answer.kind in ("explain", "unsure") or "?" in given.text:
        return answer
    if seen.most(*alarming, TREND_RAPID) >= SUSPECT or is_all_mash(given.message.words):
        return answer
    told: dict[str, Any] = {}
    if "risks" in given.asks and not answer.cleared:
        told["cleared"] = _nothing_else(given, seen, risks)
    if "home_care_tried" in given.asks and not (answer.home_care_tried or answer.plain):
        heard = comes_down_to("remedies", given.text, seen.mean)
        said = {"tried": True, "untried": False}.get(heard or "")
        told["home_care_tried"] = answer.home_care_tried if said is None else said
    if not any(each not in ((), None) for each in told.values()):
        return answer
    return replace(answer, kind=answer.kind or "inform", **told)


def _nothing_else(given: Given, seen: Seen, risks: Collection[str]) -> tuple[str, ...]:
    """The risks that an answer denies beside those it names: "only the bee thing I told you".

    What "only amoxicillin" names is not known, nor all of "only pills and diabetes"; so nothing is
    denied beside it.
    """
    if comes_down_to("conditions", given.text, seen.mean) != "none_else":
        return ()
    words = given.message.words
    named = any(word in _EXCEPTING or word.startswith(_ALLERGY) for word in words)
    if named and (not risks or not _FURTHER_ON.isdisjoint(words)):
        return ()
    return tuple(risk for risk in RISKS if risk not in risks)


def may_leave_out(given: Given, seen: Seen, found: Mapping[str, Finding], answer: Answer) -> bool:
    """Whether what sounds like a "no" to a list may leave something out: "no, only when I run"."""
    denies = answer.findings and all(s.state == State.ABSENT for s in answer.findings.values())
    told = bool(answer.trend) or any(said.state is not State.ABSENT for said in found.values())
    if not denies or told or answer.plain or not _IN_LISTS.issuperset(given.asks):
        return False
    return shares_of("replies", given.text, seen.mean).get("deny", 1.0) < _HARDLY


def measured(
    text: str, temperature: float | None, found: dict[str, Finding], answer: Answer
) -> tuple[dict[str, Finding], Answer]:
    """What is found and answered without a fever that nobody names and a thermometer denies: "37.1"
    is none, nor is "my temperature is 37". A fever that is told stays."""
    said = found.get("fever")
    told = said is not None and said.state is not State.ABSENT and said.found_by != SEMANTIC
    if temperature is None or temperature >= FEVER_FROM_C or told or _HIGH.search(text):
        return found, answer
    if said is not None and said.found_by == SEMANTIC:
        found = {name: each for name, each in found.items() if name != "fever"}
    others = {name: each for name, each in answer.findings.items() if name != "fever"}
    return found, replace(answer, findings=others)
