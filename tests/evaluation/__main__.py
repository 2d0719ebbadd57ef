"""`python -m tests.evaluation [--part dev|scored]`: measure reading and answering.

Prints the figures; writes them with every miss to `.build/evaluation/*.json`, and `report.html`.
Misses of the scored half stand in its JSON file only: nobody develops on them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import messages, questions_to_guide, show
from .baselines.child import EVALUATION
from .cases import load

OUT = Path(".build/evaluation")
INDEX = Path(".build/index")


def read_messages(part: str, contestants: Sequence[messages.Contestant]) -> None:
    """Measure, print and write how the messages of a part are read."""
    cases = load(part)
    results = {
        "part": part,
        "cases": len(cases),
        "readers": {who.name: messages.measure(cases, who) for who in contestants},
    }
    show.readers(results)
    _write(f"messages-{part}", results)


def answer_questions(part: str) -> None:
    """Measure, print and write how the questions of a part are answered."""
    answers = questions_to_guide.measure(questions_to_guide.load(part), INDEX)
    show.answers(part, answers)
    _write(f"questions-{part}", answers)


def _write(name: str, results: dict[str, Any]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    target = OUT / f"{name}.json"
    target.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(f"more: {target}")


def main() -> None:
    """Measure each part that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--part", choices=("dev", "scored"), action="append")
    parts = parser.parse_args().part or ["dev", "scored"]
    with messages.contestants() as contestants:
        for part in parts:
            read_messages(part, contestants)
            answer_questions(part)
    subprocess.run([EVALUATION, "-m", f"{__package__}.report", *parts], check=True)


if __name__ == "__main__":
    main()
