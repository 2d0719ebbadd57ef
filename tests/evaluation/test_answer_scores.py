"""The figures of answers: worked out by hand on few questions; what is quoted stands there."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from knowledge import Passage

from .answer_scores import FIGURES, Answers, figures, risk_coverage
from .baselines.guide import reciprocal_ranks
from .questions_to_guide import quotes

#: Four answerable questions, one near miss, one about something else.
FEW = Answers(
    answerable=np.array([True, True, True, True, False, False]),
    near=np.array([True, True, True, True, True, False]),
    rank=np.array([1, 2, 0, 1, 0, 0]),
    score=np.array([0.9, 0.8, 0.3, 0.7, 0.5, 0.1]),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hit@1", 2 / 4),
        ("hit@3", 3 / 4),
        ("MRR", (1 + 1 / 2 + 1) / 4),
        ("AUROC", 7 / 8),
        ("AUROC near misses", 3 / 4),
        ("answered at 5 % false answers", 3 / 4),
    ],
)
def test_figures_by_hand(name: str, value: float) -> None:
    assert FIGURES[name](FEW) == pytest.approx(value)


def test_intervals_hold_the_value_and_narrow_with_more_questions() -> None:
    many = FEW.at(np.tile(np.arange(6), 20))
    more = FEW.at(np.tile(np.arange(6), 80))
    widths = []
    for answers in (many, more):
        hit = figures(answers)["hit@1"]
        assert hit["low"] < hit["value"] < hit["high"]
        widths.append(hit["high"] - hit["low"])
    # Wald's interval of a half in 80: ±0.11.
    assert widths[0] == pytest.approx(0.22, abs=0.03)
    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.02)


def test_risk_and_coverage() -> None:
    curve = risk_coverage(FEW)
    assert curve[0] == (round(1 / 6, 4), 0.0)
    assert curve[2] == (0.5, round(1 / 3, 4))
    assert curve[-1] == (1.0, round(4 / 6, 4))


def test_equal_scores_are_answered_together() -> None:
    assert risk_coverage(replace(FEW, score=np.zeros(6))) == [(1.0, round(4 / 6, 4))]


def test_reciprocal_ranks_by_hand() -> None:
    (first, score), *_ = reciprocal_ranks([[7, 3, 5], [3, 5, 7]])
    assert first == 3
    assert score == pytest.approx(1 / 62 + 1 / 61)


def test_a_quote_is_right_only_word_for_word_at_its_place() -> None:
    guide = SimpleNamespace(documents=[SimpleNamespace(slug="care", text="Rest. Drink water.")])
    passage = Passage("care/rest/1", "Care", "Rest", "Drink water.", 6, 18, "")
    moved, changed = replace(passage, start=5), replace(passage, text="Drink Water.")
    share = quotes(guide, [passage, moved, changed])
    assert (share.hits, share.total) == (1, 3)
