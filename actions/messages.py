"""What actions say: plain text for a person, and the same for programs (message contract)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

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
