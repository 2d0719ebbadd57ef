"""What answers and results cite, and that both follow the index in service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import answer
from actions.answer import ActionAnswer
from actions.result import tell
from bot.setup.processes import ROOT
from knowledge import Searcher, served
from knowledge.blocks import slugify
from knowledge.build import build
from knowledge.encoder import Encoder
from tests.knowledge.conftest import index_our_guide

CITATION = {"id", "document", "section", "quote", "start", "end", "url"}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    return index_our_guide(tmp_path_factory.mktemp("index"), encoder)


@pytest.fixture(autouse=True)
def in_service(index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(answer, "INDEX", index)
    monkeypatch.setattr(served, "PATIENCE", 30.0)
    answer._served.cache_clear()
    yield
    answer._served.cache_clear()


def _tracker(text: str) -> Tracker:
    message = {"text": text, "intent": {"name": "ask"}}
    return Tracker("x", {}, message, [], False, None, {}, "action_listen")


def _answered(question: str) -> dict[str, Any]:
    dispatcher, tracker = CollectingDispatcher(), _tracker(question)
    tracker.get_latest_input_channel = lambda: "rest"  # type: ignore[method-assign]
    asyncio.run(ActionAnswer().run(dispatcher, tracker, {}))
    custom: dict[str, Any] = dispatcher.messages[0]["custom"]
    return custom


def _told(slots: dict[str, Any]) -> dict[str, Any]:
    dispatcher, tracker = CollectingDispatcher(), _tracker("")
    tracker.get_latest_input_channel = lambda: "rest"  # type: ignore[method-assign]
    tell(slots, datetime.now(timezone.utc), dispatcher, tracker)
    custom: dict[str, Any] = dispatcher.messages[0]["custom"]
    return custom


def _check(citation: dict[str, Any], guide: Searcher) -> None:
    """A person can check it: the quote stands at its place, the link leads to its section."""
    assert set(citation) == CITATION
    (document,) = (found for found in guide.documents if found.title == citation["document"])
    assert document.text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["url"] == f"/guide/{document.slug}#{slugify(citation['section'])}"
    assert citation["id"].startswith(f"{document.slug}/{slugify(citation['section'])}/")


@pytest.mark.parametrize("question", ["which sunscreen?", "which cleanser and when makeup?"])
def test_an_answer_cites_the_guide_word_for_word(question: str) -> None:
    citations = _answered(question)["citations"]
    assert citations
    for citation in citations:
        _check(citation, answer.searcher())


@pytest.mark.parametrize("slots", [{"hives": "present"}, {}], ids=["urgent", "undetermined"])
def test_a_result_cites_the_guide_word_for_word(slots: dict[str, Any]) -> None:
    citations = _told(slots)["citations"]
    assert citations
    for citation in citations:
        _check(citation, answer.searcher())


def test_a_result_and_an_answer_cite_one_passage_by_one_id() -> None:
    result = {citation["id"]: citation for citation in _told({"hives": "present"})["citations"]}
    asked = _answered("what are the warning signs of an allergic response?")["citations"][0]
    assert result[asked["id"]] == asked


def test_a_new_index_is_answered_from_without_a_restart(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide, folder = tmp_path / "guide", tmp_path / "index"
    guide.mkdir()
    page = guide / "sun.md"
    page.write_text("# Sun\n\nUse sunscreen of SPF 30.\n")
    build(guide, folder, encoder)
    monkeypatch.setattr(answer, "INDEX", folder)
    first = answer.searcher()
    page.write_text("# Sun\n\nUse sunscreen of SPF 50.\n")
    build(guide, folder, encoder)
    assert "SPF 50" in answer.searcher().passages[0].text
    assert "SPF 30" in first.passages[0].text, "an answer that has begun is finished from its index"


@pytest.mark.parametrize("change", [{"encoder": "another"}, {"format": 1}, None])
def test_the_server_does_not_start_on_an_index_that_does_not_fit(
    tmp_path: Path, index: Path, change: dict[str, Any] | None
) -> None:
    folder = tmp_path / ".build" / "index"
    folder.mkdir(parents=True)
    if change:
        manifest = json.loads((index / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, **change}))
    run = subprocess.run(
        [sys.executable, "-m", "actions.server"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 1
    (line,) = run.stderr.strip().splitlines()
    assert "`python -m knowledge build`" in line
