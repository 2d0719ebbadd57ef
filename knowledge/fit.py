"""Fit when to decline: `python -m knowledge.fit QUESTIONS.jsonl ... [--write]`.

Reads labelled questions, one JSON object per line: `question`, `facts` (empty when the guide does
not answer) and, for a follow-up, `history`. Prints figures from cross-validation, in which every
question is judged by a fit that has not seen it; with `--write` also stores the coefficients: in
`knowledge/abstention.yml`, or, from the index of a guide that lists nothing it does not answer, in
`abstention-without-declined.yml`. Questions of several parts are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.model_selection import RepeatedStratifiedKFold  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from knowledge.abstain import Features, coefficients_for
from knowledge.encoder import EncoderMissingError
from knowledge.index import FOLDER, IndexUnusableError
from knowledge.search import Searcher

#: Share of questions outside the guide that may be answered all the same.
FALSE_ANSWERS = 0.05

_NAMES = [field.name for field in fields(Features)]
_HEADER = """\
# When the guide is taken to answer: a logistic over the features of `knowledge/abstain.py`, and
# the probability from which on an answer is given. Raise `threshold` to decline more often.
# Fitted by `python -m knowledge.fit`; written by it, so say why when you edit by hand.
"""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A logistic over the features, in their own units, and how it does on unseen questions."""

    intercept: float
    coefficients: dict[str, float]
    threshold: float
    auroc: float
    answered: float
    """Share of answerable questions that are answered at the threshold."""


def fit(features: Floats, answerable: npt.NDArray[np.bool_]) -> Fit:
    """Fit on questions by features; figures and threshold are cross-validated."""
    unseen = np.zeros(len(answerable))
    repeats = 5
    for train, test in RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=0).split(
        features, answerable
    ):
        intercept, weights = _logistic(features[train], answerable[train])
        unseen[test] += 1 / (1 + np.exp(-intercept - features[test] @ weights)) / repeats
    threshold = float(np.quantile(unseen[~answerable], 1 - FALSE_ANSWERS))
    intercept, weights = _logistic(features, answerable)
    return Fit(
        intercept=intercept,
        coefficients={name: float(w) for name, w in zip(_NAMES, weights, strict=True)},
        threshold=threshold,
        auroc=float(roc_auc_score(answerable, unseen)),
        answered=float(np.mean(unseen[answerable] > threshold)),
    )


def _logistic(features: Floats, answerable: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
    """Intercept and weights, none of them negative: each feature speaks for an answer in any guide,
    and what its weight only takes back from another's here, would mislead elsewhere."""
    kept = np.ones(features.shape[1], dtype=bool)
    weights = np.zeros(features.shape[1])
    while True:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
        model.fit(features[:, kept], answerable)
        scaler, logistic = model[0], model[1]
        weights[:] = 0
        weights[kept] = logistic.coef_[0] / scaler.scale_
        if (weights >= 0).all() or not (weights > 0).any():
            return float(logistic.intercept_[0] - weights[kept] @ scaler.mean_), weights
        kept &= weights >= 0


def read_questions(paths: list[Path]) -> list[dict[str, Any]]:
    """All rows that ask one thing."""
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if "parts" not in row]


def _write(path: Path, found: Fit, questions: int) -> None:
    content = {
        "version": f"{questions} questions, AUROC {found.auroc:.3f}",
        "threshold": round(found.threshold, 3),
        "intercept": round(found.intercept, 3),
        "coefficients": {name: round(w, 3) for name, w in found.coefficients.items()},
    }
    path.write_text(_HEADER + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def main() -> int:
    """Command line; says what went wrong in one line."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.fit", description=__doc__)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, default=FOLDER)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    try:
        rows = read_questions(arguments.questions)
        searcher = Searcher.load(arguments.index)
    except (OSError, ValueError, EncoderMissingError, IndexUnusableError) as error:
        print(f"fit failed: {error}", file=sys.stderr)
        return 1
    found = fit(
        np.array([_features(searcher, row) for row in rows]),
        np.array([bool(row["facts"]) for row in rows]),
    )
    print(
        f"{len(rows)} questions, unseen: AUROC {found.auroc:.3f}; at {FALSE_ANSWERS:.0%} false "
        f"answers {found.answered:.1%} of the answerable are answered"
    )
    for name, weight in found.coefficients.items():
        print(f"  {name:10} {weight:8.3f}")
    if arguments.write:
        target = coefficients_for(searcher.declines)
        _write(target, found, len(rows))
        print(f"written to {target}")
    return 0


def _features(searcher: Searcher, row: dict[str, Any]) -> list[float]:
    ranking = searcher.rank(row["question"], row.get("history", ()))
    return list(asdict(ranking.features).values())


if __name__ == "__main__":
    sys.exit(main())
