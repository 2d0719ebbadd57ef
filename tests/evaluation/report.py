"""The figures as one page: `.venv-evaluation/bin/python -m tests.evaluation.report dev scored`.

Reads what `python -m tests.evaluation` wrote of these parts to `.build/evaluation/*.json`. The page
holds everything, pictures included. Misses are shown of the development half only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jinja2

from tests.evaluation import pictures
from tests.evaluation.show import number

OUT = Path(".build/evaluation")
TEMPLATE = "report.html.jinja"

PARTS = {"dev": "Development half", "scored": "Scored half"}


def page(parts: dict[str, dict[str, Any]]) -> str:
    """The page for the parts that were measured: `{"dev": {"messages": ..., "questions": ...}}`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    environment.filters["percent"] = lambda value: f"{100 * value:.1f}"
    return environment.get_template(TEMPLATE).render(
        parts=[_part(name, results) for name, results in parts.items()]
    )


def _part(name: str, results: dict[str, Any]) -> dict[str, Any]:
    readers, systems = results["messages"]["readers"], results["questions"]["systems"]
    shown = name == "dev"
    return {
        **results,
        "name": name,
        "title": PARTS[name],
        "confusion": pictures.confusion(readers["ours"]["confusion"]),
        "curves": pictures.risk_coverage({n: s["risk_coverage"] for n, s in systems.items()}),
        "misread": readers["ours"]["missed"] if shown else None,
        "misanswered": results["questions"]["missed"] if shown else None,
    }


def main() -> None:
    """Write the page for the parts named on the command line."""
    parts = {
        name: {
            what: json.loads((OUT / f"{what}-{name}.json").read_text("utf-8"))
            for what in ("messages", "questions")
        }
        for name in sys.argv[1:]
    }
    target = OUT / "report.html"
    target.write_text(page(parts), "utf-8")
    print(f"page: {target}")


if __name__ == "__main__":
    main()
