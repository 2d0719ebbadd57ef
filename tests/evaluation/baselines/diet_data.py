"""Write the phrases that our reader learns from as training data for Rasa.

An intent is everything that a clause says, joined by "+": findings, and how they are meant unless
that is "present" (`lip_swelling+tongue_swelling`, `hives+absent`). Rasa's tokenizer splits it again
(`intent_tokenization_flag`), so that DIET learns what joined intents have in common.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from actions.triage.datafile import load
from bot.nlu.phrase_data import FOLDER, NONE

OUT = Path(".build/diet/data.json")
SEPARATOR = "+"


def intent_of(says: str) -> str:
    """The joined intent of `lip_swelling + numbness (absent)`, as the phrase files write it."""
    names, _, meaning = says.rstrip(")").partition(" (")
    parts = sorted(names.split(" + "))
    if meaning not in ("", "present") and parts != [NONE]:
        parts.append(meaning)
    return SEPARATOR.join(parts)


def examples(folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    """Every phrase with its intent, as Rasa's JSON format has it."""
    for path in sorted(folder.rglob("*.yml")):
        data = load(path, {})
        if isinstance(data, dict):
            said = [(says, text) for says, texts in data.items() for text in texts]
        else:
            said = [clause.split(": ", 1) for clauses in data for clause in clauses]
        yield from ({"text": text, "intent": intent_of(says)} for says, text in said)


if __name__ == "__main__":
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"rasa_nlu_data": {"common_examples": list(examples())}}), "utf-8")
