from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from knowledge.blocks import UnreadableError
from knowledge.readers import docx as reader
from knowledge.readers.docx import read


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_headings_lists_tables_and_properties() -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.version = "Care sheet", "4"
    document.add_heading("Care", level=0)
    document.add_heading("After the treatment", level=2)
    document.add_paragraph("Wash gently.")
    document.add_paragraph("tight skin", style="List Bullet")
    row = document.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "Day 1", "red"
    document.add_paragraph("The end.")
    reading = read(_saved(document))
    assert [(block.kind, block.level, block.text) for block in reading.blocks] == [
        ("heading", 1, "Care"),
        ("heading", 2, "After the treatment"),
        ("paragraph", 0, "Wash gently."),
        ("item", 0, "tight skin"),
        ("item", 0, "Day 1 | red"),
        ("paragraph", 0, "The end."),
    ]
    assert (reading.title, reading.front["version"]) == ("Care sheet", "4")


def test_insertions_and_content_controls_are_text_and_deletions_are_not() -> None:
    document = docx.Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>"
            "<w:r><w:t>Wash </w:t></w:r><w:ins><w:r><w:t>gently</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>hard</w:delText></w:r></w:del><w:r><w:t>.</w:t></w:r>"
            "</w:p></w:sdtContent></w:sdt>"
        ),
    )
    assert [block.text for block in read(_saved(document)).blocks] == ["Wash gently."]


def test_a_text_box_is_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document = docx.Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')} {mc}><w:r><w:t>Beside it.</w:t><mc:AlternateContent>"
            f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r></w:p>"
        ),
    )
    assert [block.text for block in read(_saved(document)).blocks] == ["Beside it.", "In the box."]


def test_without_heading_styles_short_bold_lines_are_headings() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Sun").bold = True
    document.add_paragraph("Keep out of it.")
    kinds = [block.kind for block in read(_saved(document)).blocks]
    assert kinds == ["heading", "paragraph"]


def test_what_is_no_docx_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableError, match="not a zip archive"):
        read(b"just text")
    with pytest.raises(UnreadableError, match="password"):
        read(b"\xd0\xcf\x11\xe0" + bytes(100))
    monkeypatch.setattr(reader, "MOST_UNPACKED", 1_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "0" * 1_000_000)
    with pytest.raises(UnreadableError, match="unpacks to"):
        read(bomb.getvalue())
