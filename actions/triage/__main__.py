"""`python -m actions.triage`: readings in, dispositions out, one JSON line per line.

A line is a reading as `python -m bot.nlu` writes it, or a list of readings, oldest first, that
are merged. A line that is neither gives `{"error": "…"}`; nothing stops the stream.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from actions.triage import assess, merge


def judge_line(line: bytes) -> dict[str, Any]:
    """Return the result for one line, or an error that says what is wrong with it."""
    try:
        readings = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "the line is not valid JSON; write one reading, or a list of them"}
    try:
        return assess(merge(*(readings if isinstance(readings, list) else [readings]))).to_json()
    except ValueError as error:
        return {"error": str(error)}


def main() -> None:
    """Judge every line of standard input."""
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(judge_line(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
