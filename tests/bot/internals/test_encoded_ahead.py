"""What the guide is searched with is made beside the reading of a question, before it is read."""

from __future__ import annotations

import pytest

from bot import rasa_internals
from bot.nlu import read
from bot.nlu.rasa_reader import MessageReader
from knowledge.encoded import Encoded


@pytest.fixture
def reader() -> MessageReader:
    return MessageReader("UTC")


@pytest.mark.parametrize(
    "text", ["Can I wear makeup tommorow?", "how long does it last", "is it ok to swim??? 🏊"]
)
def test_a_question_is_encoded_as_it_is_read(reader: MessageReader, text: str) -> None:
    begun = reader._begin(text)
    assert begun is not None
    plain, made = begun
    assert plain == read(text).plain
    encoded = Encoded.from_json(made.result(10))
    assert encoded is not None
    assert encoded.text == plain


@pytest.mark.parametrize("text", ["", "my cheeks are red", "no", "why " * 200])
def test_what_is_no_question_or_long_is_not(reader: MessageReader, text: str) -> None:
    assert reader._begin(text) is None


def test_what_was_begun_for_another_text_is_not_sent(
    reader: MessageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_internals, "_encoded", type(rasa_internals._encoded)())
    begun = reader._begin("can I swim?")
    reader._send_encoded("can I swim?", "can i swim", begun)
    assert rasa_internals._encoded["can I swim?"] is (begun and begun[1])
    reader._send_encoded("and run?", "and run", begun)
    assert rasa_internals._encoded["and run?"].result(10)["text"] == "and run"


def test_a_reader_that_can_encode_nothing_reads_on(reader: MessageReader) -> None:
    reader._beside.shutdown()
    assert reader._begin("can I swim?") is None
    reader._send_encoded("can I swim?", "can i swim", None)
