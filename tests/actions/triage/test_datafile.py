"""Data files: what is wrong is named by file and line, with what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from actions.triage.datafile import DataError, load, problem

SCHEMA = {
    "type": "object",
    "required": ["name", "items"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "open": {"type": "boolean"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"kind": {"enum": ["a", "b"]}, "size": {"type": ["number", "null"]}},
            },
        },
    },
}
GOOD = "name: test\nitems:\n  - kind: a\n  - {kind: b, size: 3}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "some.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_good_file_is_its_content(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert load(path, SCHEMA) == {
        "name": "test",
        "items": [{"kind": "a"}, {"kind": "b", "size": 3}],
    }


def test_the_schema_may_be_a_file(tmp_path: Path) -> None:
    schema = tmp_path / "some.schema.json"
    schema.write_text(json.dumps(SCHEMA), "utf-8")
    assert load(str(written(tmp_path, GOOD)), schema)["name"] == "test"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: test\nitems:\n  - kind: c\n", 3, "'c' is not allowed; use one of: a, b"),
        ("name: test\nitems:\n  - kind: a\n    colour: red\n", 4, "'colour' is not known"),
        ("name: test\nitems:\n  - {kind: a}\n  - {size: big}\n", 4, "write a number or null"),
        ("name: test\n", 1, "items is missing; add it"),
        ("name: 3\nitems: []\n", 1, "put it in quotes"),
        ("items: []\nopen: yes\nname: x\n", 2, "write true or false"),
        ("name: a\nitems: []\nname: b\n", 3, "'name' stands here twice (first on line 1)"),
        ("name: a\nitems:\n  - kind: a\n    kind: b\n", 4, "'kind' stands here twice"),
        ("name: [a\nitems: []\n", 2, "not valid YAML"),
        ("name: a\n\titems: []\n", 2, "not valid YAML"),
        ("name: a\x00\n", 1, "not valid YAML"),
        ("name: !!python/object:os.system x\nitems: []\n", 1, "write it as plain text"),
        ("name: a\n---\nname: b\n", 2, "not valid YAML"),
        ("", 1, "write a mapping"),
        ("- just\n- a list\n", 1, "write a mapping"),
    ],
)
def test_an_error_names_file_line_and_remedy(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError) as error:
        load(path, SCHEMA)
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert says in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.yml:1: there is no such file; create it"):
        load(tmp_path / "none.yml", SCHEMA)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.yml"
    path.write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(DataError, match=r"some\.yml:1: cannot be read as UTF-8"):
        load(path, SCHEMA)
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path, SCHEMA)


def test_words_stay_words(tmp_path: Path) -> None:
    path = written(tmp_path, "[no, off, yes, y, 2026-01-31, true, 12, 1.5, null, '3']")
    assert load(path, {}) == ["no", "off", "yes", "y", "2026-01-31", True, 12, 1.5, None, "3"]


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    path = written(tmp_path, "a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\nc: *a\n")
    assert load(path, {}) == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}


def test_the_other_readers_of_yaml_are_left_alone() -> None:
    assert yaml.safe_load("no") is False


def test_a_problem_found_later_names_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert str(problem(path, ("items", 1, "size"), "too big")) == (
        f"{path}:4: items/1/size: too big"
    )
    assert str(problem(path, ("items", 9), "gone")).startswith(f"{path}:2: ")
