from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from knowledge.__main__ import answer_lines, main
from knowledge.index import read_manifest
from knowledge.search import Searcher


def _answers(
    searcher: Searcher, capsys: pytest.CaptureFixture[str], *lines: bytes
) -> list[dict[str, object]]:
    answer_lines(searcher, io.BytesIO(b"".join(line + b"\n" for line in lines)))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _complaints(errors: str) -> list[str]:
    """The lines of standard error that tell no progress, which a busy machine may need."""
    return [line for line in errors.splitlines() if not line.startswith(("reading", "encoding"))]


def test_one_answer_per_line_in_order(
    searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = _answers(
        searcher,
        capsys,
        b'{"question": "which sunscreen?"}',
        b'{"question": "and for how long?", "history": ["can I wear makeup?"]}',
        b'{"question": "what does a car cost?", "history": null}',
    )
    assert [answer["status"] for answer in answers] == ["answered", "answered", "not_in_guide"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "not JSON"),
        (b"which sunscreen?", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"question": "\xff"}', "not UTF-8"),
        (b"[]", 'a text "question"'),
        (b"null", 'a text "question"'),
        (b'{"question": 5}', 'a text "question"'),
        (b'{"question": "x", "history": "y"}', '"history" must be'),
        (b'{"question": "x", "history": [1]}', '"history" must be'),
    ],
)
def test_an_odd_line_is_answered_with_an_error_and_the_next_goes_on(
    searcher: Searcher, capsys: pytest.CaptureFixture[str], line: bytes, says: str
) -> None:
    odd, good = _answers(searcher, capsys, line, b'{"question": "which sunscreen?"}')
    assert str(odd["error"]).startswith("line 1: ")
    assert says in str(odd["error"])
    assert good["status"] == "answered"


def test_build_list_and_show(
    small_guide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(tmp_path / "index")
    assert main(["build", "--guide", str(small_guide), "--index", index]) == 0
    assert "taken     plants.md as plants 7: 2 sections, 3 passages" in capsys.readouterr().out
    assert main(["list", "--index", index]) == 0
    listed = capsys.readouterr().out
    assert "Care of house plants (version 7; A test)" in listed
    assert "  Water  /guide/plants#water  (plants.md:12)\n    plants/water/1\n" in listed
    for section in ("light", "Light", "plants/light/1", "/guide/plants#light"):
        assert main(["show", section, "--index", index]) == 0
        shown = capsys.readouterr().out
        assert "Ferns like shade." in shown
        assert "/guide/plants#light, characters 120 to 170; plants.md:18" in shown
        assert "cactus" not in shown


def test_show_suggests_a_section(guide_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "Aftercare", "--index", str(guide_index)]) == 1
    assert "did you mean Aftercare routine?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no document in it"),
        ({"a.md": b"# A"}, "no text in it"),
        ({"a.md": b"# \xe9", "b.docx": b"x"}, "not UTF-8"),
    ],
)
def test_a_guide_that_cannot_be_built_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes], says: str
) -> None:
    guide = tmp_path / "guide"
    guide.mkdir()
    for name, content in files.items():
        (guide / name).write_bytes(content)
    assert main(["build", "--guide", str(guide), "--index", str(tmp_path / "index")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = _complaints(captured.err)
    assert says in line


def test_build_reports_every_file_and_what_was_left_out_of_it(
    small_guide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_guide / "page.html").write_text("<p>Words.</p><script>alert(1)</script>")
    (small_guide / "scan.docx").write_text("no docx")
    (small_guide / "logo.png").write_bytes(b"")
    build = ["build", "--guide", str(small_guide), "--index", str(tmp_path / "index")]
    assert main(build) == 0
    plants, page, logo, scan, index = capsys.readouterr().out.splitlines()
    assert plants.startswith("taken     plants.md as plants 7:")
    assert page == (
        "taken     page.html as page unversioned: 1 section, 1 passage; left out: 1 script"
    )
    assert logo.startswith("left out  logo.png: no document;")
    assert scan.startswith("left out  scan.docx: no DOCX inside")
    assert index.startswith("index ")
    assert main(build) == 0
    assert ", 0 texts newly encoded" in capsys.readouterr().out
    assert main([*build, "--strict"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = _complaints(captured.err)
    assert "scan.docx: no DOCX inside" in line


def test_search_without_an_index_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--index", str(tmp_path)]) == 1
    assert "no index there" in capsys.readouterr().err


def test_a_build_without_a_guide_keeps_to_the_one_in_service(tmp_path: Path) -> None:
    folder, index = tmp_path / "leaflets", str(tmp_path / "index")
    folder.mkdir()
    (folder / "sun.md").write_text("# Sun\n\n## Hats\n\nWear one.\n", "utf-8")
    assert main(["build", "--guide", str(folder), "--index", index]) == 0
    assert main(["build", "--index", index]) == 0
    assert [document["file"] for document in read_manifest(Path(index))["documents"]] == ["sun.md"]
