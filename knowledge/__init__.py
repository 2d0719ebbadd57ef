"""Answers from the guide, with citations.

    searcher = Searcher.load()
    answer = searcher.search("can I wear makeup tomorrow?", history=["what can I wash with?"])
    answer.status, answer.passages[0].citation()

The names below are loaded when they are first used: the dialogue process (Python 3.10) imports
`knowledge.encoder` alone and has no FAISS.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowledge.chunks import Passage
    from knowledge.encoder import Encoder
    from knowledge.search import Answer, Searcher
    from knowledge.served import Served

__all__ = ["Answer", "Encoder", "Passage", "Searcher", "Served"]

_HOMES = {
    "Answer": "knowledge.search",
    "Encoder": "knowledge.encoder",
    "Passage": "knowledge.chunks",
    "Searcher": "knowledge.search",
    "Served": "knowledge.served",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
