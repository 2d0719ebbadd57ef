"""Knowing when the guide does not answer.

A passage can sound like the question and still not answer it ("does microneedling hurt?"). Four
features of a search go into a logistic whose coefficients and threshold are data
(`abstention*.yml`), fitted by `python -m knowledge.fit` on labelled questions.

The strongest feature, *evidence*, weighs the authored questions near the question: those that the
guide answers against those that it does not. Each has a *pull*, the coefficient of a kernel ridge
classifier with a Gaussian kernel on unit vectors (Saunders, Gammerman and Vovk, ICML 1998),
solved when the index is built.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.data import read_yaml
from knowledge.encoder import Vectors
from knowledge.rows import ANSWERED, Kind

#: For a guide with questions that it is known not to answer (`not-in-guide.yml`), and for one
#: without: there evidence only tells how near the guide's own words are.
COEFFICIENTS = Path(__file__).with_name("abstention.yml")
WITHOUT_DECLINED = Path(__file__).with_name("abstention-without-declined.yml")

#: Kernel exp(SHARPNESS * (cosine - 1)) and ridge, by cross-validation on the development half.
SHARPNESS = 6.0
RIDGE = 0.1

#: How quickly "nearly word for word" is over: a twentieth is left at a cosine of 0.9.
SAME = 30.0

#: What such a question counts: more than all others together.
_SAME_COUNTS = 2.0

#: A classifier on more questions than this would take minutes; every n-th is used then.
_MOST_QUESTIONS = 8_000

_NUMBER = {"type": "number"}
_FEATURES = ("evidence", "score", "margin", "known")
_SCHEMA = {
    "type": "object",
    "required": ["version", "threshold", "intercept", "coefficients"],
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string"},
        "threshold": {"type": "number", "minimum": 0, "maximum": 1},
        "intercept": _NUMBER,
        "coefficients": {
            "type": "object",
            "required": list(_FEATURES),
            "additionalProperties": False,
            "properties": dict.fromkeys(_FEATURES, _NUMBER),
        },
    },
}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What a search tells about whether the guide answers."""

    evidence: float
    """Answered against declined questions nearby, about -1 to 1; three for nearly the same one."""
    score: float
    """Score of the best passage."""
    margin: float
    """Score of the best passage minus the mean of the next four."""
    known: float
    """Share of the content words that occur in the guide or its questions, 0 to 1."""


NOTHING = Features(evidence=-1.0, score=0.0, margin=0.0, known=0.0)


@dataclass(frozen=True)
class Abstention:
    """A fitted logistic with its threshold."""

    version: str
    threshold: float
    intercept: float
    coefficients: Features

    @classmethod
    def load(cls, path: Path = COEFFICIENTS) -> Abstention:
        """Read the coefficients. Raises `knowledge.data.DataError`."""
        content, _ = read_yaml(path, _SCHEMA)
        return cls(
            version=content["version"],
            threshold=content["threshold"],
            intercept=content["intercept"],
            coefficients=Features(**content["coefficients"]),
        )

    def answerable(self, features: Features) -> float:
        """Probability that the guide answers, 0 to 1."""
        weights = asdict(self.coefficients)
        logit = self.intercept + sum(weights[name] * x for name, x in asdict(features).items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))


def coefficients_for(declines: bool) -> Path:
    """The coefficients for a guide with declined questions or without."""
    return COEFFICIENTS if declines else WITHOUT_DECLINED


def pulls(vectors: Vectors, answered: npt.NDArray[Any], declined: npt.NDArray[Any]) -> Floats:
    """The pull of every row: positive speaks for an answer, 0 for rows that are no questions.

    `answered` and `declined` say for each row whether it is a question of that sort. Both sorts
    weigh the same in all, however many there are of each.
    """
    import scipy.linalg  # type: ignore[import-untyped]
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    result: Floats = np.zeros(len(vectors), dtype=np.float32)
    rows = np.flatnonzero(answered | declined)
    rows = rows[:: max(1, math.ceil(len(rows) / _MOST_QUESTIONS))]
    if not len(rows):
        return result
    is_answered = answered[rows]
    target = np.where(is_answered, 1.0, -1.0)
    share = np.where(is_answered, is_answered.mean(), 1.0 - is_answered.mean())
    # One thread: another number of them rounds otherwise, and a guide has one index.
    with threadpool_limits(1):
        kernel = nearness(vectors[rows] @ vectors[rows].T)
        # A row that weighs w has a ridge of RIDGE / w. Single precision: half the time, and a
        # pull moves by some millionths.
        kernel[np.diag_indices_from(kernel)] += (RIDGE / (0.5 / share)).astype(np.float32)
        result[rows] = scipy.linalg.solve(
            kernel, target.astype(np.float32), assume_a="pos", overwrite_a=True, check_finite=False
        )
    return result


def nearness(cosines: Floats) -> Floats:
    """Gaussian kernel of unit vectors from their cosines: 1 for the same text, towards 0."""
    kernel: Floats = np.exp(SHARPNESS * (cosines - 1.0))
    return kernel


def evidence(cosines: Floats, pull: Floats, kind: npt.NDArray[np.int8]) -> float:
    """The sum of all pulls, each by its nearness to the question.

    A question that is nearly word for word one of those in the index goes with that one.
    """
    total = float(nearness(cosines) @ pull)
    for sorts, counts in ((ANSWERED, _SAME_COUNTS), ((Kind.DECLINED,), -_SAME_COUNTS)):
        nearest = max(float(cosines[kind == sort].max(initial=-1.0)) for sort in sorts)
        total += counts * math.exp(SAME * (min(nearest, 1.0) - 1.0))
    return total
