from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.data import DataError, read_yaml

SCHEMA = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "some.yml"
    path.write_bytes(content)
    return path


def test_content_and_lines(tmp_path: Path) -> None:
    content, lines = read_yaml(_file(tmp_path, b"a:\n  - x\nb:\n  - y\n  - z\n"), SCHEMA)
    assert content == {"a": ["x"], "b": ["y", "z"]}
    assert lines[("b",)] == 3
    assert lines[("b", 1)] == 5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a:\n  - x\nb:\n  - 5\n", r"some\.yml:4: b\.0: 5 is not of type 'string'"),
        (b"a: [x\nb: y\n", r"some\.yml:2: .*check indentation"),
        (b"a: \xff\n", r"some\.yml: not UTF-8"),
        (b"", r"some\.yml:1: None is not of type 'object'"),
    ],
)
def test_an_error_names_file_line_and_trouble(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_yaml(_file(tmp_path, content), SCHEMA)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_yaml(tmp_path / "none.yml", SCHEMA)
