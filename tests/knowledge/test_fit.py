from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from knowledge.abstain import Features
from knowledge.fit import FALSE_ANSWERS, fit, read_questions

COLUMNS = len(fields(Features))


def _questions(apart: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    random = np.random.default_rng(0)
    answerable: npt.NDArray[np.bool_] = np.arange(200) % 2 == 0
    features = random.normal(size=(200, COLUMNS))
    features[answerable, 0] += apart
    return features, answerable


def test_the_telling_feature_gets_the_weight() -> None:
    found = fit(*_questions(apart=4.0))
    weights = list(found.coefficients.values())
    assert weights[0] == max(weights)
    assert found.auroc > 0.98
    assert found.answered > 0.9


def test_features_that_tell_nothing_are_not_believed() -> None:
    assert fit(*_questions(apart=0.0)).auroc < 0.65


def test_coefficients_are_in_the_features_own_units() -> None:
    features, answerable = _questions(apart=4.0)
    once, wider = fit(features, answerable), fit(features * 10, answerable)
    assert wider.coefficients["evidence"] == pytest.approx(once.coefficients["evidence"] / 10)
    assert wider.intercept == pytest.approx(once.intercept)


def test_the_threshold_keeps_false_answers_rare() -> None:
    found = fit(*_questions(apart=1.0))
    assert 0.5 < found.threshold < 1.0
    assert found.answered < 0.7, f"at {FALSE_ANSWERS:.0%} false answers much must be declined"


def test_rows_of_several_parts_are_left_out(tmp_path: Path) -> None:
    rows = [
        {"question": "a", "facts": ["S1"]},
        {"question": "b and c", "facts": ["S1"], "parts": [["S1"], []]},
    ]
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [row["question"] for row in read_questions([path])] == ["a"]
