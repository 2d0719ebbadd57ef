"""The learnt reader of intents: what it learns from, how well it reads, and what it may not say."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.triage import DataError
from actions.triage.datafile import load
from bot.nlu import intents, read
from bot.nlu.acts import classify, intent_of
from bot.nlu.answers import read_answer
from bot.nlu.classifier import buckets_of
from bot.nlu.intents import DATA, LIMITS_FILE, IntentReader, intent_reader, least
from bot.nlu.labelled import INTENTS, load_labelled
from bot.nlu.matching import match
from bot.nlu.semantic import encode, mean_of, semantic_reader
from bot.nlu.times import read_times
from tests.bot.nlu.test_acts import CASES, Mention, mention

HELD_OUT = load_labelled(Path(__file__).with_name("intents.yml"), INTENTS)
MEASURED = sorted(Path("tests/evaluation/messages").glob("*.jsonl"))
NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)
OWN, OTHERS = {"hives": Mention("present")}, {"hives": Mention("present", "other")}


def learnt(text: str) -> dict[str, float]:
    reader, mean = intent_reader(), mean_of(encode(semantic_reader().encoder, match(text)[0]))
    assert reader is not None
    return {} if mean is None else reader.read(text, mean)


def sure(intent: str) -> dict[str, float]:
    return {name: float(name == intent) for name in INTENTS}


@pytest.fixture
def afresh() -> Iterator[None]:
    intent_reader.cache_clear()
    yield
    intent_reader.cache_clear()


# ---------------------------------------------------------------------- what it learns from


def test_every_intent_has_many_messages() -> None:
    said = list(load_labelled(DATA, INTENTS).values())
    assert {intent for intent in INTENTS if said.count(intent) < 80} == set()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("handof:\n  - a person please\n", "handof"),
        ("handoff: a person please\n", "a list"),
        ("handoff:\n  - a person please\nchat:\n  - A person please\n", "handoff .wrong.yml"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "wrong.yml").write_text(text, "utf-8")
    with pytest.raises(DataError, match=rf"wrong\.yml:\d+.*{problem}"):
        load_labelled(tmp_path, INTENTS)


def test_nothing_that_is_measured_with_is_learnt() -> None:
    texts = {text.casefold() for text in load_labelled(DATA, INTENTS)}
    assert not texts & {text.casefold() for text in HELD_OUT}
    assert MEASURED
    for path in MEASURED:
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            for text in case.get("messages", [case.get("text")]):
                assert len(text) < 25 or text.casefold() not in texts, case["id"]


# ---------------------------------------------------------------------- how well it reads


def test_it_reads_what_it_has_not_learnt() -> None:
    guesses = [(learnt(text) or {"": 1.0}, intent) for text, intent in HELD_OUT.items()]
    right = [max(guess, key=guess.__getitem__) == intent for guess, intent in guesses]
    assert sum(right) / len(right) >= 0.75


def test_with_it_messages_are_read_better_than_by_templates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def recall(intent: str) -> float:
        own = [text for text, each in HELD_OUT.items() if each == intent]
        return sum(read(text).to_json()["intent"] == intent for text in own) / len(own)

    after = {intent: recall(intent) for intent in ("handoff", "correct")}
    monkeypatch.setattr(intents, "intent_reader", lambda: None)
    for intent, share in after.items():
        assert share >= max(0.7, recall(intent) + 0.15), intent


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}-{case['act']}")
def test_what_the_templates_know_stays(case: dict[str, Any]) -> None:
    findings = {name: mention(state) for name, state in case.get("findings", {}).items()}
    asks = case.get("asks", [])
    answer = read_answer(case["text"], asks, findings)
    before = classify(case["text"], findings, asks, answer)
    assert classify(case["text"], findings, asks, answer, learnt=learnt(case["text"])) == before


# ---------------------------------------------------------------------- what it may not say


@pytest.mark.parametrize(
    ("text", "findings", "asks", "intent", "expected"),
    [
        ("welts all over", OWN, (), "ask", "check_symptoms"),
        ("welts all over", OWN, (), "chat", "check_symptoms"),
        ("welts all over", OWN, (), "handoff", "check_symptoms"),
        ("welts, what cream?", OWN, (), "handoff", "both"),
        ("she has welts", OTHERS, (), "handoff", "check_symptoms"),
        ("she has welts, what cream?", OTHERS, (), "ask", "both"),
        ("welts, is that normal?", OWN, (), "check_symptoms", "both"),
        ("welts, should I worry?", OWN, (), "both", "check_symptoms"),
        ("help", {}, (), "chat", "check_symptoms"),
        ("welts all over", OWN, (), "both", "check_symptoms"),
        ("welts all over, piriton ok?", OWN, (), "both", "both"),
        ("welts, piriton ok?", {}, (), "both", "ask"),
        ("welts I suppose", OWN, ("hives",), "handoff", "inform"),
        ("yes I think so, definitely", {}, ("hives",), "handoff", "affirm"),
        ("yes I think so, definitely", {}, ("hives",), "correct", "correct"),
        ("the purple elephant sings loudly", {}, ("hives",), "correct", "nonsense"),
        ("the purple elephant sings loudly", {}, ("hives",), "check_symptoms", "nonsense"),
        ("the purple elephant sings loudly", {}, ("hives",), "handoff", "handoff"),
        ("the purple elephant sings loudly", {}, (), "handoff", "handoff"),
        ("the purple elephant sings loudly", {}, (), "answer", "chat"),
        ("stop", {}, (), "handoff", "stop"),
        ("I am fifteen years old", {}, (), "chat", "minor"),
    ],
)
def test_its_word_has_bounds(
    text: str, findings: dict[str, Mention], asks: Sequence[str], intent: str, expected: str
) -> None:
    answer = read_answer(text, asks, findings)
    assert classify(text, findings, asks, answer, learnt=sure(intent)) == expected


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("three weeks out and glowing", False, "chat"),
        ("three weeks out and worse by the day", True, "check_symptoms"),
        ("up like this for three days", False, "check_symptoms"),
        ("three weeks out, 38.9 on the thermometer", False, "check_symptoms"),
    ],
)
def test_who_only_dates_the_treatment_may_be_chatting(
    text: str, context: bool, expected: str
) -> None:
    times = read_times(text, NOW)
    assert classify(text, times=times, context=context, learnt=sure("chat")) == expected


def test_it_is_heard_only_when_it_is_sure() -> None:
    text = "the purple elephant sings loudly"
    limit = least()["talk"]["handoff"]
    for probability, act in ((limit, "handoff"), (limit - 0.01, "chat")):
        shares = {"handoff": probability, "chat": 1 - probability}
        assert classify(text, learnt=shares) == act


def test_a_red_flag_stays_whatever_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "my throat is closing up and I want a word with whoever is on duty"
    for intent in INTENTS:
        monkeypatch.setattr(IntentReader, "read", lambda *_, intent=intent: sure(intent))
        assert read(text).to_json()["findings"]["throat_tightness"]["state"] == "present"


def test_the_limits_are_those_of_the_file() -> None:
    assert least() == load(LIMITS_FILE, {"type": "object"})["least"]


# ---------------------------------------------------------------------- when it is not there


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("broken", ["missing", "cut off", "another encoder's"])
def test_without_it_templates_decide(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    if broken != "missing":
        settings = {"encoder": "other", "labels": list(INTENTS)}
        (tmp_path / "classifier.json").write_text(json.dumps(settings), "utf-8")
        (tmp_path / "classifier.npz").write_bytes(b"PK\x03\x04")
    if broken == "another encoder's":
        source = Path(".build/intents/classifier.npz")
        (tmp_path / "classifier.npz").write_bytes(source.read_bytes())
    monkeypatch.setattr(IntentReader.__init__, "__defaults__", (tmp_path,))
    for _ in range(2):
        assert read("I want to talk to a human please").act == "handoff"
        assert read("kindly let me have a word with whoever is on duty").act != "handoff"
    assert caplog.text.count("templates alone") == 1
    assert "on duty" not in caplog.text


@pytest.mark.parametrize("text", ["", "?", "no", "a" * 5_000, "é ⁂ 你好", "5 5 5"])
def test_any_text_has_buckets(text: str) -> None:
    buckets = buckets_of(text)
    assert len(buckets) == len(set(buckets.tolist()))


def test_an_intent_is_an_act_of_its_own_name() -> None:
    assert all(intent_of(intent) == intent for intent in INTENTS if intent != "answer")
