"""What makes the bot offer a hand-over, at the live dialogue, up to the reference."""

import pytest

from bot.stack import Stack

from .patient import Reply
from .visitor import Visitor


def offered(reply: Reply) -> bool:
    return any(each["reason"] == "handover_offer" for each in reply.of("notice"))


def answer_all(visitor: Visitor, reply: Reply, answer: str) -> Reply:
    for _ in range(14):
        if not reply.asks:
            return reply
        assert not offered(reply)
        reply = visitor.say(answer)
    raise AssertionError(f"still asking {reply.asks}")


@pytest.mark.parametrize(
    ("told", "answer", "disposition"),
    [
        ("I have a temperature of 38.6 since the microneedling yesterday", "none", "urgent"),
        ("a few yellow pus bumps on my chin, treated 2 days ago", "no", "contact"),
        ("just a little mild itching on my cheeks, treated 20 hours ago", "no", "self_care"),
    ],
)
def test_an_urgent_or_contact_result_brings_the_offer(
    stack: Stack, told: str, answer: str, disposition: str
) -> None:
    visitor = Visitor(stack.gateway)
    reply = answer_all(visitor, visitor.say(told), answer)
    assert reply.of("triage")[-1]["disposition"] == disposition
    assert offered(reply) == (disposition != "self_care")
    if offered(reply):
        assert visitor.say("yes").of("notice")[-1]["reason"] == "handover_ask"
        assert visitor.say("07700 900123").of("notice")[-1]["reason"] == "handover_confirm"
        assert visitor.say("yes").of("handoff")[0]["reference"]


def test_the_second_failed_try_in_a_row_brings_the_offer(stack: Stack) -> None:
    visitor = Visitor(stack.gateway)
    failed, answered = "what is the capital of France?", "can I wear makeup?"
    for text, status, offers in (
        (failed, "not_in_guide", False),
        (answered, "answered", False),
        (failed, "not_in_guide", False),
        (failed, "not_in_guide", True),
    ):
        reply = visitor.say(text)
        assert reply.of("answer")[0]["status"] == status
        assert offered(reply) == offers
