"""How well questions are answered from the guide: ranking, and knowing what it does not say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from knowledge import Searcher

from .cases import HERE
from .scores import Share

#: Share of questions outside the guide that may be answered when answers are counted.
FALSE_ANSWERS = 0.05


def load(part: str) -> list[dict[str, Any]]:
    """The labelled questions of a part, "dev" or "scored"."""
    paths = sorted((HERE / "questions").glob(f"{part}*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def measure(rows: Sequence[dict[str, Any]], index: Path) -> dict[str, Any]:
    """hit@1, hit@3 and MRR of answerable questions; AUROC and answers of all; parts of several."""
    searcher = Searcher.load(index)
    single = [row for row in rows if "parts" not in row]
    ranks, answerable, near = [], [], []
    for row in single:
        answer = searcher.search(row["question"], row.get("history", ()))
        answerable.append(answer.answerable)
        near.append(bool(row["facts"]) or row["kind"] == "near_miss")
        if row["facts"]:
            ranks.append(_rank(answer.passages, set(row["facts"])))
    truth = np.array([bool(row["facts"]) for row in single])
    probable = np.array(answerable)
    limit = float(np.quantile(probable[~truth], 1 - FALSE_ANSWERS))
    nearby = np.array(near)
    return {
        "questions": len(rows),
        "hit@1": Share.of(rank == 1 for rank in ranks).to_json(),
        "hit@3": Share.of(rank is not None and rank <= 3 for rank in ranks).to_json(),
        "MRR": round(float(np.mean([1 / rank if rank else 0 for rank in ranks])), 4),
        "AUROC": round(float(roc_auc_score(truth, probable)), 4),
        "AUROC near misses": round(float(roc_auc_score(truth[nearby], probable[nearby])), 4),
        "answered at 5 % false answers": Share.of(probable[truth] > limit).to_json(),
        "parts answered or declined rightly": _parts(searcher, rows).to_json(),
    }


def _rank(passages: Sequence[Any], facts: set[str]) -> int | None:
    ranks = (at for at, passage in enumerate(passages, 1) if facts & set(passage.facts))
    return next(ranks, None)


def _parts(searcher: Searcher, rows: Sequence[dict[str, Any]]) -> Share:
    right = []
    for row in rows:
        if "parts" not in row:
            continue
        answer = searcher.search(row["question"], row.get("history", ()))
        found = answer.parts or (answer,)
        for at, facts in enumerate(row["parts"]):
            part = found[min(at, len(found) - 1)]
            if facts == ["none"]:
                right.append(part.status == "not_in_guide")
            else:
                first = _rank(part.passages[:1], set(facts)) == 1
                right.append(first and part.status == "answered")
    return Share.of(right)
