"""How well questions are answered from the guide: ours and others, same questions, same chunks."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import Answer, Passage, Searcher

from . import answer_scores
from .baselines.child import EVALUATION, Child
from .cases import HERE
from .scores import Share

Row = dict[str, Any]


def load(part: str) -> list[Row]:
    """The labelled questions of a part, "dev" or "scored"."""
    paths = sorted((HERE / "questions").glob(f"{part}*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def measure(rows: Sequence[Row], index: Path) -> dict[str, Any]:
    """All figures of all systems; questions of several parts are ours alone."""
    searcher = Searcher.load(index)
    single = [row for row in rows if "parts" not in row]
    ours, answers = _ours(searcher, single)
    systems = {"ours": ours, **_others(searcher.passages, single)}
    shown = [passage for answer in answers for passage in answer.passages]
    return {
        "questions": len(rows),
        "systems": systems,
        "quotes word for word in the guide": quotes(searcher, shown).to_json(),
        "parts answered or declined rightly": _parts(searcher, rows).to_json(),
        "missed": list(_missed(single, answers)),
    }


def _ours(searcher: Searcher, rows: Sequence[Row]) -> tuple[dict[str, Any], list[Answer]]:
    answers, took = [], []
    for row in rows:
        started = time.perf_counter()
        answers.append(searcher.search(row["question"], row.get("history", ())))
        took.append(1000 * (time.perf_counter() - started))
    ranks = [_rank(a.passages, row["facts"]) for a, row in zip(answers, rows, strict=True)]
    return _figures(rows, ranks, [answer.answerable for answer in answers], took), answers


def _others(passages: Sequence[Passage], rows: Sequence[Row]) -> dict[str, Any]:
    """Their figures; a follow-up is asked together with what was asked before it."""
    given: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with Child("guide", python=EVALUATION, module=f"{__package__}.baselines.guide") as child:
        texts = [f"{passage.section}. {passage.text}" for passage in passages]
        names = child.ask({"passages": texts})["systems"]
        for row in rows:
            asked = " ".join([*row.get("history", ()), row["question"]])
            answer = child.ask({"question": asked})
            for name in names:
                given[name].append(answer[name])
    systems = {}
    for name, each in given.items():
        shown = [[passages[number] for number in found["order"]] for found in each]
        ranks = [_rank(some, row["facts"]) for some, row in zip(shown, rows, strict=True)]
        scores = [found["score"] for found in each]
        systems[name] = _figures(rows, ranks, scores, [found["ms"] for found in each])
    return systems


def _figures(
    rows: Sequence[Row], ranks: Sequence[int], scores: Sequence[float], took: Sequence[float]
) -> dict[str, Any]:
    answers = answer_scores.Answers(
        answerable=np.array([bool(row["facts"]) for row in rows]),
        near=np.array([bool(row["facts"]) or row["kind"] == "near_miss" for row in rows]),
        rank=np.array(ranks),
        score=np.array(scores, dtype=np.float64),
    )
    return {
        "figures": answer_scores.figures(answers),
        "milliseconds": {"p50": round(float(np.median(took)), 1)},
        "risk_coverage": answer_scores.risk_coverage(answers),
    }


def _rank(passages: Sequence[Passage], facts: Iterable[str]) -> int:
    """Rank of the first passage that carries one of the facts; 0 for none."""
    wanted = set(facts)
    return next((at for at, passage in enumerate(passages, 1) if wanted & set(passage.facts)), 0)


def quotes(searcher: Searcher, passages: Iterable[Passage]) -> Share:
    """How many passages stand word for word in the guide, at the offsets that they give."""
    texts = {document.slug: document.text for document in searcher.documents}
    return Share.of(
        texts[passage.id.split("/")[0]][passage.start : passage.end] == passage.text
        for passage in passages
    )


def _parts(searcher: Searcher, rows: Sequence[Row]) -> Share:
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
                right.append(_rank(part.passages[:1], facts) == 1 and part.status == "answered")
    return Share.of(right)


def _missed(rows: Sequence[Row], answers: Sequence[Answer]) -> Iterable[dict[str, Any]]:
    """Questions answered with another passage, declined, or answered though the guide does not."""
    for row, answer in zip(rows, answers, strict=True):
        told = answer.status == "answered"
        right = told and _rank(answer.passages[:1], row["facts"]) == 1
        if right if row["facts"] else not told:
            continue
        got = f"{answer.passages[0].id}" if told else "declined"
        yield {
            "id": row["id"],
            "wanted": ", ".join(row["facts"]) or "decline",
            "got": got,
            "messages": [*row.get("history", ()), row["question"]],
            "answerable": round(answer.answerable, 2),
        }
