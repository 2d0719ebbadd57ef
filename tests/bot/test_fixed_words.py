"""The words for when the dialogue itself has failed."""

from pathlib import Path

import pytest

from bot import fixed_words


def test_a_red_flag_is_advised() -> None:
    said = fixed_words.words_without_dialogue("my throat is closing up")
    assert "112" in said["text"]
    assert said["custom"]["disposition"] == "emergency"


def test_self_harm_has_words_of_its_own() -> None:
    said = fixed_words.words_without_dialogue("I look so awful I want to kill myself")
    assert "talk to someone" in said["text"]
    assert said["custom"]["rules"] == ["E11"]


def test_a_red_flag_beside_it_gets_its_advice_too() -> None:
    said = fixed_words.words_without_dialogue("I want to die and my tongue is swelling")
    assert "adrenaline" in said["text"]
    assert "your thoughts" in said["text"]


def test_anything_else_is_no_all_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    said = fixed_words.words_without_dialogue("can I wear makeup?")
    assert "all-clear" in said["text"]
    assert said["custom"] == {"type": "notice", "reason": "unavailable"}
    monkeypatch.setattr(fixed_words, "read", lambda _: 1 / 0)
    assert fixed_words.words_without_dialogue("my throat is closing up") == said


def test_a_missing_index_holds_no_advice_up(tmp_path: Path) -> None:
    assert fixed_words.guide_version(tmp_path) == "unknown"
    assert "safety-facts" in fixed_words.guide_version()
