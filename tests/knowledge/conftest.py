"""The real encoder and the real guide's index, made once per run.

Imports stand inside the fixtures: Python 3.10 runs the encoder's tests and has no FAISS.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from knowledge.encoder import Encoder
    from knowledge.search import Searcher

GUIDE = Path(__file__).resolve().parents[2] / "knowledge" / "guide"

SMALL = """\
---
title: Care of house plants
version: "7"
source: A test
topic: plants, house plants
---

# Care of house plants

## Water

Water the fern twice a week. <!-- S1 --> Use rain water.

- The cactus needs water once a month. <!-- G:cactus -->

## Light

Ferns like shade. Too much sun burns their leaves.
"""


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    from knowledge.encoder import Encoder

    return Encoder.load()


def index_our_guide(folder: Path, encoder: Encoder) -> Path:
    """Build the index of our own guide; vectors that `make setup` has made are not made again."""
    from knowledge.build import build_from
    from knowledge.index import FOLDER
    from knowledge.intake import read_guide, silent

    build_from(read_guide(GUIDE, strict=True), folder, encoder, silent, known=FOLDER)
    return folder


@pytest.fixture(scope="session")
def guide_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    return index_our_guide(tmp_path_factory.mktemp("index"), encoder)


@pytest.fixture(scope="session")
def searcher(guide_index: Path, encoder: Encoder) -> Searcher:
    from knowledge.search import Searcher

    return Searcher.load(guide_index, encoder)


@pytest.fixture
def small_guide(tmp_path: Path) -> Path:
    folder = tmp_path / "guide"
    folder.mkdir()
    (folder / "plants.md").write_text(SMALL, encoding="utf-8")
    return folder
