"""The vocabulary of triage: findings (from `findings.yml`) and the words said about them.

A finding is something a patient notices, such as `hives`. Everything else in the project speaks
of findings by these ids and about them with these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from actions.triage.datafile import load

HERE = Path(__file__).parent
FINDINGS_FILE = HERE / "findings.yml"


class Word(str, Enum):
    """A closed list of words; each member is its own text, in JSON and in sentences too."""

    def __str__(self) -> str:
        return str(self.value)


class State(Word):
    """What is asserted about a finding; `past` is over now."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"


class Severity(Word):
    """How bad, from least to worst."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Extent(Word):
    """Where on the skin, from least to worst."""

    TREATED_AREA = "treated_area"
    BEYOND = "beyond"
    ALL_OVER = "all_over"


class Subject(Word):
    """Whose finding it is: the treated person's or somebody else's."""

    SELF = "self"
    OTHER = "other"


class Trend(Word):
    """Where the complaint is going; `rapid` is worse within minutes to hours."""

    RAPID = "rapid"
    WORSENING = "worsening"
    STABLE = "stable"
    IMPROVING = "improving"
    RESOLVED = "resolved"


class Treatment(Word):
    """Which microneedling it was: `rf` with radio frequency, `home` a roller or pen at home."""

    STANDARD = "standard"
    RF = "rf"
    HOME = "home"


class Risk(Word):
    """What about the patient makes a reaction likelier or worse."""

    IMMUNOSUPPRESSED = "immunosuppressed"
    DIABETES = "diabetes"
    PREGNANCY = "pregnancy"
    ISOTRETINOIN = "isotretinoin"
    KNOWN_ALLERGY = "known_allergy"
    ECZEMA = "eczema"
    ROSACEA = "rosacea"
    KELOID = "keloid"
    METAL_ALLERGY = "metal_allergy"


class Disposition(Word):
    """What the patient is told to do, most urgent first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    CONTACT = "contact"
    UNDETERMINED = "undetermined"
    SELF_CARE = "self_care"
    EXPECTED = "expected"


@dataclass(frozen=True)
class Finding:
    """One entry of the vocabulary; see the head of `findings.yml` for its fields."""

    id: str
    label: str
    group: str
    red_flag: bool = False
    severity: bool = False
    extent: bool = False


@lru_cache(maxsize=1)
def findings() -> Mapping[str, Finding]:
    """All findings by id, most alarming groups first; raises `DataError` for a wrong file."""
    data = load(FINDINGS_FILE, FINDINGS_FILE.with_suffix(".schema.json"))
    return MappingProxyType({id_: Finding(id_, **row) for id_, row in data["findings"].items()})
