from __future__ import annotations

from knowledge.readers.markdown import read

TEXT = """\
---
title: Care
---
# Care <!-- nothing -->

Wash [gently](#sun). <!-- S19 -->

<div>boxed</div>

<!-- only a comment -->

| day | skin |
|-----|------|
| 1 | red <!-- G:eye --> |

## Sun <a id="spf"></a>

![a picture](x.png) Keep out.

```
code
```
"""


def test_blocks_in_order_with_line_level_facts_links_and_anchors() -> None:
    blocks = read(TEXT.encode()).blocks
    assert [(block.kind, block.text, block.where) for block in blocks] == [
        ("heading", "Care", ":4"),
        ("paragraph", "Wash gently.", ":6"),
        ("item", "day | skin", ":12"),
        ("item", "1 | red", ":14"),
        ("heading", "Sun", ":16"),
        ("paragraph", "Keep out.", ":18"),
    ]
    assert [block.level for block in blocks if block.kind == "heading"] == [1, 2]
    assert (blocks[1].facts, blocks[3].facts) == (("S19",), ("G:eye",))
    assert blocks[1].links == ("#sun",)
    assert blocks[4].anchors == ("spf",)


def test_what_is_left_out_is_said() -> None:
    assert read(TEXT.encode()).left_out == ("1 HTML block", "1 code block", "1 picture")
