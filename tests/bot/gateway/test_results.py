"""Which result stands: a fresh one, of the check that is under way."""

from bot.gateway.results import begins, last_result
from bot.gateway.storage import Stored

HOUR = 3600.0
RESULT = {"text": "ok", "custom": {"type": "triage", "disposition": "expected"}}
RESTART = {"text": "again", "custom": {"type": "notice", "reason": "restarted"}}


def said(*bodies: object, every: float = 60.0) -> list[Stored]:
    return [
        Stored(
            number,
            "web-1",
            "patient" if isinstance(body, str) else "bot",
            number * every,
            body if isinstance(body, dict) else {"text": str(body)},
            *(None,) * 4,
        )
        for number, body in enumerate(bodies, start=1)
    ]


def stands(history: list[Stored], later: float = 0.0) -> bool:
    return last_result(history, history[-1].at + later) is not None


def test_a_result_stands_for_three_days() -> None:
    assert stands(said("red", RESULT, "thanks"), 71 * HOUR)
    assert not stands(said("red", RESULT, "thanks"), 73 * HOUR)
    assert not stands(said("red"))


def test_a_result_stands_until_something_is_told_after_a_new_start() -> None:
    assert stands(said("red", RESULT, "start over", RESTART))
    assert not stands(said("red", RESULT, "start over", RESTART, "pus and fever"))
    assert stands(said("red", RESULT, "start over", RESTART, "pink", RESULT))


def test_what_was_said_later_does_not_count() -> None:
    history = said("red", RESULT)
    assert last_result(history, history[0].at) is None


def test_a_long_silence_begins_a_new_check() -> None:
    assert begins(said("red", RESULT, "now pus")) == [0]
    assert begins(said("red", RESULT, every=73 * HOUR)) == [0, 1]
    assert begins(said("red", RESTART, "pus")) == [0, 2]
