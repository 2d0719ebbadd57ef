from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.blocks import UnreadableError
from knowledge.readers.html import read

PAGE = """<!doctype html><html lang="en"><head><title>Care sheet</title>
<meta name="version" content="3"><style>p { color: red }</style></head>
<body onload="alert(1)"><nav><a href="/">Home</a></nav>
<h2 id="after">After the <em>treatment</em></h2>
Loose words<br>on two lines
<p>Wash <a href="#sun">gently</a>.<!-- S19 --><script>document.write("evil")</script></p>
<ul><li>tight skin<ul><li>for a day</li></ul></li></ul>
<table><tr><th>Day</th><th>Skin</th></tr><tr><td>1</td><td><p>red</p></td></tr></table>
<section id="sun"><h3>Sun</h3><div>Keep <b>out</b> of it.</div></section>
<p style="display:none">hidden words</p><img src="https://example.org/x.png">
</body></html>"""


def test_text_becomes_blocks_and_nothing_else_does() -> None:
    reading = read(PAGE.encode())
    assert [(block.kind, block.text) for block in reading.blocks] == [
        ("heading", "After the treatment"),
        ("paragraph", "Loose words on two lines"),
        ("paragraph", "Wash gently."),
        ("item", "tight skin"),
        ("item", "for a day"),
        ("item", "Day | Skin"),
        ("item", "1 | red"),
        ("heading", "Sun"),
        ("paragraph", "Keep out of it."),
    ]
    assert reading.left_out == ("1 hidden part", "1 navigation", "1 picture", "1 script", "1 style")


def test_details_places_facts_links_and_anchors() -> None:
    reading = read(PAGE.encode())
    assert (reading.title, dict(reading.front)) == (
        "Care sheet",
        {"version": "3", "language": "en"},
    )
    heading, _, wash, *_, sun, _ = reading.blocks
    assert (heading.level, heading.where, heading.anchors) == (2, ":4", ("after",))
    assert (wash.facts, wash.links) == (("S19",), ("#sun",))
    assert (sun.level, sun.anchors) == (3, ("sun",))


def test_scripts_are_neither_run_nor_read(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = f"<?php touch('{mark}') ?><p>Words.</p><script>open('{mark}','w')</script>"
    evil += f"<iframe src='file://{mark}'>x</iframe><object>y</object><template>z</template>"
    reading = read(evil.encode())
    assert [block.text for block in reading.blocks] == ["Words."]
    assert not mark.exists()


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>T</title><body><p>One.<p>Two.</html>",
        "<title>T</title><p>One.</p><p>Two.</p>",
        "<div>One.<div>Two.",
    ],
)
def test_tags_that_are_left_out_lose_no_text(page: str) -> None:
    assert [block.text for block in read(page.encode()).blocks] == ["One.", "Two."]


def test_the_declared_encoding_is_used() -> None:
    page = '<meta charset="windows-1252"><p>Crème</p>'
    assert read(page.encode("windows-1252")).blocks[0].text == "Crème"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<p>Crème</p>".encode("latin-1"), "not UTF-8 text"),
        (b'<meta charset="klingon"><p>x</p>', "unknown encoding “klingon”"),
    ],
)
def test_a_wrong_encoding_is_one_clear_line(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        read(content)
