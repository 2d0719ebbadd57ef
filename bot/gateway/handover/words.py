"""The words of the hand-over, from `bot/domain/responses/handover.yml`, and those it understands.

A short answer is read by its whole text: "no" is one, "no fever" is none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

import phonenumbers
import yaml

from bot.fixed_words import RENDERED_DOMAIN, rendered_responses
from bot.gateway.replies import Message
from bot.nlu.acts import classify

#: The words of a short yes or no: one that says it, and what may stand around it.
_YES = frozenset("yes yeah yep ok okay sure please send ahead right correct 👍".split())  # noqa: SIM905
_NO = frozenset("no nope not dont never rather cancel stop 👎".split())  # noqa: SIM905
_AROUND = frozenset(
    "do go id i it its keep mind need now on pass that thats thank thanks the then you is".split()  # noqa: SIM905
)
_CHANGE = re.compile(
    r"(please )?change( it| that)?( please)?|((that|it)( i)?s (not right|wrong))|wrong"
)

#: What is plainly meant for the dialogue while a way to be reached is awaited.
_FOR_DIALOGUE = frozenset([
    "ask", "both", "check_symptoms", "correct", "explain", "greet", "bye", "start_over", "handoff",
    "before_treatment", "other_procedure", "minor", "photo", "other_language",
])  # fmt: skip


def say(response: str, reason: str, **values: str) -> Message:
    """A response with its buttons and a notice beside it; `values` fill its braces."""
    message: Message = {"text": rendered_responses()[response].format(**values)}
    if _buttons().get(response):
        message["buttons"] = _buttons()[response]
    return {**message, "custom": {"type": "notice", "reason": reason}}


@cache
def _buttons() -> dict[str, list[dict[str, Any]]]:
    rendered = yaml.safe_load((RENDERED_DOMAIN / "responses" / "handover.yml").read_text("utf-8"))
    return {
        name: variants[0].get("buttons", []) for name, variants in rendered["responses"].items()
    }


@cache
def example(country: str) -> str:
    """A telephone number as one writes it in a country."""
    number = phonenumbers.example_number(country)
    assert number is not None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def answer(text: str) -> str | None:
    """`yes`, `no` or `change`, if the whole text says that.

    >>> answer("Yes please!"), answer("never mind"), answer("my face itches")
    ('yes', 'no', None)
    """
    normal = unicodedata.normalize("NFKC", text).lower().replace("’", "").replace("'", "")
    plain = re.sub(r"[\s.,!]+", " ", normal).strip()
    said = set(plain.split())
    if _CHANGE.fullmatch(plain):
        return "change"
    if said & _NO and said <= _NO | _YES | _AROUND:
        return "no"
    if said & _YES and said <= _YES | _AROUND:
        return "yes"
    return {"affirm": "yes", "deny": "no", "stop": "no"}.get(classify(text))


def wants_the_clinic(text: str) -> bool:
    """Whether a text asks for people: "call me, please"."""
    return classify(text) == "handoff"


def is_for_dialogue(text: str) -> bool:
    """Whether a text without a way to be reached asks or tells something else."""
    return "?" in text or classify(text) in _FOR_DIALOGUE
