from datetime import datetime, timezone

import pytest

from actions.interview import Interview, Item, all_items, shown, tries_key
from actions.triage import questions

NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)
ALL = ["red_flags", "treatment_time", "warning_signs", "course", "background"]

#: Slots after "no" to every item of a question.
CLEARED = {
    ask: "absent" for question in questions() if question.id == "red_flags" for ask in question.asks
}


def test_every_ask_of_every_question_is_shown_by_one_item() -> None:
    for question in questions():
        shown_asks = [ask for item in all_items()[question.id] for ask in item.asks]
        assert sorted(shown_asks) == sorted(question.asks)


def test_a_mild_finding_asks_everything_in_the_protocols_order() -> None:
    assert Interview({"redness": "present"}, NOW).questions() == ALL


def test_an_emergency_asks_nothing() -> None:
    assert Interview({"wheeze": "present"}, NOW).questions() == []


def test_urgent_needs_the_red_flags_only() -> None:
    assert Interview({"fever": "present"}, NOW).questions() == ["red_flags"]
    assert Interview({"fever": "present", **CLEARED}, NOW).questions() == []


def test_what_was_told_is_not_asked_again() -> None:
    slots = {"breathing_difficulty": "absent", "wheeze": "absent", "chest_tightness": "absent"}
    asks = [ask for item in Interview(slots, NOW).items("red_flags") for ask in item.asks]
    assert "wheeze" not in asks
    assert len(Interview(slots, NOW).items("red_flags")) == 7


def test_the_welts_extent_waits_and_comes_alone() -> None:
    slots = {"hives": "present", **CLEARED, "treated_at": ["2026-11-17T00:00:00+00:00"] * 2}
    together = Interview(slots, NOW).items("warning_signs")
    assert "hives_extent" not in [ask for item in together for ask in item.asks]
    slots |= dict.fromkeys(("oozing", "pus", "itching", "burning", "swelling"), "absent")
    slots["redness_extent"] = "treated_area"
    alone = Interview(slots, NOW).items("warning_signs")
    assert [item.asks for item in alone] == [("hives_extent",)]
    assert tries_key("warning_signs", alone) == "hives_extent"


def test_two_tries_give_up_exactly_what_stayed_open() -> None:
    slots = {"tries": {"course": 2}, "fever": "absent"}
    assert Interview(slots, NOW).given_up("course") == ["trend"]
    assert Interview({"tries": {"course": 1}}, NOW).given_up("course") == []


def test_what_was_given_up_is_not_asked_again() -> None:
    slots = {"redness": "present", "unanswered": ["treated_at"]}
    assert "treatment_time" not in Interview(slots, NOW).questions()


def test_after_a_pause_the_earlier_findings_come_first() -> None:
    slots = {"paused": True, "hives": "present", "oozing": "uncertain"}
    assert Interview(slots, NOW).questions()[0] == "earlier_findings"
    assert (
        shown(Interview(slots, NOW).items("earlier_findings")) == "hives or raised welts and oozing"
    )


@pytest.mark.parametrize(("lines", "text"), [(1, "one"), (2, "1. one\n2. two")])
def test_several_items_are_numbered(lines: int, text: str) -> None:
    assert shown([Item(("a",), "one"), Item(("b",), "two")][:lines]) == text
