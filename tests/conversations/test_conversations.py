"""Conversations as data, held with the live servers over REST.

Each scenario in `scenarios/*.yml` is one conversation. A turn either `says` a text, `presses` a
button by its title, or `answers` every question until there is none. What a turn may expect is
listed in `patient.py` beside the check itself.
"""

from pathlib import Path

import pytest
import yaml

from .patient import Patient, check

SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")
    for path in sorted((Path(__file__).parent / "scenarios").glob("*.yml"))
    for scenario in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_conversation(scenario: dict, address: str) -> None:
    patient = Patient(address)
    for turn in scenario["turns"]:
        check(patient.take(turn), turn["expect"], scenario["name"], turn)
