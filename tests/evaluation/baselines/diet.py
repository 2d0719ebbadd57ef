"""Which joined intent Rasa's DIET gives each text: a child process of `child.py`.

    .venv-rasa/bin/python -m tests.evaluation.baselines.diet

A line in: `{"texts": [...]}`; a line out: `{"intents": [[name, confidence], ...], "ms": ...}`, the
likeliest of each.
The model is trained by the step `diet` of `bot/setup/steps.py`, as `diet.yml` says.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from tests.evaluation.baselines.child import answer_lines

MODEL = ".build/diet/model.tar.gz"


def main() -> None:
    """Answer until standard input ends."""
    configure_structlog(logging.ERROR)  # Rasa would write every message to the log
    agent = Agent.load(MODEL)
    loop = asyncio.new_event_loop()

    def intents(row: dict[str, Any]) -> dict[str, Any]:
        parsed = [loop.run_until_complete(agent.parse_message(text)) for text in row["texts"]]
        likeliest = [each["intent"] for each in parsed]
        return {"intents": [[each["name"] or "none", each["confidence"]] for each in likeliest]}

    answer_lines(intents)


if __name__ == "__main__":
    main()
