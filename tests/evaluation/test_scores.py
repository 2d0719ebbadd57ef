"""The figures of the evaluation: shares, intervals, and that everything can be written down."""

import json

import numpy as np
import pytest

from .cases import LEARNT, load
from .interview import interview
from .scores import Share, dispositions, findings, missed


def test_wilsons_interval() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_a_share_of_numpys_truths_can_be_written() -> None:
    assert json.loads(json.dumps(Share.of(np.array([1, 2]) > 1).to_json()))["hits"] == 1


@pytest.mark.parametrize("parts", [("dev", LEARNT), ("scored",)])
def test_each_half_is_as_large_as_it_has_to_be(parts: tuple[str, ...]) -> None:
    cases = [case for part in parts for case in load(part)]
    assert len(cases) >= 800
    assert len({case.id for case in cases}) == len(cases)
    assert sum(case.disposition == "emergency" for case in cases) >= 250


def test_a_case_is_interviewed_and_scored() -> None:
    outcomes = [interview(case) for case in load(LEARNT)[:4]]
    assert dispositions(outcomes)["emergency sensitivity"].hits == 4
    assert findings(outcomes)["all"]["f1"] > 0.7
    assert missed(outcomes) == []
