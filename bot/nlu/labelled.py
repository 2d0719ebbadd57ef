"""The texts that small classifiers learn from, under the label that each has (`classifier.py`).

    handoff:
      - "can someone ring me back"
      - "my lips tingle and I'd rather talk to a nurse"

`intents/*.yml` say what a message wants:

    check_symptoms   tells how somebody is, also "is this normal?", "should I worry?"
    ask              asks the guide, and tells nothing of a sign that is there
    both             tells of a sign and asks the guide something else
    correct          takes back or changes what was said before
    answer           could only answer a question: "none of those", "about 3 hours"
    handoff          wants a person, the clinic, an appointment, a call
    chat             neither tells nor asks anything of the above

`learnt/*/*.yml` say what an answer to a question of the bot comes down to:

    courses   one of the trends of the triage that need no hurry, or `none`
    replies   to a list: deny and affirm (nothing named), unsure, some (with an exception, or a
              sign told), fine (all is well, without a no), other (no answer)
    extents   treated (nowhere else), beyond, all_over, unsure, other (nothing of where)
    conditions  to "does any of these apply to you?": none_else (beside what is named), or open
    remedies  to "have you tried anything for it?": tried, untried, unsaid

and what a clause tells:

    severity  how bad its complaint is; unsaid where it tells no degree
    trends    which way a complaint goes, or `none`
    reach     where it is: treated (nowhere else), beyond, all_over, unsaid
    risks     what makes a reaction of the patient's likelier or worse, or `none`
    moments   what its time is the time of: treated, since (the complaint), other
    recurrence  a complaint that had gone is back, or `none`
    home_care   tried (something was done for it at home), or `none`
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from actions.triage import Risk, Severity, Trend
from actions.triage.datafile import load, problem

INTENTS = ("check_symptoms", "ask", "both", "correct", "answer", "handoff", "chat")

#: Nothing of what a small reader looks for.
NONE = "none"

_TRENDS = (*(str(trend) for trend in Trend if trend is not Trend.RAPID), NONE)

#: The labels of each small reader.
LEARNT = {
    "courses": _TRENDS,
    "replies": ("deny", "affirm", "unsure", "some", "fine", "other"),
    "extents": ("treated", "beyond", "all_over", "unsure", "other"),
    "conditions": ("none_else", "open"),
    "remedies": ("tried", "untried", "unsaid"),
    "severity": (*map(str, Severity), "unsaid"),
    "trends": _TRENDS,
    "reach": ("treated", "beyond", "all_over", "unsaid"),
    "risks": (*map(str, Risk), NONE),
    "moments": ("treated", "since", "other"),
    "recurrence": ("back", NONE),
    "home_care": ("tried", NONE),
}

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}


def load_labelled(path: Path, labels: Sequence[str]) -> dict[str, str]:
    """The label of each text of a folder or file; raises `DataError` naming file and line."""
    schema = {
        "type": "object",
        "properties": dict.fromkeys(labels, _TEXTS),
        "additionalProperties": False,
        "minProperties": 1,
    }
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
        for label, texts in load(file, schema).items():
            for at, text in enumerate(texts):
                key = text.casefold()
                if key in places:
                    raise problem(
                        file,
                        (label, at),
                        f"{text[:40]!r} stands here and under {places[key]}; keep one of them",
                    )
                places[key] = f"{label} ({file.name})"
                found[text] = label
    return found
