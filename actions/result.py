"""Assess what is known of a patient and tell them how urgent it is.

The protocol decides (`actions.triage`); this only finds the words: the response of the
disposition, the findings that led to it, the guide's passages behind it, and who can be reached at
this moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import quoted, searcher
from actions.messages import clinic, model_version, say
from actions.triage import (
    Case,
    Disposition,
    Result,
    Risk,
    State,
    Trend,
    assess,
    case_from_slots,
    findings,
    load_protocol,
    triage_message,
)
from bot.clinic import open_now
from knowledge import Passage, Searcher

#: The guide's facts (`[S n]`) that a result shows where its rules rest on none.
PASSAGES = {
    "urgent": ("S27",),
    "contact": ("S27", "S28"),
    "next_appointment": ("S26",),
    "undetermined": ("S27",),
    "self_care": ("S23", "S24"),
    "expected": ("S11",),
}

#: At most so many passages of the rules are shown.
MOST_PASSAGES = 2

#: How the result names what may make a reaction worse.
RISKS = {
    Risk.IMMUNOSUPPRESSED: "a weak immune system",
    Risk.DIABETES: "diabetes",
    Risk.PREGNANCY: "pregnancy",
    Risk.ISOTRETINOIN: "isotretinoin",
    Risk.KNOWN_ALLERGY: "an earlier severe allergic reaction",
    Risk.ECZEMA: "eczema",
    Risk.ROSACEA: "rosacea",
    Risk.KELOID: "keloids",
    Risk.METAL_ALLERGY: "a metal allergy",
}

#: The guide's own words on when not to wait; with every result (triage protocol, "Defaults").
SAFETY_NET = "S13"

#: "S12e" is letter e of fact S12.
_LETTER = re.compile(r"(?<=\d)[a-z]$")


def tell(
    slots: Mapping[str, Any],
    now: datetime,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
) -> list[dict[str, Any]]:
    """Tell the result; the slots returned keep it and let the next check begin with fresh tries."""
    case = case_from_slots(slots, now)
    result = assess(case)
    wording = "next_appointment" if "C3" in result.rules else result.disposition
    emergency = result.disposition is Disposition.EMERGENCY  # the dialogue's own policy was first
    guide = searcher()  # one index for the whole result
    passages = [] if emergency else _behind(guide, result, wording)
    safety_net = [] if emergency else _passages(guide, (SAFETY_NET,))
    message = triage_message(
        result,
        case,
        citations=[passage.citation() for passage in (*passages, *safety_net)],
        versions={**guide.versions(), "model": model_version(tracker)},
    )
    say(
        dispatcher,
        tracker,
        "utter_emergency" if emergency else f"utter_result_{wording}",
        message,
        reasons=reasons(case, result),
        open_now=open_now(clinic(), now).sentence,
        passages="\n".join(quoted(passage) for passage in passages),
        safety_net="\n".join(quoted(passage) for passage in safety_net),
        fine_print=fine_print(result),
    )
    return [
        SlotSet("requested_slot", None),
        SlotSet("disposition", result.disposition),
        SlotSet("tries", None),
        SlotSet("unanswered", None),
    ]


def reasons(case: Case, result: Result) -> str:
    """What the result rests on: the findings told, what is not certain, the course, the time and
    what makes a reaction worse."""
    held = [(findings()[name].label, case.findings[name].state) for name in case.present()]
    told = [label for label, state in held if state is State.PRESENT]
    unsure = [label for label, state in held if state is State.UNCERTAIN]
    sentences = [f"You told me about {', '.join(told)}."] if told else []
    if unsure:
        sentences.append(f"You were not sure about {', '.join(unsure)}.")
    if not held:
        sentences.append(
            "I recognised no complaint in what you wrote; if there is one, please put it in other "
            "words."
        )
    if case.trend is Trend.WORSENING:
        sentences.append("It is getting worse.")
    if case.hours_late is not None:
        sentences.append(f"The treatment was about {_ago(case.hours_late)} ago.")
    if case.risks:
        known = ", ".join(RISKS[risk] for risk in Risk if risk in case.risks)
        sentences.append(f"You also told me about: {known}.")
    return " ".join(sentences)


def fine_print(result: Result) -> str:
    """Which protocol spoke, whether a clinician has signed it, and what this is not."""
    signed = "signed" if result.signed else "a draft, not signed by a clinician"
    return (
        f"(Protocol version {result.protocol_version}, {signed}; rules {', '.join(result.rules)}. "
        "This informs you; it is not a diagnosis.)"
    )


def _ago(hours: float) -> str:
    count, unit = (round(hours), "hour") if hours <= 72 else (round(hours / 24), "day")
    return f"{max(count, 1)} {unit}{'s' if count > 1 else ''}"


def _behind(guide: Searcher, result: Result, wording: str) -> list[Passage]:
    """The guide's words that the rules of a result rest on, without what every result shows."""
    rules = {rule.id: rule.source for rule in load_protocol().rules}
    facts = [_LETTER.sub("", fact) for rule in result.rules for fact in rules.get(rule, ())]
    own = _passages(guide, tuple(fact for fact in facts if fact != SAFETY_NET))
    return own[:MOST_PASSAGES] or _passages(guide, PASSAGES[wording])


def _passages(guide: Searcher, facts: tuple[str, ...]) -> list[Passage]:
    found = [passage for fact in facts if (passage := guide.passage_of_fact(fact))]
    return list({passage.id: passage for passage in found}.values())
