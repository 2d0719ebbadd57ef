from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from knowledge import served as module
from knowledge.build import build
from knowledge.encoder import Encoder
from knowledge.index import FORMAT, MANIFEST, IndexUnusableError
from knowledge.search import Searcher
from knowledge.served import Served

QUESTION = "how often do I water the fern?"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a test sees the index that has just been built."""
    monkeypatch.setattr(module, "PATIENCE", 30.0)


@pytest.fixture
def folder(small_guide: Path, tmp_path: Path, encoder: Encoder) -> Path:
    build(small_guide, tmp_path / "index", encoder)
    return tmp_path / "index"


def _water(guide: Path, folder: Path, encoder: Encoder, old: str, new: str) -> None:
    path = guide / "plants.md"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    build(guide, folder, encoder)


def _answer(served: Served) -> str:
    return served.searcher().search(QUESTION).passages[0].text


def _change(folder: Path, **values: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_new_index_answers_the_next_question(
    small_guide: Path, folder: Path, encoder: Encoder
) -> None:
    served = Served(folder, encoder)
    assert "twice" in _answer(served)
    _water(small_guide, folder, encoder, "twice", "thrice")
    assert "thrice" in _answer(served)
    _water(small_guide, folder, encoder, "thrice", "once")
    assert "once" in _answer(served)


def test_without_a_change_nothing_is_loaded(
    folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(folder, encoder)
    monkeypatch.setattr(Searcher, "load", lambda *_: pytest.fail("loaded again"))
    first = served.searcher()
    began = time.perf_counter()
    assert all(served.searcher() is first for _ in range(1_000))
    assert (time.perf_counter() - began) / 1_000 < 0.001, "a look costs microseconds"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"encoder": "0123456789abcdef"}, "index made with encoder 0123456789abcdef"),
        ({"format": 1}, f"index of format 1, this program reads {FORMAT}"),
        ({"generation": "nowhere"}, "index cannot be read"),
    ],
)
def test_an_index_that_does_not_fit_is_refused_at_the_start_and_kept_out_later(
    small_guide: Path,
    folder: Path,
    encoder: Encoder,
    *,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, Any],
    says: str,
) -> None:
    served = Served(folder, encoder)
    _change(folder, **change)
    with pytest.raises(IndexUnusableError, match=says):
        Served(folder, encoder)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert "twice" in _answer(served)
    (line,) = caplog.messages
    assert says in line
    assert line.endswith("the index before stays in service")
    _water(small_guide, folder, encoder, "twice", "thrice")
    assert "thrice" in _answer(served), "the next good index takes over"


def test_an_index_that_is_taken_away_stays_in_service(
    folder: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    served = Served(folder, encoder)
    (folder / MANIFEST).unlink()
    assert "twice" in _answer(served)
    assert "no index there" in caplog.text


def test_no_question_waits_long_for_a_large_index(
    small_guide: Path, folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(folder, encoder)
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    loaded, load = threading.Event(), Searcher.load

    def slow(*arguments: Any) -> Searcher:
        loaded.wait(timeout=30)
        return load(*arguments)

    monkeypatch.setattr(Searcher, "load", slow)
    _water(small_guide, folder, encoder, "twice", "thrice")
    assert "twice" in _answer(served)
    loaded.set()
    monkeypatch.setattr(module, "PATIENCE", 30.0)
    assert "thrice" in _answer(served)


def test_questions_while_indexes_change_are_all_answered_from_whole_ones(
    small_guide: Path, folder: Path, encoder: Encoder
) -> None:
    served, failures, stop = Served(folder, encoder), [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            text = _answer(served)
            if not any(word in text for word in ("twice", "thrice")):
                failures.append(text)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for old, new in (("twice", "thrice"), ("thrice", "twice")) * 2:
        _water(small_guide, folder, encoder, old, new)
    stop.set()
    for asker in askers:
        asker.join(timeout=30)
    assert failures == []
