"""A vector from another process: the same as made here, and only used where it is meant."""

from typing import Any

import numpy as np
import pytest

from bot.nlu import read
from bot.nlu.semantic import semantic_reader
from knowledge import Searcher
from knowledge.encoded import Encoded
from knowledge.encoder import Encoder

QUESTION = "can I wear makeup tomorrow?"
READ = "can i wear makeup tomorrow"


@pytest.fixture
def encoded() -> Encoded:
    """As the dialogue makes it (`bot/nlu/rasa_reader.py`)."""
    plain, encoder = read(QUESTION).plain, semantic_reader().encoder
    assert plain is not None
    return Encoded(plain, encoder.encode([plain])[0], encoder.fingerprint)


def test_it_is_what_the_encoder_gives(encoded: Encoded, encoder: Encoder) -> None:
    assert (encoded.text, encoded.encoder) == (READ, encoder.fingerprint)
    np.testing.assert_allclose(encoded.vector, encoder.encode([READ])[0], atol=1e-6)


def test_it_arrives_as_it_was_sent(encoded: Encoded) -> None:
    arrived = Encoded.from_json(encoded.to_json())
    assert arrived is not None
    assert (arrived.text, arrived.encoder) == (encoded.text, encoded.encoder)
    np.testing.assert_array_equal(arrived.vector, encoded.vector)


@pytest.mark.parametrize(
    "sent",
    [
        *(None, {}, [], "text", {"text": "a", "vector": 3, "encoder": "x"}),
        {"text": "a", "vector": "AAAA", "encoder": "x"},
        {"text": "a", "vector": "not base64!", "encoder": "x"},
    ],
)
def test_anything_else_is_none(sent: Any) -> None:
    assert Encoded.from_json(sent) is None


class _Counting:
    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint, self.texts = encoder.fingerprint, []
        self._encoder = encoder

    def encode(self, texts: list[str]) -> Any:
        self.texts += texts
        return self._encoder.encode(texts)


@pytest.mark.parametrize("usable", [True, False])
def test_a_question_is_encoded_once(
    searcher: Searcher, encoded: Encoded, encoder: Encoder, usable: bool
) -> None:
    counting: Any = _Counting(encoder)
    ours = Searcher(searcher._index, counting, searcher._abstention)
    given = encoded if usable else Encoded(READ, encoded.vector, "another encoder")
    found = ours.search(QUESTION, (), given)
    assert counting.texts == ([] if usable else [READ])
    assert [p.id for p in found.passages] == [p.id for p in searcher.search(QUESTION).passages]
    assert found.answerable == pytest.approx(searcher.search(QUESTION).answerable, abs=1e-4)
