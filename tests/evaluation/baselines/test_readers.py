"""What other tools say, put into our words; and the process they say it in."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

from actions.triage import State, Subject
from bot.nlu.lexicon import ABSENT, Entry
from bot.nlu.matching import match

from .assertion import layers
from .child import Child, answer_lines
from .diet_data import examples, intent_of
from .readers import asserted_by, assertion, classified_by, clauses, findings_of

NOW = datetime.fromisoformat("2026-11-17T22:40:00+00:00")


class Said:
    """A child that always gives the same answer and keeps what it was asked."""

    def __init__(self, **answer: object) -> None:
        self.answer = answer
        self.asked: list[dict] = []

    def ask(self, row: dict) -> dict:
        self.asked.append(row)
        return self.answer


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ([], State.PRESENT),
        (["is_negated"], State.ABSENT),
        (["is_negated", "is_hypothetical"], State.HYPOTHETICAL),
        (["is_historical", "is_uncertain"], State.PAST),
        (["is_uncertain"], State.UNCERTAIN),
    ],
)
def test_attributes_become_a_state(attributes: list[str], state: State) -> None:
    assert assertion(Entry("finding", "hives"), attributes).state is state


def test_family_is_somebody_else() -> None:
    assert assertion(Entry("finding", "hives"), ["is_family"]).subject is Subject.OTHER


def test_a_mention_of_wellness_is_absent_until_it_is_negated() -> None:
    well = Entry("finding", "breathing_difficulty", role=ABSENT)
    assert assertion(well, []).state is State.ABSENT
    assert assertion(well, ["is_negated"]).state is State.PRESENT


def test_the_mentions_are_the_lexicons_and_the_assertion_is_not() -> None:
    child = Said(said=[["is_negated"]])
    reading = asserted_by(child)("I have hives", NOW, (), ())
    assert child.asked == [{"text": "I have hives", "spans": [(7, 12)]}]
    assert reading["findings"]["hives"]["state"] == "absent"


def test_each_clause_is_classified_and_answers_stay_ours() -> None:
    child = Said(intents=[["lip_swelling+absent", 0.9], ["hives+trend_rapid", 0.2]])
    reading = classified_by(child)("my lips are fine but welts everywhere", NOW, (), ())
    assert child.asked == [{"texts": ["my lips are fine", "but welts everywhere"]}]
    assert reading["findings"]["lip_swelling"]["state"] == "absent"
    assert reading["findings"]["hives"]["state"] == "present"
    assert reading["trend"] == "rapid"
    sure = classified_by(child, least=0.3)("my lips are fine but welts everywhere", NOW, (), ())
    assert set(sure["findings"]) == {"lip_swelling"}
    reply = classified_by(Said(intents=[["none", 0.9]]))("no", NOW, ("wheeze",), (("wheeze",),))
    assert reply["findings"]["wheeze"]["state"] == "absent"


def test_joined_intents_go_there_and_back() -> None:
    assert intent_of("numbness + lip_swelling (absent)") == "lip_swelling+numbness+absent"
    assert intent_of("none (absent)") == intent_of("none") == "none"
    assert intent_of("hives (present)") == "hives"
    assert findings_of("hives+old", (0, 3))["hives"].state is State.PAST
    assert findings_of("hives+idiom", (0, 3)) == findings_of("none", (0, 3)) == {}


def test_every_phrase_is_an_example(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text('hives:\n  - "welts: all over"\n')
    (tmp_path / "two.yml").write_text('-\n  - "none: hi"\n  - "hives (if): say: welts?"\n')
    assert list(examples(tmp_path)) == [
        {"text": "welts: all over", "intent": "hives"},
        {"text": "hi", "intent": "none"},
        {"text": "say: welts?", "intent": "hives+if"},
    ]


def test_clauses_cover_the_message() -> None:
    text = "No hives. But my lips are big, and I can't swallow"
    message, _ = match(text)
    assert [text[start:end] for start, end in clauses(message)] == [
        "No hives",
        "But my lips are big",
        "and I can't swallow",
    ]


def test_overlapping_spans_are_parted() -> None:
    assert layers([(5, 9), (0, 6), (6, 8)]) == [[1, 2], [0]]
    assert layers([]) == []


def test_a_child_answers_lines_and_its_death_is_told() -> None:
    with Child("echo", python=sys.executable, module=__name__) as child:
        assert child.ask({"said": "ä"})["back"] == "ä"
        assert child.milliseconds >= 0
        with pytest.raises(RuntimeError, match=r"evaluation-echo\.log"):
            child.ask({})


if __name__ == "__main__":
    answer_lines(lambda row: {"back": row["said"]})
