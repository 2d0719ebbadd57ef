from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.abstain import NOTHING, Abstention, Features, evidence, nearness, pulls
from knowledge.data import DataError
from knowledge.rows import Kind

GOOD = Features(evidence=1.0, score=1.8, margin=0.6, known=1.0)


@pytest.fixture(scope="module")
def abstention() -> Abstention:
    return Abstention.load()


def test_a_clear_hit_is_answered_and_nothing_is_not(abstention: Abstention) -> None:
    assert abstention.answerable(GOOD) > 0.95 > abstention.threshold
    assert abstention.answerable(NOTHING) < 0.01


@pytest.mark.parametrize("name", [field.name for field in fields(Features)])
def test_more_of_any_feature_never_speaks_against_an_answer(
    abstention: Abstention, name: str
) -> None:
    middling = Features(evidence=0.0, score=1.0, margin=0.2, known=0.5)
    better = replace(middling, **{name: getattr(middling, name) + 0.3})
    assert abstention.answerable(better) > abstention.answerable(middling)


def test_extreme_features_stay_a_probability(abstention: Abstention) -> None:
    for sign in (-1e9, 1e9):
        assert 0.0 <= abstention.answerable(replace(GOOD, evidence=sign)) <= 1.0


def test_missing_coefficient_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "abstention.yml"
    path.write_text("version: x\nthreshold: 0.5\nintercept: 0\ncoefficients: {score: 1.0}\n")
    with pytest.raises(DataError, match=r"abstention\.yml:4"):
        Abstention.load(path)


def test_pulls_part_answered_from_declined_questions() -> None:
    vectors = np.eye(4, dtype=np.float32)
    answered = np.array([True, True, False, False])
    declined = np.array([False, False, True, False])
    pull = pulls(vectors, answered, declined)
    assert pull[3] == 0.0, "not a question"
    near_answered, near_declined = vectors @ vectors[0], vectors @ vectors[2]
    kind = np.array([Kind.QUESTION, Kind.QUESTION, Kind.DECLINED, Kind.SENTENCE], dtype=np.int8)
    assert evidence(near_answered, pull, kind) > 0.5
    assert evidence(near_declined, pull, kind) < -0.5


def test_a_question_that_is_authored_goes_with_its_own_kind() -> None:
    vectors = np.eye(3, dtype=np.float32)
    pull = np.array([-1.0, 1.0, 0.0], dtype=np.float32)  # as if all around spoke against them
    kind = np.array([Kind.QUESTION, Kind.DECLINED, Kind.PASSAGE], dtype=np.int8)
    assert evidence(vectors @ vectors[0], pull, kind) > 0
    assert evidence(vectors @ vectors[1], pull, kind) < 0
    near = np.array([0.8, 0.6, 0.0], dtype=np.float32)
    assert evidence(near @ vectors, pull, kind) < 0
    none = np.full(3, Kind.PASSAGE, dtype=np.int8)
    assert evidence(near, np.zeros(3, dtype=np.float32), none) == 0


def test_without_questions_there_is_no_evidence() -> None:
    nothing = np.zeros(3, dtype=bool)
    assert not pulls(np.eye(3, dtype=np.float32), nothing, nothing).any()


def test_nearness_is_one_for_the_same_text() -> None:
    near = nearness(np.array([1.0, 0.5, 0.0], dtype=np.float32))
    assert near[0] == 1.0
    assert near[0] > near[1] > near[2]
