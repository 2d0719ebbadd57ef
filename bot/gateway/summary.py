"""A conversation as one page that a patient can print and take along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from actions.triage import findings, load_protocol
from bot.clinic import Clinic
from bot.gateway.results import is_result, last_told
from bot.gateway.storage import Stored

_STATES = {
    "present": "yes",
    "uncertain": "not sure",
    "absent": "no",
    "past": "over now",
}


@dataclass(frozen=True)
class Line:
    """One thing said, and when."""

    who: str
    at: str
    text: str


def summary(history: list[Stored], clinic: Clinic) -> dict[str, Any]:
    """What the page `summary.html` shows: the result that stands, with its reasons, and what was
    said. `over`: when the last one was told, if it does not stand any more."""
    zone = ZoneInfo(clinic.time_zone)
    told, results = last_told(history), [each for each in history if is_result(each)]
    result = told.body["custom"] if told else None
    who = {"patient": "You", "bot": "Bot"}  # staff go by their names
    return {
        "clinic": clinic,
        "now": _moment(datetime.now(timezone.utc).timestamp(), zone),
        "result": result,
        "headline": _headline(told) if told else "",
        "told_at": _moment(told.at, zone) if told else "",
        "over": _moment(results[-1].at, zone) if results and not told else "",
        "findings": _findings(result or {}),
        "rules": _rules(result or {}),
        "lines": [
            Line(
                who.get(each.sender) or each.body.get("name", each.sender),
                _moment(each.at, zone),
                each.body["text"],
            )
            for each in history
        ],
    }


def _headline(result: Stored) -> str:
    """The first line of the words, without the coloured sign, which not every printer knows."""
    line = str(result.body["text"]).splitlines()[0]
    return re.sub(r"^\W+", "", line)


def _findings(result: dict[str, Any]) -> list[tuple[str, str]]:
    """The findings that were spoken of, those that are there first."""
    said = result.get("findings", {})
    rows = [
        (finding.label, _described(said[finding.id]))
        for finding in findings().values()
        if finding.id in said
    ]
    return sorted(rows, key=lambda row: row[1] == "no")


def _described(said: dict[str, str]) -> str:
    words = [_STATES.get(said["state"], said["state"]), said.get("severity"), said.get("extent")]
    return ", ".join(word.replace("_", " ") for word in words if word)


def _rules(result: dict[str, Any]) -> list[tuple[str, str]]:
    held = set(result.get("rules", ()))
    return [(rule.id, rule.says) for rule in load_protocol().rules if rule.id in held]


def _moment(timestamp: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(timestamp, zone):%d %B %Y, %H:%M}"
