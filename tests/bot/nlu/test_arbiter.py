"""The arbiter overrules the readers where it is sure that they err, and nowhere else."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actions.triage import Case, Trend, findings, is_emergency
from actions.triage.case import TREND_RAPID
from actions.triage.datafile import DataError
from bot.nlu import arbiter, mentions, pace, read
from bot.nlu.arbiter import (
    NOTHING,
    OTHER,
    WORDS,
    Arbiter,
    Report,
    candidates,
    evidence,
    overruled,
    verdict,
)
from bot.nlu.context import Context
from bot.nlu.finding import Finding
from bot.nlu.matching import match
from bot.nlu.phrase_data import label_names, load_messages
from bot.nlu.semantic import semantic_reader
from knowledge.encoder import Vectors

DATA = Path("bot/nlu/arbiter")


def _shares(**known: float) -> dict[str, float]:
    left = (1 - sum(known.values())) / (len(WORDS) - len(known))
    return {word: known.get(word, left) for word in WORDS}


def _wrong(cases: list[dict[str, Any]]) -> int:
    """How many findings are missing, too many or in another state."""
    wrong = 0
    for case in cases:
        told = {(name, said["state"]) for name, said in case["findings"].items()}
        wrong += len(told ^ {(name, str(said.state)) for name, said in _read(case).items()})
    return wrong


def _read(case: dict[str, Any]) -> dict[str, Finding]:
    return read(case["text"]).findings


def test_it_reads_better_than_the_rules_what_nobody_has_learnt_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = Path("tests/evaluation/messages/dev-ze.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if "text" in case]
    judged = _wrong(cases)
    monkeypatch.setattr(arbiter, "arbiter", lambda: None)
    assert judged < _wrong(cases)


@pytest.mark.parametrize("word", ["present", "uncertain"])
def test_a_red_flag_is_dropped_only_where_it_is_hardly_possible(word: str) -> None:
    limit = arbiter.least()["dropped"]
    possible = _shares(present=limit, uncertain=0.0, nothing=1 - limit)
    assert verdict("lip_swelling", word, possible) is None
    assert (
        verdict("lip_swelling", word, _shares(present=0.0, uncertain=0.0, nothing=1.0)) == NOTHING
    )


def test_a_dropped_red_flag_is_unknown_unless_it_is_surely_denied() -> None:
    doubted = _shares(present=0.0, uncertain=0.0, absent=0.7, nothing=0.3)
    assert verdict("lip_swelling", "present", doubted) == NOTHING
    denied = _shares(present=0.0, uncertain=0.0, absent=0.99, nothing=0.01)
    assert verdict("lip_swelling", "present", denied) == "absent"


@pytest.mark.parametrize("word", ["absent", "past", "hypothetical"])
def test_a_red_flag_that_may_be_there_is(word: str) -> None:
    maybe = arbiter.least()["added"]
    assert verdict("lip_swelling", word, _shares(present=maybe, nothing=1 - maybe)) == "present"


@pytest.mark.parametrize(
    "text", ["what is the capital of France?", "web-0 3", "message 3", "who won the cup in 1974?"]
)
def test_words_of_another_world_tell_of_no_red_flag(text: str) -> None:
    assert not is_emergency(Case.from_json(read(text).to_json()))


def test_what_nobody_told_of_takes_more_than_what_was_denied() -> None:
    maybe = _shares(present=0.3, uncertain=0.0, nothing=0.7)
    assert verdict("lip_swelling", NOTHING, maybe) is None
    assert verdict("lip_swelling", NOTHING, _shares(present=0.6, nothing=0.4)) == "present"


@pytest.mark.parametrize("word", [NOTHING, "past", "hypothetical", "uncertain"])
def test_nothing_becomes_denied_unless_it_surely_is(word: str) -> None:
    doubted = _shares(present=0.0, uncertain=0.0, past=0.0, absent=0.8, nothing=0.2)
    assert verdict("lip_swelling", word, doubted) != "absent"
    surely = _shares(present=0.0, uncertain=0.0, past=0.0, absent=0.98, nothing=0.02)
    assert verdict("lip_swelling", word, surely) == "absent"


def test_a_faint_that_may_be_over_is_over_rather_than_never_told() -> None:
    over = _shares(present=0.0, uncertain=0.0, past=0.36, nothing=0.48, absent=0.14)
    assert verdict("fainting", "present", over) == "past"
    assert verdict("fainting", "past", over) is None


@pytest.mark.parametrize("word", [NOTHING, "present"])
@pytest.mark.parametrize("likeliest", [NOTHING, "present", "absent"])
def test_thoughts_of_self_harm_are_left_to_the_rules(word: str, likeliest: str) -> None:
    assert verdict("self_harm_thoughts", word, _shares(**{likeliest: 1.0})) is None


def test_numbers_that_are_none_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def shares(self, rows: Vectors) -> Vectors:
            return np.full((len(rows), len(WORDS)), np.nan, np.float32)

    monkeypatch.setattr(arbiter, "arbiter", Broken)
    assert read("my lips are swelling").findings["lip_swelling"].state == "present"


@pytest.mark.parametrize(
    ("trend", "word", "then"),
    [
        (Trend.RAPID, {TREND_RAPID: NOTHING}, Trend.WORSENING),
        (Trend.IMPROVING, {TREND_RAPID: "absent"}, Trend.IMPROVING),
        (None, {TREND_RAPID: "absent"}, None),
        (None, {TREND_RAPID: "present"}, Trend.RAPID),
        (Trend.RAPID, {}, Trend.RAPID),
    ],
)
def test_the_arbiter_slows_down_only_what_is_rapid(
    trend: Trend | None, word: dict[str, str], then: Trend | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "overruled", lambda *_: word)
    assert pace.paced(Context(trend), Report(), []).trend == then


def test_answers_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> dict[str, str]:
        raise AssertionError("judged")

    monkeypatch.setattr(mentions, "overruled", never)
    monkeypatch.setattr(pace, "overruled", never)
    said = read("no, but my tongue feels thick now", asks=["lip_swelling"])
    assert said.findings["tongue_swelling"].state == "present"


@pytest.mark.parametrize("name", label_names())
@pytest.mark.parametrize("word", WORDS)
def test_what_the_rules_say_stands_where_the_arbiter_says_the_same(name: str, word: str) -> None:
    assert verdict(name, word, _shares(**{word: 1.0})) is None


def test_any_other_finding_is_what_it_most_probably_is() -> None:
    assert verdict("redness", "present", _shares(absent=0.9, present=0.1)) == "absent"
    assert verdict("redness", "present", _shares(absent=0.6, present=0.4)) is None


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("no swelling apart from my lips", "lip_swelling"),
        ("nothing swollen bar my eyelids", "eye_swelling"),
        ("I'm not only short of breath", "breathing_difficulty"),
        ("I don't not feel faint", "fainting"),
    ],
)
def test_what_a_denial_leaves_over_is_not_judged(text: str, finding: str) -> None:
    assert read(f"my cheeks are red and sore, {text}").findings[finding].state == "present"


@pytest.mark.parametrize(
    "text", ["my friend fainted but she is fine now", "my flatmate can't breathe, i am fine"]
)
def test_what_others_have_is_not_judged(text: str) -> None:
    assert {said.subject for said in read(text).findings.values()} == {"other"}


def test_without_the_arbiter_the_rules_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "my lips are swelling and I feel faint"
    seen = semantic_reader().read(match(text)[0]).clauses
    monkeypatch.setattr(arbiter, "arbiter", lambda: None)
    assert overruled(seen, {}, findings()) == {}
    assert is_emergency(Case.from_json(read(text).to_json()))


def test_an_arbiter_that_fails_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def shares(self, rows: object) -> object:
            raise RuntimeError("my lips are swelling")

    monkeypatch.setattr(arbiter, "arbiter", Broken)
    said = read("my lips are swelling").findings["lip_swelling"]
    assert (said.state, said.subject) == ("present", "self")
    assert "The arbiter failed: RuntimeError" in caplog.text
    assert "lips" not in caplog.text


def test_a_broken_limit_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "arbiter.yml"
    broken.write_text(arbiter.LIMITS_FILE.read_text("utf-8").replace("dropped: ", "dropped: 2"))
    monkeypatch.setattr(arbiter, "LIMITS_FILE", broken)
    arbiter.least.cache_clear()
    with pytest.raises(DataError, match=r"arbiter\.yml:\d+"):
        arbiter.least()
    arbiter.least.cache_clear()


def test_one_of_another_encoder_is_refused(tmp_path: Path) -> None:
    for file in arbiter.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ValueError, match="another encoder"):
        Arbiter("another", tmp_path)


def test_evidence_is_one_row_for_each_finding_that_is_told_or_seen() -> None:
    text = "my lips are swelling, no itch"
    seen = semantic_reader().read(match(text)[0]).clauses
    told = {"itching": Report("absent", "absent", "lexicon")}
    names = candidates(seen, told, label_names())
    assert {"lip_swelling", "itching"} <= set(names)
    rows = evidence(names, seen, told)
    assert rows.shape == (len(names), arbiter.width())
    assert np.isfinite(rows).all()
    changed = evidence(names, seen, {"itching": replace(told["itching"], by_rules="present")})
    differ = (rows != changed).any(axis=1)
    assert differ.tolist() == [name == "itching" for name in names]


def test_labels_are_words_of_the_arbiter() -> None:
    labels_of = pytest.importorskip("bot.training.arbiter", exc_type=ImportError).labels_of
    case = {
        "findings": {
            "hives": {"state": "present", "subject": "other"},
            "redness": {"state": "absent"},
        },
        "trend": "rapid",
    }
    assert labels_of(case) == {"hives": OTHER, "redness": "absent", "trend_rapid": "present"}
    assert sorted(path.name for path in DATA.glob("*.jsonl"))[-1] == "plain.jsonl"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def test_it_learns_from_nothing_that_is_scored_or_that_the_readers_learn_from() -> None:
    learnt = {
        _plain(json.loads(line)["text"])
        for path in DATA.glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    }
    scored = {
        _plain(text)
        for path in Path("tests/evaluation/messages").glob("scored*.jsonl")
        for case in map(json.loads, path.read_text("utf-8").splitlines())
        for text in ([case["text"]] if "text" in case else case["messages"])
    }
    phrases = {_plain(" ".join(each.text for each in message)) for message in load_messages()}
    assert learnt.isdisjoint(scored)
    assert learnt.isdisjoint(phrases)
