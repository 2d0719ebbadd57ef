"""What actions say: plain text for a person, and the same for programs (message contract)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.clinic import Clinic, load_clinic

#: Channels whose clients read `custom`; all others would print it as raw JSON.
PROGRAMS = {"rest", "gateway"}


def say(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    response: str,
    custom: dict[str, Any],
    **values: Any,
) -> None:
    """Say a response of the domain with its values filled in, and `custom` where it is read."""
    if tracker.get_latest_input_channel() in PROGRAMS:
        dispatcher.utter_message(response=response, json_message=custom, **values)
    else:
        dispatcher.utter_message(response=response, **values)


def model_version(tracker: Tracker) -> str:
    """The id of the trained model that handled the latest message; Rasa notes it with events."""
    ids = (event.get("metadata", {}).get("model_id") for event in reversed(tracker.events))
    return next((str(found) for found in ids if found), "unknown")


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic that this bot speaks for."""
    return load_clinic()
