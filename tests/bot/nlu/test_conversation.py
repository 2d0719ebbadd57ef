"""What is known, and what is no longer, when the bot comes back to ask."""

import pytest

from actions.triage import slot_names
from bot.nlu.conversation import at_check_in


@pytest.mark.parametrize(
    ("slots", "then"),
    [
        ({}, {"paused": False}),
        ({"breathing_difficulty": "absent", "fever": "absent"}, {"paused": False}),
        ({"redness": "present", "redness_severity": "mild"}, {"redness": "present"}),
        ({"itching": "uncertain", "itching_severity": "severe"}, None),
        ({"redness": "present", "redness_extent": "beyond"}, None),
        ({"redness": "present", "redness_extent": "treated_area"}, {"redness": "present"}),
        ({"redness_extent": "treated_area"}, {}),
        ({"hoarse_voice": "past"}, None),
        ({"trend": "worsening", "trend_rapid": "absent"}, {}),
        ({"duration_hours": [3, 5], "temperature_c": 37.2, "fever": "absent"}, {}),
        ({"home_care_tried": False}, {}),
        ({"home_care_tried": True, "recurred": True, "treated_at": ["a", "b"]}, None),
        ({"pregnancy": "absent", "diabetes": "present", "treatment": "rf"}, None),
    ],
)
def test_what_reassured_is_forgotten_and_what_alarmed_is_kept(
    slots: dict[str, object], then: dict[str, object] | None
) -> None:
    changes = at_check_in(slots)
    after = {name: value for name, value in {**slots, **changes}.items() if value is not None}
    held = any(value in ("present", "uncertain") for value in (slots.get(n) for n in FINDINGS))
    assert after == {"paused": held, **(slots if then is None else then)}


FINDINGS = ("redness", "itching")


def test_it_touches_our_slots_alone() -> None:
    everything = dict.fromkeys(slot_names(), "absent")
    assert set(at_check_in(everything)) <= {*slot_names(), "paused"}
