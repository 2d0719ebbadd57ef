"""What becomes of every sort of file in a guide's folder."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from knowledge.blocks import GuideError
from knowledge.intake import read_guide
from tests.knowledge.pdfs import care_sheet, pictures


def _docx() -> bytes:
    document, file = docx.Document(), io.BytesIO()
    document.add_heading("Care", level=1)
    document.add_paragraph("Wash gently.")
    document.save(file)
    return file.getvalue()


#: Content by ending, each a document with the passage "Wash gently."
GOOD = {
    ".md": b"# Care\n\nWash gently.\n",
    ".html": b"<h1>Care</h1><p>Wash gently.</p>",
    ".txt": b"Care\n\nWash gently.\n",
    ".docx": _docx(),
    ".pdf": care_sheet(pages=1),
}


def _filled(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_all_formats_with_sections_and_slugs_of_their_own(tmp_path: Path) -> None:
    guide = read_guide(_filled(tmp_path, {f"care{end}": text for end, text in GOOD.items()}))
    assert guide.left_out == {}
    slugs = {name: document.slug for name, document in guide.documents.items()}
    assert slugs == {
        "care.md": "care",
        "care.docx": "care-docx",
        "care.html": "care-html",
        "care.pdf": "care-pdf",
        "care.txt": "care-txt",
    }
    for document in guide.documents.values():
        spans = [span for section in document.sections for span in section.spans]
        assert any(span.text == "Wash gently." for span in spans)
        assert all(document.text[span.start : span.end] == span.text for span in spans)
        assert document.sections[0].title in ("Care", "Day 1")


def test_folders_are_read_through_and_name_the_document(tmp_path: Path) -> None:
    guide = read_guide(_filled(tmp_path, {"face/sun.md": GOOD[".md"], "body/sun.md": GOOD[".md"]}))
    assert [document.slug for document in guide.documents.values()] == ["body-sun", "face-sun"]


@pytest.mark.parametrize("end", [".txt", ".md", ".html"])
def test_a_file_without_headings_is_one_section_of_its_name(tmp_path: Path, end: str) -> None:
    content = b"Wash gently.\n\nKeep out of the sun.\n"
    content = b"<p>Wash gently.</p><p>Sun.</p>" if end == ".html" else content
    guide = read_guide(_filled(tmp_path, {f"After care{end}": content}))
    (document,) = guide.documents.values()
    assert (document.title, len(document.sections)) == ("After care", 1)
    assert (document.sections[0].title, document.sections[0].slug) == ("After care", "after-care")
    assert len(document.sections[0].spans) == 2


BAD = {
    "scan.pdf": (pictures(), "only 2 pages of pictures"),
    "locked.pdf": (care_sheet(password="x"), "needs a password"),
    "broken.pdf": (b"%PDF-1.7\nbroken", "save it anew"),
    "latin.txt": (b"caf\xe9", "not UTF-8"),
    "latin.md": (b"# caf\xe9", "not UTF-8"),
    "nozip.docx": (b"words", "not a zip archive"),
    "zip.docx": (b"PK\x05\x06" + bytes(18), "save it anew"),
    "empty.html": (b"<script>alert(1)</script>", "no text in it"),
    "empty.md": (b"", "no text in it"),
    "headings.md": (b"# A\n\n## B\n", "no text in it"),
    "front.md": (b"---\ntitle: [\n---\n# A\n\nText.\n", "front matter"),
    "sheet.xlsx": (b"PK", "no document; documents end in .md"),
    "~$care.docx": (b"user", "a lock of Word's"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_left_out_with_one_clear_line(
    tmp_path: Path, name: str
) -> None:
    content, says = BAD[name]
    guide = read_guide(_filled(tmp_path, {"care.md": GOOD[".md"], name: content}))
    assert list(guide.documents) == ["care.md"]
    assert list(guide.left_out) == [name]
    assert says in guide.left_out[name]
    assert "\n" not in guide.left_out[name]
    assert str(tmp_path) not in guide.left_out[name]


def test_a_huge_file_is_not_even_opened(tmp_path: Path) -> None:
    _filled(tmp_path, {"care.md": GOOD[".md"]})
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.truncate(200_000_000)  # a hole: takes no room on the disk
    guide = read_guide(tmp_path)
    assert guide.left_out["huge.pdf"].startswith("200 MB; files over 50 MB are not read")


def test_a_file_that_vanishes_while_others_are_read_is_left_out(tmp_path: Path) -> None:
    folder = _filled(tmp_path, {"a.md": GOOD[".md"], "b.md": GOOD[".md"]})

    def vanish(doing: str, done: int, total: int) -> None:
        if doing == "reading b.md":
            (folder / "b.md").unlink()

    guide = read_guide(folder, progress=vanish)
    assert guide.left_out == {"b.md": "is no longer there"}


@pytest.mark.parametrize("strict", [True, False])
def test_a_document_in_service_is_never_lost_by_accident(tmp_path: Path, strict: bool) -> None:
    folder = _filled(tmp_path, {"a.md": GOOD[".md"], "b.md": b"\xff\x00"})
    with pytest.raises(GuideError, match=r"b\.md: .*; nothing was changed"):
        read_guide(folder, in_service=() if strict else {"b.md"}, strict=strict)


def test_what_is_not_even_a_document_does_not_stop_a_strict_build(tmp_path: Path) -> None:
    guide = read_guide(_filled(tmp_path, {"a.md": GOOD[".md"], "x.png": b""}), strict=True)
    assert list(guide.left_out) == ["x.png"]


def test_hidden_files_and_questions_are_no_documents(tmp_path: Path) -> None:
    files = {"a.md": GOOD[".md"], ".git/x.md": b"", "a.questions.yml": b"", "not-in-guide.yml": b""}
    guide = read_guide(_filled(tmp_path, files))
    assert (list(guide.documents), guide.left_out) == (["a.md"], {})


def test_an_empty_and_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match="no document in it; put"):
        read_guide(tmp_path)
    with pytest.raises(GuideError, match="no such folder"):
        read_guide(tmp_path / "nowhere")
    with pytest.raises(GuideError, match=r"that can be read \(x\.md: not UTF-8"):
        read_guide(_filled(tmp_path, {"x.md": b"\xff"}))


def test_two_documents_that_claim_one_slug(tmp_path: Path) -> None:
    text = b"---\nslug: one\n---\n# A\n\nText.\n"
    with pytest.raises(GuideError, match=r"b\.md: has the slug of .*a\.md"):
        read_guide(_filled(tmp_path, {"a.md": text, "b.md": text}))


def test_a_reader_that_fails_oddly_leaves_the_file_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(content: bytes) -> None:
        raise KeyError("deep inside a library")

    monkeypatch.setattr("knowledge.readers.pdf.read", fail)
    guide = read_guide(_filled(tmp_path, {"a.md": GOOD[".md"], "b.pdf": GOOD[".pdf"]}))
    assert guide.left_out == {"b.pdf": "damaged, or no pdf file (KeyError); save it anew"}
