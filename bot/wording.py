"""The bot's words inside the dialogue process: Rasa's response templates, and `custom` beside them.

All words are in `bot/domain/responses/`, rendered with the clinic's details at `make train`. What
this adds, for clients that read it (message contract): responses said without the action server
carry `custom` too. A response names its kind in `metadata`: `{notice: <reason>}` or
`{triage: emergency}`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from actions.triage import Case, assess, case_from_slots, is_emergency, triage_message
from bot.nlu import read

#: Channels whose clients read `custom`; all others would print it as raw JSON.
PROGRAMS = {"rest", "gateway"}

logger = logging.getLogger(__name__)

RENDERED_DOMAIN = Path(".build/domain")
INDEX = Path(".build/index")


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


def emergency_message(case: Case, model: str) -> dict[str, Any]:
    """The `triage` message of an emergency.

    It says `emergency` whatever `case` holds by now: an advice once given is not taken back, and
    another person's emergency fills no slot. `model`: the id of the trained dialogue.
    """
    versions = {"guide": guide_version(), "model": model}
    message = triage_message(assess(case), case, versions=versions)
    if message["disposition"] != "emergency":
        told = {"disposition": "emergency", "advice": "call_emergency", "rules": [], "missing": []}
        message = {**message, **told}
    return message


def model_version(tracker: DialogueStateTracker) -> str:
    """The id of the trained dialogue; Rasa notes it with the events, not with every tracker."""
    ids = (event.metadata.get("model_id") for event in reversed(tracker.events))
    return next((str(found) for found in ids if found), "unknown")


def guide_version(index: Path = INDEX) -> str:
    """The documents of the index with their versions, or "unknown": no advice waits for it."""
    try:
        documents = json.loads((index / "manifest.json").read_text("utf-8"))["documents"]
        return ", ".join(f"{document['slug']} {document['version']}" for document in documents)
    except (OSError, ValueError, LookupError, TypeError):
        return "unknown"


@lru_cache(maxsize=1)
def _rendered_responses() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(RENDERED_DOMAIN.rglob("*.yml")):
        responses = (yaml.safe_load(path.read_text("utf-8")) or {}).get("responses") or {}
        texts.update({name: variants[0]["text"] for name, variants in responses.items()})
    return texts


def words_without_dialogue(text: str) -> dict[str, Any]:
    """`text` and `custom` for a message on which the dialogue failed; a red flag is advised."""
    custom: dict[str, Any] = {"type": "notice", "reason": "unavailable"}
    response = "utter_unavailable"
    try:
        case = Case.from_json(read(text).to_json())
        if is_emergency(case):
            own_words = "self_harm_thoughts" in case.present()
            response = "utter_self_harm" if own_words else "utter_emergency"
            custom = emergency_message(case, "unknown")
    except Exception as error:  # reading itself failed: the apology names the red flags
        logger.error("A message could not be read: %s", type(error).__name__)
    return {"text": _rendered_responses()[response], "custom": custom}
