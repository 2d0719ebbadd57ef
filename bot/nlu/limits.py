"""From which probability on the word of a learnt reader counts: `semantic.yml`, `intents.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actions.triage.datafile import load

#: Schema of one limit.
PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}


def limits_of(names: Mapping[str, Any], required: bool = False) -> dict[str, Any]:
    """Schema of an object of limits: each name with its own schema, and no other name."""
    return {
        "type": "object",
        "properties": dict(names),
        "required": list(names) if required else [],
        "additionalProperties": False,
    }


def load_limits(path: Path, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The `least` of a versioned file of limits; raises `DataError` naming file and line."""
    file = limits_of({"version": {"type": "string"}, "least": schema}, required=True)
    least: dict[str, Any] = load(path, file)["least"]
    return least
