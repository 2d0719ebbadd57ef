from __future__ import annotations

import numpy as np
import pytest

from knowledge.lexical import K1, B, Lexicon

TEXTS = [["fern", "water", "water"], ["cactus", "water"], ["fern", "shade", "sun", "leaf"]]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.build(TEXTS)


def test_score_is_the_bm25_formula(lexicon: Lexicon) -> None:
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    norm = K1 * (1 - B + B * 3 / 3)
    assert lexicon.scores(["water"])[0] == pytest.approx(idf * 2 * (K1 + 1) / (2 + norm), rel=1e-5)


def test_rare_words_weigh_more(lexicon: Lexicon) -> None:
    assert lexicon.scores(["cactus"]).max() > lexicon.scores(["fern"]).max()


def test_repeating_a_word_in_the_question_changes_nothing(lexicon: Lexicon) -> None:
    assert lexicon.scores(["fern", "fern"]).tolist() == lexicon.scores(["fern"]).tolist()


def test_unknown_words_score_nothing(lexicon: Lexicon) -> None:
    assert lexicon.scores(["tractor"]).tolist() == [0, 0, 0]


def test_arrays_hold_no_python_objects_and_give_it_back(lexicon: Lexicon) -> None:
    arrays = lexicon.arrays()
    assert all(array.dtype != object for array in arrays.values())
    again = Lexicon.from_arrays(arrays)
    question = ["water", "shade"]
    assert again.scores(question).tolist() == lexicon.scores(question).tolist()


def test_no_passages_give_no_scores() -> None:
    assert Lexicon.build([]).scores(["fern"]).tolist() == []
