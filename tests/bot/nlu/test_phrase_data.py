"""The phrases to learn from: all readable, mistakes named, and none taken from the scored half."""

import json
from pathlib import Path

import pytest

from actions.triage import DataError
from bot.nlu.phrase_data import label_names, load_messages

MEASURED = sorted(Path("tests/evaluation/messages").glob("*.jsonl"))


def test_every_finding_has_many_phrases() -> None:
    said = [name for message in load_messages() for phrase in message for name in phrase.labels]
    assert {name for name in label_names() if said.count(name) < 90} == set()


def test_what_a_phrase_names_is_told_from_what_is_there_by_it(tmp_path: Path) -> None:
    (tmp_path / "plain.yml").write_text("hives: [welts]\nnone: [no fever]\n", "utf-8")
    (tmp_path / "voices").mkdir()
    said = ["hives (absent): no welts", "cough (idiom): cough up the money", "none: hello"]
    (tmp_path / "voices" / "some.yml").write_text(json.dumps([said]), "utf-8")
    read = {each.text: each for message in load_messages(tmp_path) for each in message}
    hives, nothing = frozenset({"hives"}), frozenset[str]()
    # Nobody has said what the older files name.
    assert [(read[text].labels, read[text].named) for text in ("welts", "no fever")] == [
        (hives, None),
        (nothing, None),
    ]
    assert (read["no welts"].labels, read["no welts"].named) == (nothing, hives)
    assert read["cough up the money"].named == read["hello"].named == nothing


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hivs:\n  - welts\n", "hivs"),
        ("- [welts on my arm]\n", "what the clause says first"),
        ("- ['hives + fevr: welts and hot']\n", "fevr"),
        ("hives: welts\n", "fits|fit"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "wrong.yml").write_text(text, "utf-8")
    with pytest.raises(DataError, match=rf"wrong\.yml:\d+.*({problem})"):
        load_messages(tmp_path)


def test_nothing_that_is_measured_with_is_learnt() -> None:
    learnt = {phrase.text.lower() for message in load_messages() for phrase in message}
    assert MEASURED
    for path in MEASURED:
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            for text in case.get("messages", [case.get("text")]):
                assert len(text) < 25 or text.lower() not in learnt, case["id"]
