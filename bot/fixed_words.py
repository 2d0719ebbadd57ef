"""The bot's fixed words without Rasa: for whoever must speak when the dialogue cannot.

All words are in `bot/domain/responses/`, rendered with the clinic's details at `make train`. Used
by the dialogue's REST channel, by the gateway, and by `bot.wording`. Runs in both environments.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions.triage import Case, assess, is_emergency, triage_message
from bot.nlu import read

logger = logging.getLogger(__name__)

RENDERED_DOMAIN = Path(".build/domain")
INDEX = Path(".build/index")


SELF_HARM = "self_harm_thoughts"


@lru_cache(maxsize=1)
def rendered_responses() -> dict[str, str]:
    """The first variant of every response, by its name."""
    texts: dict[str, str] = {}
    for path in sorted(RENDERED_DOMAIN.rglob("*.yml")):
        responses = (yaml.safe_load(path.read_text("utf-8")) or {}).get("responses") or {}
        texts.update({name: variants[0]["text"] for name, variants in responses.items()})
    return texts


def notice(response: str, reason: str) -> dict[str, Any]:
    """`text` and `custom` of a response that needs no values filled in."""
    return {
        "text": rendered_responses()[response],
        "custom": {"type": "notice", "reason": reason},
    }


def advice_for_case(case: Case) -> str:
    """The response to a case that is an emergency: who thinks of self-harm gets the help line, and
    with a red flag of the body beside it the emergency advice too."""
    if SELF_HARM not in case.present():
        return "utter_emergency"
    body = {name: said for name, said in case.findings.items() if name != SELF_HARM}
    both = is_emergency(replace(case, findings=body))
    return "utter_self_harm_and_emergency" if both else "utter_self_harm"


def emergency_words(case: Case, told_before: bool = False) -> dict[str, Any]:
    """`text` and `custom` of the emergency advice for a case; shorter if it was told before."""
    response = advice_for_case(case)
    if told_before and response == "utter_emergency":
        response = "utter_emergency_stays"
    return {"text": rendered_responses()[response], "custom": emergency_message(case, "unknown")}


def words_without_dialogue(text: str) -> dict[str, Any]:
    """`text` and `custom` for a message on which the dialogue failed; a red flag is advised."""
    try:
        case = Case.from_json(read(text).to_json())
        if is_emergency(case):
            return emergency_words(case)
    except Exception as error:  # reading itself failed: the apology names the red flags
        logger.error("A message could not be read: %s", type(error).__name__)
    return notice("utter_unavailable", "unavailable")


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


def guide_version(index: Path = INDEX) -> str:
    """The documents of the index with their versions, or "unknown": no advice waits for it."""
    try:
        documents = json.loads((index / "manifest.json").read_text("utf-8"))["documents"]
        return ", ".join(f"{document['slug']} {document['version']}" for document in documents)
    except (OSError, ValueError, LookupError, TypeError):
        return "unknown"
