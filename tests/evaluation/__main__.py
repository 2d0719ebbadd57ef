"""`python -m tests.evaluation [--part dev|scored]`: measure reading and answering.

Prints the figures; writes `.build/evaluation/*.json`, and for messages a page to read.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.nlu import read, read_by_lexicon

from . import questions_to_guide, report, scores
from .cases import Case, load
from .interview import interview, ours

OUT = Path(".build/evaluation")
INDEX = Path(".build/index")


def lexicon_alone(
    text: str, now: datetime, asks: Sequence[str], items: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The product's reader without its semantic half."""
    return read_by_lexicon(text, now, "UTC", asks, items).to_json()


READERS = {"ours": ours, "lexicon alone": lexicon_alone}


def measure(cases: Sequence[Case], reader: Any) -> dict[str, Any]:
    """All figures of one reader."""
    outcomes = [interview(case, reader) for case in cases]
    confusion: dict[str, dict[str, int]] = defaultdict(dict)
    for (gold, told), number in scores.confusion(outcomes).items():
        confusion[gold][told] = number
    return {
        "dispositions": {k: v.to_json() for k, v in scores.dispositions(outcomes).items()},
        "findings": scores.findings(outcomes),
        "times": scores.times(outcomes).to_json(),
        "intents": scores.intents(outcomes),
        "confusion": confusion,
        "missed": scores.missed(outcomes),
    }


def speed(cases: Sequence[Case]) -> dict[str, float]:
    """Milliseconds to read a message, everything included; short: at most two sentences' words."""
    every, short = [], []
    for case in cases:
        for text in case.messages:
            started = time.perf_counter()
            read(text)
            every.append(1000 * (time.perf_counter() - started))
            if len(text.split()) <= 20:
                short.append(every[-1])
    every.sort()
    short.sort()
    return {
        "short p50": round(short[len(short) // 2], 1),
        "all p95": round(every[int(len(every) * 0.95)], 1),
    }


def show(results: dict[str, Any]) -> None:
    """Print the figures."""
    print(f"\n{results['part']}: {results['cases']} cases")
    names = list(results["readers"])
    print(f"{'':44}" + "".join(f"{name:>24}" for name in names))
    for figure in results["readers"][names[0]]["dispositions"]:
        row = [results["readers"][name]["dispositions"][figure] for name in names]
        print(f"{figure:44}" + "".join(map(_cell, row)))
    for name in names:
        each = results["readers"][name]
        print(f"{name}: F1 of finding and state {each['findings']['all']['f1']:.3f}", end="; ")
        print(f"time right {each['times']['share']:.3f}", end="; ")
        print("intents " + ", ".join(f"{k} {v['f1']:.2f}" for k, v in each["intents"].items()))
    print(f"milliseconds to read a message: {results['milliseconds']}")


def _cell(share: dict[str, Any]) -> str:
    return f"{100 * share['share']:10.1f} % ({share['hits']}/{share['total']})".rjust(24)


def _figure(value: Any) -> str:
    return _cell(value).strip() if isinstance(value, dict) else str(value)


def main() -> None:
    """Measure each part that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--part", choices=("dev", "scored"), action="append")
    OUT.mkdir(parents=True, exist_ok=True)
    for part in parser.parse_args().part or ("dev", "scored"):
        cases = load(part)
        results = {
            "part": part,
            "cases": len(cases),
            "readers": {name: measure(cases, reader) for name, reader in READERS.items()},
            "milliseconds": speed(cases),
        }
        show(results)
        target = OUT / f"messages-{part}"
        target.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        target.with_suffix(".html").write_text(report.page(results), "utf-8")
        print(f"More: {target}.html")
        answers = questions_to_guide.measure(questions_to_guide.load(part), INDEX)
        print("questions to the guide:")
        for name, value in answers.items():
            print(f"  {name:40} {_figure(value)}")
        (OUT / f"questions-{part}.json").write_text(json.dumps(answers, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
