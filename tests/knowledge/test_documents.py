from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.blocks import GuideError
from knowledge.documents import Document, read_document


@pytest.fixture
def plants(small_guide: Path) -> Document:
    return read_document(small_guide / "plants.md")


def _written(folder: Path, text: str, name: str = "some.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_front_matter(plants: Document) -> None:
    assert (plants.title, plants.version, plants.source) == ("Care of house plants", "7", "A test")
    assert plants.topic == ("plants", "house plants")
    assert (plants.slug, plants.url) == ("plants", "/guide/plants")


def test_headings_with_text_are_sections(plants: Document) -> None:
    assert [(section.title, section.slug) for section in plants.sections] == [
        ("Water", "water"),
        ("Light", "light"),
    ]


def test_offsets_point_into_the_cleaned_text(plants: Document) -> None:
    spans = [span for section in plants.sections for span in section.spans]
    assert len(spans) == 3
    assert all(plants.text[span.start : span.end] == span.text for span in spans)


def test_fact_markers_are_kept_beside_the_text(plants: Document) -> None:
    water = plants.sections[0].spans
    assert [span.facts for span in water] == [("S1",), ("G:cactus",)]
    assert water[0].text == "Water the fern twice a week. Use rain water."
    assert "<!--" not in plants.text


def test_markup_becomes_plain_text(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        "# T\n\nA **bold** [link](http://x.example) and `code`\nover two lines &amp; more.\n\n"
        "<script>alert(1)</script>\n\n```\nleft out\n```\n",
    )
    document = read_document(path)
    assert document.sections[0].spans[0].text == "A bold link and code over two lines & more."
    assert "alert" not in document.text
    assert "left out" not in document.text


def test_sections_of_one_name_get_links_of_their_own(tmp_path: Path) -> None:
    document = read_document(_written(tmp_path, "## Care\n\nOne.\n\n## Care\n\nTwo.\n"))
    assert [section.slug for section in document.sections] == ["care", "care-2"]


def test_text_before_the_first_heading_is_kept(tmp_path: Path) -> None:
    document = read_document(_written(tmp_path, "Early words.\n\n## Care\n\nLater words.\n"))
    assert [span.text for span in document.sections[0].spans] == ["Early words.", "Later words."]


def test_without_front_matter_the_heading_is_the_title(tmp_path: Path) -> None:
    document = read_document(_written(tmp_path, "# My guide\n\nText.\n"))
    assert (document.title, document.version, document.topic) == ("My guide", "unversioned", ())


def test_the_hash_follows_the_text(small_guide: Path, plants: Document) -> None:
    path = small_guide / "plants.md"
    path.write_text(path.read_text("utf-8").replace("twice", "once"), encoding="utf-8")
    assert read_document(path).sha256 != plants.sha256


def test_an_error_names_file_and_trouble_on_one_line(tmp_path: Path) -> None:
    path = _written(tmp_path, "")
    with pytest.raises(GuideError, match="no text in it") as error:
        read_document(path)
    assert str(error.value).startswith(f"{path}: ")
    with pytest.raises(GuideError, match="is no longer there"):
        read_document(tmp_path / "gone.md")


def test_title_from_the_heading_of_the_document_else_from_its_properties(tmp_path: Path) -> None:
    page = "<title>Sheet</title><h{0}>Care</h{0}><p>Text.</p>"
    assert read_document(_written(tmp_path, page.format(1), "a.html")).title == "Care"
    assert read_document(_written(tmp_path, page.format(2), "b.html")).title == "Sheet"


def test_anchors_belong_to_the_section_that_they_stand_in(tmp_path: Path) -> None:
    page = "<h2 id='a'>Care</h2><p id='b'>One.</p><div id='c'><h2>Sun</h2><p>Two.</p></div>"
    care, sun = read_document(_written(tmp_path, page, "a.html")).sections
    assert (care.anchors, sun.anchors) == (("a", "b"), ("c",))
