"""The domain's slots for everything that a reading can fill, from the one list of findings.

One slot per finding, its degrees, each risk and piece of context; filled `from_entity` by the
entity of the same name, which the reader gives. So a new finding in `findings.yml` has its slot.
"""

from __future__ import annotations

from typing import Any

from actions.triage import slot_names


def slots_domain() -> dict[str, Any]:
    """A Rasa domain with these entities and slots."""
    names = list(slot_names())
    return {
        "version": "3.1",
        "entities": names,
        "slots": {
            name: {"type": "any", "mappings": [{"type": "from_entity", "entity": name}]}
            for name in names
        },
    }
