from __future__ import annotations

import pytest

from knowledge.question import (
    LEANS_FULLY,
    LEANS_PARTLY,
    LEANS_SLIGHTLY,
    Topic,
    lean,
    parts,
    unjoined,
)


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (
            "Can I exercise and when can I shave?",
            ["can i exercise", "when can i shave?"],
        ),
        (
            "What cleanser? And what about sun cream?",
            ["what cleanser?", "and what about sun cream?"],
        ),
        (
            "is eczema a problem, does nickel matter",
            ["is eczema a problem", "does nickel matter"],
        ),
        ("what spf\nwhen makeup", ["what spf", "when makeup"]),
    ],
)
def test_several_questions_are_parts(message: str, asked: list[str]) -> None:
    assert [part for part, _ in parts(message)] == asked


@pytest.mark.parametrize(
    "message",
    [
        "can i wear mascara and eye shadow tomorrow",
        "I had it yesterday and my skin is red and is itchy, is that normal?",
        "which moisturizer or lotion is ok",
        "my lips are swelling",
        "",
    ],
)
def test_one_question_stays_whole(message: str) -> None:
    assert parts(message) == [(message.lower(), ())]


def test_a_part_knows_what_was_said_before_it() -> None:
    found = parts("My skin itches. What helps? How long will it last?")
    assert found[1] == ("how long will it last?", ("my skin itches.", "what helps?"))


def test_the_other_answer_is_no_question_of_its_own() -> None:
    assert len(parts("is it permissible, or should I wait until she is weaned?")) == 1
    assert len(parts("do I call an ambulance or do I take a tablet?")) == 2


def test_a_part_is_read_without_what_joins_it() -> None:
    assert unjoined("and do i need a patch test?") == "do i need a patch test?"


def test_too_many_questions_are_one_message() -> None:
    assert len(parts("what is it? " * 5)) == 1


MAKEUP = "when can i wear makeup?"


@pytest.mark.parametrize(
    ("question", "weight"),
    [
        ("and for how long?", LEANS_FULLY),
        ("why?", LEANS_FULLY),
        ("what about sunscreen?", LEANS_PARTLY),
        ("is that dangerous?", LEANS_PARTLY),
        ("how deep?", LEANS_PARTLY),
        ("and when it is still there next week, please?", LEANS_PARTLY),
    ],
)
def test_a_follow_up_leans_on_the_question_before(question: str, weight: float) -> None:
    assert lean(question, [MAKEUP]) == (MAKEUP, weight)


@pytest.mark.parametrize(
    "question",
    ["which cleanser should i use?", "what is anaphylaxis and who gets that when needled"],
)
def test_a_full_question_leans_only_slightly(question: str) -> None:
    assert lean(question, [MAKEUP]) == (MAKEUP, LEANS_SLIGHTLY)


def test_a_follow_up_of_a_follow_up_leans_on_what_was_named() -> None:
    assert lean("and why?", [MAKEUP, "for how long?"])[0] == MAKEUP


def test_nothing_to_lean_on() -> None:
    assert lean("and why?", []) == ("", 0.0)


def test_the_topic_fades() -> None:
    topic = Topic(["microneedling", "skin needling", "needling", "micro-needling"])
    assert topic.fade("Redness after my microneedling session") == "Redness after it"
    assert topic.fade("does skin needling hurt") == "does it hurt"
    assert topic.fade("micro needling pain") == "it pain"


def test_the_topic_alone_does_not_fade() -> None:
    assert Topic(["microneedling"]).fade("What is microneedling?") == "What is microneedling?"


def test_no_topic_no_change() -> None:
    assert Topic([]).fade("What is microneedling?") == "What is microneedling?"
