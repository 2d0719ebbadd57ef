"""Learnt readers that say what a test wants."""

import pytest

from bot.nlu import heard, reading


def said_in(monkeypatch: pytest.MonkeyPatch, **labels: str) -> None:
    """Let the learnt readers say this, whatever the text."""
    for module in (reading, heard):
        monkeypatch.setattr(module, "comes_down_to", lambda task, *_: labels.get(task))
