"""What ranked answers to labelled questions come to, each figure with a 95 % bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

#: Share of questions outside the guide that may be answered when answers are counted.
FALSE_ANSWERS = 0.05

RESAMPLES = 1_000


@dataclass(frozen=True)
class Answers:
    """One system's answers, an entry per question."""

    answerable: NDArray[np.bool_]
    """Whether the guide answers it."""
    near: NDArray[np.bool_]
    """Whether it is about microneedling: answerable, or a near miss."""
    rank: NDArray[np.int64]
    """Rank of the first passage that answers, from 1; 0 for none among those shown."""
    score: NDArray[np.float64]
    """How sure the system is that the guide answers; only the order counts."""

    def at(self, places: NDArray[Any]) -> Answers:
        """Some of them."""
        parts = (self.answerable, self.near, self.rank, self.score)
        return Answers(*(part[places] for part in parts))


def hit(most: int) -> Callable[[Answers], float]:
    """Share of answerable questions with a passage that answers among the first `most`."""

    def share(answers: Answers) -> float:
        rank = answers.rank[answers.answerable]
        return float(np.mean((rank > 0) & (rank <= most)))

    return share


def reciprocal_rank(answers: Answers) -> float:
    """Mean of 1 / rank over answerable questions; 0 for what is not shown."""
    rank = answers.rank[answers.answerable]
    return float(np.mean(np.where(rank > 0, 1 / np.maximum(rank, 1), 0.0)))


def auroc(answers: Answers) -> float:
    """How well the score tells questions that the guide answers from those that it does not."""
    return float(roc_auc_score(answers.answerable, answers.score))


def auroc_near(answers: Answers) -> float:
    """The same without questions about something else."""
    return auroc(answers.at(answers.near))


def answered(answers: Answers) -> float:
    """Share of answerable questions answered where 5 % of the others are answered too."""
    limit = np.quantile(answers.score[~answers.answerable], 1 - FALSE_ANSWERS)
    return float(np.mean(answers.score[answers.answerable] > limit))


FIGURES: dict[str, Callable[[Answers], float]] = {
    "hit@1": hit(1),
    "hit@3": hit(3),
    "MRR": reciprocal_rank,
    "AUROC": auroc,
    "AUROC near misses": auroc_near,
    "answered at 5 % false answers": answered,
}


def figures(answers: Answers) -> dict[str, dict[str, float]]:
    """Every figure with its interval."""
    return {name: _with_interval(figure, answers) for name, figure in FIGURES.items()}


def _with_interval(figure: Callable[[Answers], float], answers: Answers) -> dict[str, float]:
    """Questions are drawn with replacement (Efron, Annals of Statistics 1979), percentiles."""
    found = bootstrap(
        (np.arange(len(answers.rank)),),
        lambda places: figure(answers.at(places)),
        n_resamples=RESAMPLES,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return {
        "value": round(figure(answers), 4),
        "low": round(float(found.low), 4),
        "high": round(float(found.high), 4),
    }


def risk_coverage(answers: Answers) -> list[tuple[float, float]]:
    """For each number of questions answered, the surest first: coverage, and share wrong of them.

    Wrong is an answer whose first passage does not answer, or to a question the guide does not.
    (El-Yaniv and Wiener, JMLR 2010.) Questions with the same score are answered together.
    """
    order = np.argsort(-answers.score, kind="stable")
    wrong = np.cumsum(answers.rank[order] != 1)
    count = np.arange(1, len(order) + 1)
    last = np.append(np.diff(answers.score[order]) != 0, True)
    return [
        (round(float(coverage), 4), round(float(risk), 4))
        for coverage, risk in zip(count[last] / len(order), (wrong / count)[last], strict=True)
    ]
