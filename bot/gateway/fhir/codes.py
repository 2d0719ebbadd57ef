"""How things are coded: by our own words, and by SNOMED CT where that means the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.triage.datafile import load

Json = dict[str, Any]

#: Names of ours, of code systems and identifiers; nobody else gives them out.
OURS = "urn:microneedling-care-bot"

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

#: What is said of a finding, in words.
STATES = {
    "present": "yes",
    "uncertain": "not sure, counted as yes",
    "absent": "no",
    "past": "over now, but since the treatment or in the last 72 hours",
}
EXTENTS = {
    "treated_area": "only the treated area",
    "beyond": "beyond the treated area",
    "all_over": "all over",
}


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, Any]:
    path = Path(__file__).with_name("codes.yml")
    codes: Mapping[str, Any] = load(path, path.with_suffix(".schema.json"))
    return codes


def coding(kind: str, code: str, display: str) -> Json:
    """A coding of ours: `kind` names the list that `code` is of."""
    return {"system": f"{OURS}:{kind}", "code": code, "display": display}


def concept(kind: str, code: str, display: str) -> Json:
    """A CodeableConcept: our coding, and SNOMED's where there is one."""
    known = _codes()["snomed"].get(code)
    also = [{"system": SNOMED, **known}] if known else []
    return {"coding": [coding(kind, code, display), *also], "text": display}


def words_only(text: str) -> Json:
    """A CodeableConcept without a code."""
    return {"text": text}


def priority(disposition: str | None) -> str:
    """How urgent a request is; without a result as with an undetermined one."""
    found: str = _codes()["priority"][disposition or "undetermined"]
    return found
