"""Answers to the bot's questions in words that no template has."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.nlu import learnt, read, read_by_lexicon, reading
from bot.nlu.classifier import Classifier
from bot.nlu.labelled import LEARNT, load_labelled
from bot.nlu.learnt import DATA, comes_down_to, learnt_reader
from bot.nlu.matching import match

from .said_in import said_in

ASKS = ("trend", "fever")
WELTS = ("hives", "oozing", "redness_extent")
LIPS = ("lip_swelling", "throat_tightness")
SCORED = sorted(Path("tests/evaluation/messages").glob("scored*.jsonl"))


@pytest.mark.parametrize(
    ("answer", "trend"),
    [
        ("much where it was, I would say", "stable"),
        ("the same picture as at breakfast", "stable"),
        ("the colour is draining out of it bit by bit", "improving"),
        ("it is crankier than it was", "worsening"),
        ("what counts as a fever", None),
        ("no temperature here", None),
    ],
)
def test_an_answer_in_other_words(answer: str, trend: str | None) -> None:
    assert read(answer, asks=ASKS).context.trend == trend


def test_it_is_heard_only_where_that_was_asked_and_the_lexicon_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "the rash looks another shade today"
    assert read_by_lexicon(said, asks=ASKS).context.trend is None
    said_in(monkeypatch, courses="stable")
    assert read(said, asks=ASKS).context.trend == "stable"
    assert read(said).context.trend is None
    assert read("the rash is getting worse", asks=ASKS).context.trend == "worsening"


@pytest.mark.parametrize(
    "said",
    [
        "it is bigger every time I look in the mirror, whole cheek in ten minutes",
        "it spreads by the minute",
        "it isn't fading, it is flooding down my neck this minute",
        "improving on the forehead but racing down my neck",
        "half my face in a quarter of an hour, no temp",
    ],
)
def test_what_grows_by_the_minute_stays_an_emergency_beside_calm_words(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said_in(monkeypatch, courses="improving")
    assert read(said, asks=ASKS).context.trend == "rapid"


def test_what_answers_nothing_tells_no_course(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, courses="worsening")
    assert read("can I talk to a person please", asks=ASKS).context.trend is None


@pytest.mark.parametrize(
    ("answer", "extent"),
    [
        ("just the bits they did", "treated_area"),
        ("only place of needle", "treated_area"),
        ("it has crept past where she stopped, down my neck", "beyond"),
        ("legs arms belly the lot", "beyond"),
    ],
)
def test_where_it_is_in_other_words(answer: str, extent: str) -> None:
    assert str(read(answer, asks=WELTS).findings["redness"].extent) == extent


def test_keys_struck_at_random_tell_nothing() -> None:
    assert not read("lkjh poiu", asks=LIPS).findings


@pytest.mark.parametrize(
    ("text", "finding", "severity"),
    [
        ("the itch has me climbing the curtains, no sleep for it", "itching", "severe"),
        ("it burns, I would give it a nine out of ten", "burning", "severe"),
        ("the merest whisper of an itch", "itching", "mild"),
        ("my cheeks itch", "itching", None),
    ],
)
def test_how_bad_a_complaint_is(text: str, finding: str, severity: str | None) -> None:
    said = read(text).findings[finding]
    assert said.severity == severity


def test_the_lexicons_degree_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, severity="severe")
    assert read("a mild itch").findings["itching"].severity == "mild"
    assert read("an itch").findings["itching"].severity == "severe"


def test_two_complaints_share_no_learnt_degree(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, severity="severe")
    found = read("itching and burning").findings
    assert {found["itching"].severity, found["burning"].severity} == {None}


def test_what_is_denied_has_no_degree(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, severity="severe")
    assert read("no itching").findings["itching"].severity is None


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("I take the pills that keep my new liver from being rejected", "immunosuppressed"),
        ("pump and sensor girl, type one since I was six", "diabetes"),
        ("I am carrying twins", "pregnancy"),
        ("one cashew and they had me in intensive care for days", "known_allergy"),
    ],
)
def test_who_is_at_risk(text: str, risk: str) -> None:
    assert not read_by_lexicon(text).context.risks
    assert read(text).context.risks == (risk,)


@pytest.mark.parametrize(
    "text",
    [
        "twenty weeks since my last session",
        "26 hours",
        "my sister is the diabetic one",
        "used my epipen ten minutes ago",
        "my face is red and tight",
    ],
)
def test_who_is_not(text: str) -> None:
    assert not read(text).context.risks


@pytest.mark.parametrize(
    ("text", "trend"),
    [
        ("my cheeks have gone all rough and they flake", None),
        ("the second my head hit the pillow I was away", None),
        ("best money I ever spent, my cheeks are pink", None),
    ],
)
def test_which_way_it_goes(text: str, trend: str | None) -> None:
    assert read(text).context.trend == trend


def test_what_creeps_on_gets_worse_if_it_does_not_race() -> None:
    creeping = read("it has crept an inch past my jaw since this morning")
    assert creeping.context.trend in ("worsening", "rapid")


def test_a_learnt_trend_takes_no_red_flag_back(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, trends="improving")
    assert read("the swelling doubled in the last ten minutes").context.trend == "rapid"


def test_another_persons_trend_is_not_the_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, trends="worsening")
    assert read("my sister's cheeks").context.trend is None
    assert read("my cheeks").context.trend == "worsening"


@pytest.mark.parametrize(
    ("text", "finding", "extent"),
    [
        ("my chest is scarlet and it was only my face you did", "redness", "beyond"),
        ("you did my forehead and I have hives on my belly and thighs", "hives", "beyond"),
        ("welts on his back too, it was his face that was done", "hives", "beyond"),
        (
            "red to the very edge of where the pen was and not a hair past it",
            "redness",
            "treated_area",
        ),
        ("my cheeks are pink", "redness", None),
    ],
)
def test_where_on_the_skin_it_is(text: str, finding: str, extent: str | None) -> None:
    assert read(text).findings[finding].extent == extent


def test_where_it_is_by_the_lexicon_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, reach="treated")
    assert read("hives all over my body").findings["hives"].extent == "all_over"
    said_in(monkeypatch, reach="beyond")
    assert read("hives only where I was treated").findings["hives"].extent == "treated_area"
    assert read("pink cheeks. nobody touched those").findings["redness"].extent == "beyond"


def test_no_trend_is_a_calm_one_less(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, trends="none")
    assert read("the itch has gone").context.trend is None
    assert read("the itch is getting worse").context.trend == "worsening"


def test_a_transplant_is_a_risk_for_life() -> None:
    assert read_by_lexicon("I had a kidney transplant in 2019").context.risks == (
        "immunosuppressed",
    )
    assert not read_by_lexicon("I was on accutane in 2019").context.risks


def test_a_denied_risk_stays_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, risks="pregnancy")
    context = read("I am not pregnant").context
    assert (context.risks, context.cleared) == ((), ("pregnancy",))


def test_a_label_without_a_limit_never_counts() -> None:
    text = "everything is good here thanks my dear"
    assert comes_down_to("replies", text, reading._seen(match(text)[0]).mean) is None


def test_without_them_the_templates_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt, "learnt_reader", lambda task: None)
    assert read("the rash looks another shade today", asks=ASKS).context.trend is None

    def broken(*_: Any) -> str:
        raise ValueError

    monkeypatch.undo()
    monkeypatch.setattr(Classifier, "read", broken)
    assert read("it is unchanged", asks=ASKS).context.trend == "stable"
    assert read("the rash looks another shade today", asks=ASKS).context.trend is None
    assert not read("no, blessed be the saints above", asks=LIPS).findings


def test_a_reader_of_another_encoder_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(learnt, "BUILD", tmp_path)
    learnt_reader.cache_clear()
    assert learnt_reader("replies") is None
    learnt_reader.cache_clear()


@pytest.mark.parametrize("task", LEARNT)
def test_every_label_has_many_texts(task: str) -> None:
    said = list(load_labelled(DATA / task, LEARNT[task]).values())
    assert {label for label in LEARNT[task] if said.count(label) < 60} == set()


@pytest.mark.parametrize("task", LEARNT)
def test_no_sentence_of_the_scored_half_is_learnt(task: str) -> None:
    learnt = {_bare(text) for text in load_labelled(DATA / task, LEARNT[task])}
    rows = (json.loads(line) for path in SCORED for line in path.read_text("utf-8").splitlines())
    scored = {
        _bare(text)
        for row in rows
        for text in (*row.get("messages", [row.get("text")]), *row.get("replies", {}).values())
        if isinstance(text, str)
    }
    assert len(scored) > 800
    assert not learnt & scored


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
