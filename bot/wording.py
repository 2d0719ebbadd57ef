"""The bot's words inside the dialogue process: Rasa's response templates, and `custom` beside them.

All words are in `bot/domain/responses/`, rendered with the clinic's details at `make train`. What
this adds, for clients that read it (message contract): responses said without the action server
carry `custom` too. A response names its kind in `metadata`: `{notice: <reason>}` or
`{triage: emergency}`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from actions.triage import case_from_slots
from bot.fixed_words import emergency_message

#: Channels whose clients read `custom`; all others would print it as raw JSON.
PROGRAMS = {"rest", "gateway"}

logger = logging.getLogger(__name__)


class ClinicWords(TemplatedNaturalLanguageGenerator):
    """Rasa's templated responses, with the contract's `custom` for programs."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Fill the response; see Rasa's `NaturalLanguageGenerator.generate`."""
        filled = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if filled is None:
            return None
        kind = filled.pop("metadata", None) or {}
        if "custom" not in filled and tracker.get_latest_input_channel() in PROGRAMS:
            try:
                custom = _custom(kind, tracker)
            except Exception as error:  # the words matter more than what stands beside them
                logger.error("No custom message for %s: %s", utter_action, type(error).__name__)
                custom = None
            if custom is not None:
                filled["custom"] = custom
        return filled


def _custom(kind: Mapping[str, Any], tracker: DialogueStateTracker) -> dict[str, Any] | None:
    if "notice" in kind:
        return {"type": "notice", "reason": kind["notice"]}
    if kind.get("triage") == "emergency":
        case = case_from_slots(tracker.current_slot_values(), datetime.now(timezone.utc))
        return emergency_message(case, model_version(tracker))
    return None


def model_version(tracker: DialogueStateTracker) -> str:
    """The id of the trained dialogue; Rasa notes it with the events, not with every tracker."""
    ids = (event.metadata.get("model_id") for event in reversed(tracker.events))
    return next((str(found) for found in ids if found), "unknown")
