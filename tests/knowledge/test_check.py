from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.abstain import Abstention
from knowledge.build import build
from knowledge.check import (
    LONGEST,
    Finding,
    check,
    dead_links,
    duplicates,
    empty_sections,
    lost_questions,
    too_long,
    unreadable,
)
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.intake import Guide, read_guide, silent
from knowledge.search import Searcher


def _guide(folder: Path, files: dict[str, str]) -> Guide:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_guide(folder)


LINKED = """\
# Care

## Sun

[own](#sun) [gone](#moon) [other](skin.html#mild) [html id](skin.html#redness)
[dead id](skin.html#x) [url](/guide/skin#mild) [dead url](/guide/nowhere#mild) [web](https://x.org/#y)
[mail](mailto:a@b.c) [file](notes.csv) [no file](gone.csv) [top](#) [encoded](#s%75n)
"""


def test_links_that_lead_nowhere_are_found_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("1,2\n")
    page = "<h2 id='redness'>Mild</h2><p>It <a href='care.md#gone'>goes</a> down.</p>"
    guide = _guide(tmp_path, {"care.md": LINKED, "skin.html": page})
    assert [str(finding) for finding in dead_links(guide)] == [
        "care.md:5: dead link to #moon",
        "care.md:5: dead link to skin.html#x",
        "care.md:5: dead link to /guide/nowhere#mild",
        "care.md:5: dead link to gone.csv",
        "skin.html:1: dead link to care.md#gone",
    ]


def test_empty_sections_are_those_with_nothing_at_all_under_them(tmp_path: Path) -> None:
    text = "# Care\n\n## Sun\n\n### Face\n\nWords.\n\n## Gym\n\n## End\n"
    assert [str(finding) for finding in empty_sections(_guide(tmp_path, {"care.md": text}))] == [
        "care.md:9: empty section “Gym”",
        "care.md:11: empty section “End”",
    ]


def test_what_stands_there_twice_is_found(tmp_path: Path) -> None:
    same = "Keep out of the sun for at least one week."
    guide = _guide(
        tmp_path,
        {
            "a.md": f"## Sun\n\n{same}\n\nYes.\n\n## Sun\n\nYes.\n",
            "b.txt": f"{same.upper()}\n",
            "a.questions.yml": "sun/1:\n  - When can I tan?\n  - when can i tan?\n",
        },
    )
    assert [str(finding) for finding in duplicates(guide)] == [
        "a.md:7: second section “Sun” in this document",
        "b.txt:1: the same text as a.md:3",
        "a.questions.yml:3: the same question as a.questions.yml:2: “when can i tan?”",
    ]


def test_passages_that_the_encoder_does_not_read_to_the_end(tmp_path: Path) -> None:
    guide = _guide(tmp_path, {"a.txt": "word " * (LONGEST // 5 + 1), "b.txt": "word " * 10})
    (finding,) = too_long(guide)
    assert str(finding).startswith(f"a.txt:1: passage of {LONGEST + 4} characters")


def test_documents_that_cannot_be_read_are_findings_and_other_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "b.docx").write_text("no zip")
    (tmp_path / "logo.png").write_text("")
    (finding,) = unreadable(_guide(tmp_path, {"a.md": "# A\n\nWords.\n"}))
    assert str(finding).startswith("b.docx: left out: no DOCX inside")


def test_questions_that_do_not_find_their_passage_are_found(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    (small_guide / "plants.questions.yml").write_text(
        "light/1:\n  - Do ferns like the sun?\nwater/2:\n  - Does the fern like the sun?\n"
        "  - Do ferns like the sun?\n"
    )
    (small_guide / "not-in-guide.yml").write_text("cost:\n  - What does a fern cost?\n")
    build(small_guide, tmp_path / "index", encoder)
    searcher = Searcher.load(tmp_path / "index", encoder)
    lost = "“Do ferns like the sun?” finds plants/light/1 before its own plants/water/2"
    assert [str(finding) for finding in lost_questions(small_guide, searcher, silent)] == [
        f"plants.questions.yml:5: {lost}"
    ]
    index = Index.load(tmp_path / "index", encoder.fingerprint)
    eager = Searcher(index, encoder, replace(Abstention.load(), threshold=0.0))
    assert [str(finding) for finding in lost_questions(small_guide, eager, silent)][1:] == [
        "not-in-guide.yml:2: “What does a fern cost?” is answered, by plants/water/1"
    ]


def test_a_guide_in_order_has_no_findings(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    built = build(small_guide, tmp_path / "index", encoder)
    searcher = Searcher.load(tmp_path / "index", encoder)
    assert check(built.guide, searcher, silent) == []
    assert str(Finding("a.md:1", "wrong")) == "a.md:1: wrong"


def test_the_command_prints_findings_and_its_exit_code_says_whether_there_are_any(
    small_guide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    arguments = ["check", "--guide", str(small_guide), "--index", str(index)]
    assert main(arguments) == 0
    assert capsys.readouterr().out == "1 document, 3 passages: nothing found\n"
    (small_guide / "more.md").write_text("# More\n\n[x](#gone)\n\n## Empty\n")
    assert main(arguments) == 1
    assert capsys.readouterr().out.splitlines() == [
        "more.md:3: dead link to #gone",
        "more.md:5: empty section “Empty”",
        "2 documents, 4 passages: 2 findings",
    ]
    assert not index.exists(), "checking puts nothing into service"
    assert main(["check", "--guide", str(tmp_path / "none")]) == 1
    assert "no such folder" in capsys.readouterr().err
