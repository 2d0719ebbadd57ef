"""Assess what is known of a patient and tell them how urgent it is.

The protocol decides (`actions.triage`); this only finds the words: the response of the
disposition, the findings that led to it, the guide's passages behind it, and who can be reached at
this moment.
"""

from __future__ import annotations

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
    assess,
    case_from_slots,
    findings,
    triage_message,
)
from bot.clinic import open_now
from knowledge import Passage, Searcher

#: The guide's facts that a result shows beside its own words (numbers of the guide, `[S n]`).
PASSAGES = {
    "urgent": ("S12",),
    "contact": ("S12", "S26"),
    "next_appointment": ("S26",),
    "undetermined": ("S27",),
    "self_care": ("S23", "S24"),
    "expected": ("S11",),
}

#: The guide's own words on when not to wait; with every result (triage protocol, "Defaults").
SAFETY_NET = "S13"


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
    passages = [] if emergency else _passages(guide, PASSAGES[wording])
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
    """What the result rests on, in one sentence: the findings told and the rules' own labels."""
    told = [findings()[name].label for name in case.present()]
    sentence = f"You told me about {', '.join(told)}." if told else "You told me of no complaint."
    if case.hours_late is not None:
        sentence += f" The treatment was about {_ago(case.hours_late)} ago."
    return sentence


def fine_print(result: Result) -> str:
    """Which protocol spoke, whether a clinician has signed it, and what this is not."""
    signed = "signed" if result.signed else "a draft, not signed by a clinician"
    return (
        f"(Protocol version {result.protocol_version}, {signed}; rules {', '.join(result.rules)}. "
        "This informs you; it is not a diagnosis.)"
    )


def _ago(hours: float) -> str:
    if hours <= 72:
        return f"{round(hours)} hours"
    return f"{round(hours / 24)} days"


def _passages(guide: Searcher, facts: tuple[str, ...]) -> list[Passage]:
    return [passage for fact in facts if (passage := guide.passage_of_fact(fact))]
