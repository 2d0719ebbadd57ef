"""What counts as a right reply, and which figures are held against what."""

from bench.chats import SCRIPT, Reply
from bench.front import MESSAGES, WANTED, rows


def test_a_reply_without_words_or_to_something_else_is_wrong() -> None:
    wanted = {"type": "answer", "status": "answered"}
    answer = {"text": "yes", "custom": {"type": "answer", "status": "answered", "citations": []}}
    assert Reply(1.0, [{"text": "hello"}, answer]).holds(wanted)
    assert not Reply(1.0, []).holds(wanted)
    assert not Reply(1.0, [{**answer, "text": " "}]).holds(wanted)
    assert not Reply(1.0, [{"text": "no", "custom": {"type": "answer"}}]).holds(wanted)
    assert all(wanted for _, wanted in SCRIPT)


def test_every_figure_has_its_mark() -> None:
    result = {
        "added": {name: {"added": 1.0} for name in MESSAGES},
        "browser": {"paint": [400.0], "reply": [100.0]},
        "chats": {"p95": 900.0, "wrong": 0},
    }
    assert [name for name, _ in rows(result)] == list(WANTED)
