"""What people say to the bot's questions besides yes and no, as testers said it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from actions.triage import questions
from bot.nlu import read
from bot.nlu.conversation import slots_in_conversation

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=timezone.utc)
RED_FLAGS, _, WARNING_SIGNS, COURSE, BACKGROUND = (each.asks for each in questions())
SIGNS = ("hives", "oozing", "pus", "itching", "burning", "swelling", "redness_extent")
ITEMS = [
    ("breathing_difficulty", "wheeze", "chest_tightness"),
    ("throat_tightness", "swallowing_difficulty", "hoarse_voice"),
    ("lip_swelling", "tongue_swelling", "mouth_swelling", "neck_swelling"),
    ("eye_swelling", "vision_change"),
    ("fainting", "dizziness", "confusion"),
    ("vomiting", "abdominal_pain"),
    ("pale_or_blue_skin",),
    ("trend_rapid",),
]
HELD = ("present", "uncertain", "past")


def _states(text: str, asks: tuple[str, ...] = ()) -> dict[str, str]:
    return {name: str(said.state) for name, said in read(text, NOW, asks=asks).findings.items()}


def _held(text: str, asks: tuple[str, ...] = ()) -> set[str]:
    return {name for name, state in _states(text, asks).items() if state in HELD}


@pytest.mark.parametrize(
    "answer",
    [
        *("No I'm not experiencing any of these", "Haven't noticed any of these"),
        *("no signs of any of these", "wouldn't say I have any of those", "denies all"),
        *("I do not currently have any of these", "Fine on all of those, thanks"),
        *("No to all 8.", "none of the eight", "0/8", "not 1 of them", "1 to 8: none"),
        *("none, it was my first time", "no. Compared to last time it's nothing"),
        *("none. just had it done at 8 yesterday", "no, I slept well last night"),
        *("no but im worried a bit", "none of these but I'm scared", "as i said no"),
        *("none of those but I look awful", "No, I'm just a bit anxious"),
        *("no issues", "all good on that front"),
    ],
)
def test_a_no_however_it_is_put_denies_the_list(answer: str) -> None:
    reading = read(answer, NOW, asks=RED_FLAGS)
    denied = {name for name, said in reading.findings.items() if said.state == "absent"}
    assert denied == set(RED_FLAGS) - {"trend_rapid"}
    assert reading.context.trend != "rapid"


@pytest.mark.parametrize(
    ("answer", "item"),
    [
        *(("no, only 3", "lip_swelling"), ("no. only 3.", "lip_swelling")),
        *(("all but 3 no", "lip_swelling"), ("everything but 3 is no", "lip_swelling")),
        ("1 no 2 no 3 slightly 4 no 5 no 6 no 7 no 8 no", "lip_swelling"),
        ("none of these but my throat", "throat_tightness"),
        ("no but i feel faint", "fainting"),
        ("no im just tired and dizzy", "dizziness"),
    ],
)
def test_what_is_picked_from_the_list_is_there(answer: str, item: str) -> None:
    findings = read(answer, NOW, asks=RED_FLAGS, items=ITEMS).findings
    assert str(findings[item].state) in HELD


def test_a_list_gone_through_line_by_line_is_denied() -> None:
    whole = "Breathing: no. Throat: no. Lips: no. Eyes: no. Faint: no. Sick: no. Pale: no. "
    reading = read(whole + "Getting worse by the minute: no.", NOW, asks=RED_FLAGS, items=ITEMS)
    assert {str(said.state) for said in reading.findings.values()} == {"absent"}
    assert (len(reading.findings), reading.context.trend) == (18, None)
    half = read("Breathing: no. Throat: no. Lips: no.", NOW, asks=RED_FLAGS, items=ITEMS).findings
    assert "fainting" not in half


@pytest.mark.parametrize("answer", ["not now", "not today", "later", "any of these"])
def test_what_puts_off_denies_nothing(answer: str) -> None:
    assert _states(answer, RED_FLAGS) == {}


@pytest.mark.parametrize(
    ("message", "finding"),
    [
        ("no trouble breathing unless i lie down", "breathing_difficulty"),
        ("no trouble breathing except when im lying down", "breathing_difficulty"),
        ("i can breathe fine as long as i sit still", "breathing_difficulty"),
        ("breathing fine apart from at night", "breathing_difficulty"),
        ("no trouble swallowing as long as its liquid", "swallowing_difficulty"),
        ("i can see ok but only if i blink a lot", "vision_change"),
        ("no, i see perfectly well out of the right one", "vision_change"),
    ],
)
def test_a_denial_with_an_exception_tells_of_it(message: str, finding: str) -> None:
    assert finding in _held(message)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        *((each, RED_FLAGS) for each in ("what do you mean hoarse voice", "define hoarse")),
        *(
            (each, RED_FLAGS)
            for each in ("No. What is wheezing?", "why do you ask about the eyes?")
        ),
        ("wheezing? is that like a whistle?", RED_FLAGS),
        *((each, SIGNS) for each in ("what is a welt?", "whats oozing mean")),
    ],
)
def test_who_asks_what_a_word_means_has_not_told_of_it(
    question: str, asks: tuple[str, ...]
) -> None:
    reading = read(question, NOW, asks=asks)
    assert reading.act == "explain"
    assert _held(question, asks) == set()


@pytest.mark.parametrize(
    ("message", "finding"),
    [
        ("my lips are swollen, what does that mean", "lip_swelling"),
        ("Lips swollen. whats that?", "lip_swelling"),
        ("throat tight. what does that mean", "throat_tightness"),
        ("wheezing. why?", "wheeze"),
        ("what do you mean? my throat is closing", "throat_tightness"),
        ("does a fat lip count", "lip_swelling"),
        ("what is wrong with my lips they are swollen", "lip_swelling"),
    ],
)
def test_who_asks_what_their_own_sign_means_has_told_of_it(message: str, finding: str) -> None:
    assert finding in _held(message, RED_FLAGS)


def test_a_no_beside_a_question_after_a_word_counts() -> None:
    assert _states("No. What is wheezing?", RED_FLAGS)["lip_swelling"] == "absent"


@pytest.mark.parametrize(
    ("answer", "trend"),
    [
        *(("worsening: no. fever: no", "stable"), ("getting worse no, fever no", "stable")),
        *(("worse, no", "worsening"), ("worse no fever", "worsening"), ("same", "stable")),
    ],
)
def test_a_course_is_denied_only_where_the_no_is_its_own(answer: str, trend: str) -> None:
    assert read(answer, NOW, asks=COURSE).context.trend == trend


def test_the_course_is_heard_while_only_the_fever_is_asked() -> None:
    reading = read("getting better", NOW, asks=("fever",))
    assert (reading.context.trend, reading.findings) == ("improving", {})


@pytest.mark.parametrize("answer", ["37.1", "same, 37.2", "No. My temperature is 37"])
def test_a_normal_temperature_is_no_fever(answer: str) -> None:
    assert "fever" not in _held(answer, COURSE)


@pytest.mark.parametrize("answer", ["38.4 last time i looked", "fever yes 37.8", "39.2"])
def test_a_fever_that_is_measured_or_told_is_one(answer: str) -> None:
    told = "fever" in _held(answer, COURSE)
    assert told or (read(answer, NOW, asks=COURSE).times.temperature_c or 0) >= 38


@pytest.mark.parametrize(
    ("answer", "extent"),
    [
        *(("no it hasn't gone to my neck", "treated_area"), ("no it's on my neck", "beyond")),
        ("no nothing on my neck", "treated_area"),
    ],
)
def test_where_it_has_not_gone_is_not_beyond(answer: str, extent: str) -> None:
    assert str(read(answer, NOW, asks=SIGNS).findings["redness"].extent) == extent


@pytest.mark.parametrize(
    "answer", ["I take apixaban", "none, just thyroid tablets", "fit as a fiddle", "no but I smoke"]
)
def test_everyday_medicines_are_none_of_the_conditions(answer: str) -> None:
    assert {"pregnancy", "diabetes"} <= set(read(answer, NOW, asks=BACKGROUND).context.cleared)


@pytest.mark.parametrize("answer", ["I take methotrexate", "I smoke and have diabetes", "chemo"])
def test_a_condition_is_not_denied_by_what_is_beside_it(answer: str) -> None:
    assert read(answer, NOW, asks=BACKGROUND).context.risks


@pytest.mark.parametrize(
    ("answer", "tried"),
    [
        ("tried an antihistamine and it helped", False),
        ("tried ice, it did not help", True),
        ("took piriton but it has not helped", True),
    ],
)
def test_home_care_that_helped_is_no_reason_to_be_seen(answer: str, tried: bool) -> None:
    assert read(answer, NOW, asks=BACKGROUND).context.home_care_tried is tried


@pytest.mark.parametrize(
    ("message", "moved"),
    [
        *(("no change, checked an hour ago, no fever", False), ("it was 38.6 this morning", False)),
        *(("it was about the same this morning, no fever", False), ("oh no, thursday", True)),
        *(("sorry it was sunday not saturday", True), ("the needling was on monday", True)),
    ],
)
def test_only_a_time_of_the_treatment_moves_it(message: str, moved: bool) -> None:
    reading = read(message, NOW, asks=COURSE).to_json()
    assert reading["treated_at"] is not None
    known = slots_in_conversation(reading, {"treated_at": ["2026-11-20T10:00:00+00:00"] * 2})
    assert ("treated_at" in known) is moved
    assert "treated_at" in slots_in_conversation(reading, {})


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("my flatmate who also had needling yesterday cant breathe, i am fine", "present"),
        ("my friend fainted but she is fine now", "past"),
    ],
)
def test_that_oneself_is_fine_is_not_said_of_another(message: str, state: str) -> None:
    (said,) = read(message, NOW).findings.values()
    assert (str(said.subject), str(said.state)) == ("other", state)


def test_a_follow_up_question_tells_no_harmless_sign_and_hides_no_red_flag() -> None:
    assert _held("and itching?") == set()
    assert _held("and swelling of the lips?") == {"lip_swelling"}


@pytest.mark.parametrize(
    ("question", "finding"),
    [
        ("what if its just one side of my lip", "lip_swelling"),
        ("does a dry throat count as tight throat?", "throat_tightness"),
        ("what do you mean by hoarse? mine is gone", "hoarse_voice"),
        ("what's a tight chest? mine feels odd and heavy", "chest_tightness"),
    ],
)
def test_who_asks_whether_it_counts_may_have_it(question: str, finding: str) -> None:
    assert _states(question, RED_FLAGS)[finding] in ("present", "uncertain")


def test_a_question_to_the_guide_asks_of_nothing_that_is_denied_before_it() -> None:
    states = _states("no throat or lip problems. what about makeup?", RED_FLAGS)
    assert states == {"throat_tightness": "absent", "lip_swelling": "absent"}


def test_a_clock_time_speaks_of_nobody() -> None:
    (said,) = read("My daughter had microneedling at 10 am and has hives", NOW).findings.values()
    assert str(said.subject) == "self"


@pytest.mark.parametrize(
    "message",
    [
        "Possible side effects: swelling of the lips, difficulty breathing",
        "Contact us if you develop hives, oozing, difficulty breathing, swelling of lips or eyes.",
        "what if someone cant breathe after it, does that happen often",
    ],
)
def test_a_leaflet_tells_of_nobody(message: str) -> None:
    assert _held(message) == set()


@pytest.mark.parametrize(
    "message",
    [
        "I have side effects: swollen lips and trouble breathing",
        "you said call if my lips swell, they are swollen",
        "call me if you can, my lips are swollen",
        "should I call 999 if I can't breathe",
    ],
)
def test_words_of_a_leaflet_hide_no_red_flag(message: str) -> None:
    assert _held(message) & {"lip_swelling", "breathing_difficulty"}


def test_what_is_gone_beside_a_no_is_not_the_list() -> None:
    states = _states("no. slept badly but that's over, want it gone", RED_FLAGS)
    assert set(states.values()) <= {"absent"}
    assert set(_states("they are gone", RED_FLAGS).values()) == {"past"}


@pytest.mark.parametrize(
    ("message", "finding"),
    [
        *(
            ("what do you mean, my lips are swollen", "lip_swelling"),
            ("why do you keep asking, my throat is closing", "throat_tightness"),
            ("explain why my lips are swollen", "lip_swelling"),
            ("define urgent, I'm wheezing", "wheeze"),
            ("my throat is tight, what might this mean", "throat_tightness"),
        ),
        *(
            ("what's wheezing? I make a whistling noise", "wheeze"),
            ("wheezing what is that. wheezing when I lie down yes", "wheeze"),
            ("yes. what is wheezing?", "lip_swelling"),
            ("3. why do you ask?", "chest_tightness"),
        ),
        *(
            ("let me know if anyone is there, I can't breathe", "breathing_difficulty"),
            ("call me when somebody is free my eyes are swelling shut", "eye_swelling"),
            ("my side effects include swollen lips and wheezing", "lip_swelling"),
            ("possible side effects, my tongue is swollen", "tongue_swelling"),
        ),
        *(
            ("im 3, no to others", "chest_tightness"),
            ("I see black spots when I move my face", "vision_change"),
            ("never had any of these until now", "lip_swelling"),
            ("no it's on my neck", "neck_swelling"),
            ("swollen tongue: never been this bad", "tongue_swelling"),
        ),
    ],
)
def test_near_misses_of_these_rules_still_alarm(message: str, finding: str) -> None:
    assert finding in _held(message, RED_FLAGS)


@pytest.mark.parametrize(
    "answer",
    [
        *("no to everything, annoyingly 4", "I don't know any of these", "clearly not okay"),
        *("no I feel awful", "no but i'm losing my mind", "no signs at first"),
    ],
)
def test_what_is_not_surely_a_no_denies_nothing(answer: str) -> None:
    assert "absent" not in _states(answer, RED_FLAGS).values()


@pytest.mark.parametrize(
    "message",
    [
        *(
            "no breathing problems, only at my chin it's red",
            "my eyes are fine if I don't rub them",
        ),
        *("no lip swelling, just at the cheeks it's puffy", "you are not answering me"),
        *("lips fine, just when I smile the skin feels tight", "I put oxygen serum on"),
        "I can see fine with my good glasses on",
    ],
)
def test_no_new_alarms(message: str) -> None:
    alarming = {"breathing_difficulty", "lip_swelling", "eye_swelling", "vision_change", "fainting"}
    assert not alarming & _held(message)


def test_what_is_told_beside_a_question_after_a_word_is_kept() -> None:
    assert read("I'm pregnant. why do you ask?", NOW, asks=BACKGROUND).context.risks


@pytest.mark.parametrize(
    "answer",
    [
        *("None of those. That list scared me a bit", "No, none of the 8"),
        *("no, I have none of the 8 things", "None that I'm aware of"),
    ],
)
def test_what_stands_beside_a_no_picks_nothing(answer: str) -> None:
    states = _states(answer, RED_FLAGS)
    assert set(states.values()) == {"absent"}
    assert len(states) == len(RED_FLAGS) - 1


def test_a_medicine_of_every_day_is_no_home_care() -> None:
    assert read("sertraline", NOW, asks=BACKGROUND).context.home_care_tried is False


def test_a_time_put_right_beside_the_old_one_moves_it() -> None:
    reading = read("oh and it was on thursday evening, not yesterday", NOW, asks=COURSE).to_json()
    known = slots_in_conversation(reading, {"treated_at": ["2026-11-27T10:00:00+00:00"] * 2})
    assert "treated_at" in known


def test_a_sign_claimed_after_asking_for_its_word_may_be_there() -> None:
    states = _states("what's hoarse? mine's gone completely", RED_FLAGS)
    assert states["hoarse_voice"] == "uncertain"
    assert _states("what is hoarse? mine is fine", RED_FLAGS)["hoarse_voice"] == "hypothetical"
