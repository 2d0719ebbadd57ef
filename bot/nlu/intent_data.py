"""The messages that intents are learnt from (`intents/*.yml`).

A file says which intent its messages have; a message stands under one intent only:

    handoff:
      - "can someone ring me back"
      - "my lips tingle and I'd rather talk to a nurse"

    check_symptoms   tells how somebody is, also "is this normal?", "should I worry?"
    ask              asks the guide, and tells nothing of a sign that is there
    both             tells of a sign and asks the guide something else
    correct          takes back or changes what was said before
    answer           could only answer a question: "none of those", "about 3 hours"
    handoff          wants a person, the clinic, an appointment, a call
    chat             neither tells nor asks anything of the above
"""

from __future__ import annotations

from pathlib import Path

from actions.triage.datafile import load, problem

FOLDER = Path(__file__).with_name("intents")

#: In the order of the reader's outputs.
INTENTS = ("check_symptoms", "ask", "both", "correct", "answer", "handoff", "chat")

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_SCHEMA = {
    "type": "object",
    "properties": dict.fromkeys(INTENTS, _TEXTS),
    "additionalProperties": False,
    "minProperties": 1,
}


def load_intents(path: Path = FOLDER) -> dict[str, str]:
    """The intent of each message of a folder or file; raises `DataError` naming file and line."""
    intents: dict[str, str] = {}
    places: dict[str, str] = {}
    for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
        for intent, texts in load(file, _SCHEMA).items():
            for at, text in enumerate(texts):
                key = text.casefold()
                if key in places:
                    raise problem(
                        file,
                        (intent, at),
                        f"{text[:40]!r} stands here and under {places[key]}; keep one of them",
                    )
                places[key] = f"{intent} ({file.name})"
                intents[text] = intent
    return intents
