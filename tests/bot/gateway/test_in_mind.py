"""What is known when the disk fails, and what is kept in mind meanwhile (`in_mind.py`)."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.gateway.door import Door
from bot.gateway.in_mind import InMind
from bot.gateway.red_flags import FORGET_AFTER

from .conftest import FakeDialogue, Talk, dispositions, texts

Play = Callable[..., Any]


def test_a_full_disk_still_leaves_the_advice(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        monkeypatch.setattr(door.storage, "take_in", lambda *_: 1 / 0)
        assert "all-clear" in texts(await talk.say("can I wear makeup?"))
        assert dispositions(await talk.say("my throat is closing")) == ["emergency"]
        assert "stays the same" in texts(await talk.say("can I wear makeup?"))

    play(scene)


def test_a_full_disk_does_not_make_forget_what_was_told(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hives and then vomiting are an emergency together (E6), neither by itself."""
    dialogue.answer = lambda text: [{"text": "ok"}]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        assert "emergency" not in dispositions(await talk.say("I have hives all over"))
        monkeypatch.setattr(door.storage, "take_in", lambda *_: 1 / 0)
        assert dispositions(await talk.say("and now I keep vomiting")) == ["emergency"]

    play(scene)


def test_what_is_told_while_the_disk_is_full_is_kept_in_mind(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogue.answer = lambda text: [{"text": "ok"}]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        for name in ("take_in", "conversation"):
            monkeypatch.setattr(door.storage, name, lambda *_: 1 / 0)
        assert "emergency" not in dispositions(await talk.say("I have hives all over"))
        assert dispositions(await talk.say("and now I keep vomiting")) == ["emergency"]
        monkeypatch.undo()
        known = door.storage.conversation("web-1")
        assert known
        assert known.slots == {}
        await talk.say("thanks")  # stored, now that the disk has room again
        known = door.storage.conversation("web-1")
        assert known
        assert known.slots["hives"] == "present"

    play(scene)


def test_what_was_kept_in_mind_outlives_a_second_failure(
    play: Play, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogue.answer = lambda text: [{"text": "ok"}]

    async def scene(door: Door) -> None:
        talk = await Talk(door).begin()
        monkeypatch.setattr(door.storage, "take_in", lambda *_: 1 / 0)
        await talk.say("I have hives all over")
        monkeypatch.undo()
        monkeypatch.setattr(door.storage, "learn", lambda *_, **__: 1 / 0)
        assert dispositions(await talk.say("and now I keep vomiting")) == ["emergency"]

    play(scene)


def test_what_is_kept_in_mind_counts_as_long_as_findings_do_and_for_one_alone() -> None:
    clock = [0.0]
    mind = InMind(lambda: clock[0])
    mind.keep("web-1", {"hives": "present"})
    mind.keep("web-1", {"vomiting": "present"})
    assert mind.recall("web-1") == {"hives": "present", "vomiting": "present"}
    assert mind.recall("web-2") == {}
    clock[0] = FORGET_AFTER.total_seconds()
    assert mind.recall("web-1") == {}
    mind.keep("web-1", {"fever": "present"})
    assert mind.recall("web-1") == {"fever": "present"}
    mind.forget("web-1")
    assert mind.recall("web-1") == {}
