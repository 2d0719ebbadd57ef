"""How many of the texts that were once read wrongly still are, by kind of wording (`probes/`).

People who saw the reader from outside only looked for messages that it gets wrong: a red flag
without an alarm, an alarm without a red flag. What is kept here did fail when it was met. The
limits say how far reading has come since; they may only fall.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from actions.triage import Case, is_emergency
from bot.nlu import read

PROBES = Path(__file__).with_name("probes")
NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)
THE_LIST = (
    *("breathing_difficulty", "wheeze", "chest_tightness", "throat_tightness"),
    *("swallowing_difficulty", "hoarse_voice", "lip_swelling", "tongue_swelling"),
    *("mouth_swelling", "neck_swelling", "eye_swelling", "vision_change", "fainting", "dizziness"),
    *("confusion", "vomiting", "abdominal_pain", "pale_or_blue_skin", "trend_rapid"),
)


def texts(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    kinds = yaml.safe_load((PROBES / name).read_text("utf-8"))
    for text in (text for listed in kinds.values() for text in listed):
        answer = text.removeprefix("LIST|")
        yield answer, THE_LIST if answer != text else ()


def alarms(text: str, asks: tuple[str, ...]) -> bool:
    return is_emergency(Case.from_json(read(text, NOW, asks=asks).to_json(), NOW))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("first-messages-missed.yml", 0.44),
        ("conversations-missed.yml", 0.55),
        ("order-and-time-missed.yml", 0.31),
        ("look-alikes.yml", 0.03),
    ],
)
def test_no_more_red_flags_are_missed_than_that(name: str, most: float) -> None:
    every = list(texts(name))
    missed = [text for text, asks in every if not alarms(text, asks)]
    assert len(missed) <= most * len(every), missed


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("conversations-false.yml", 0.28),
        ("ordinary-false.yml", 0.59),
        ("order-and-time-false.yml", 0.67),
    ],
)
def test_no_more_false_alarms_are_raised_than_that(name: str, most: float) -> None:
    every = list(texts(name))
    false = [text for text, asks in every if alarms(text, asks)]
    assert len(false) <= most * len(every), false
