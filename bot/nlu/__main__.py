"""`python -m bot.nlu`: messages in, readings out, one JSON line per line (message contract).

A line is `{"text", "now"?, "timezone"?, "asks"?}`. A line that is not gives `{"error": "…"}`;
nothing stops the stream.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from bot.nlu import read


def read_line(line: bytes) -> dict[str, Any]:
    """The reading of one line, or an error that says what is wrong with it."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": 'the line is not valid JSON; write {"text": "..."}'}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": 'write an object with a text: {"text": "..."}'}
    asks = asked.get("asks") or []
    if not isinstance(asks, list) or not all(isinstance(ask, str) for ask in asks):
        return {"error": '"asks" has to be a list of ask ids'}
    try:
        now = _moment(asked.get("now"))
    except (ValueError, TypeError, AttributeError):
        return {"error": '"now" has to be an ISO date and time, as in 2026-11-17T22:40:00+00:00'}
    zone = asked.get("timezone") or "UTC"
    return read(asked["text"], now, zone if isinstance(zone, str) else "UTC", asks).to_json()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def main() -> None:
    """Read every line of standard input."""
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(read_line(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
