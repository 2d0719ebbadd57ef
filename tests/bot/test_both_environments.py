"""`python -m bot.nlu` writes the same under both Pythons (message contract)."""

import json
import subprocess

from tests.evaluation.cases import NOW, load

PYTHONS = (".venv/bin/python", ".venv-rasa/bin/python")


def test_the_same_readings_in_both_environments() -> None:
    texts = [text for case in load("dev")[:120] for text in case.messages]
    lines = "".join(json.dumps({"text": text, "now": NOW}) + "\n" for text in texts)
    one, other = (
        subprocess.run(
            [python, "-m", "bot.nlu"], input=lines, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for python in PYTHONS
    )
    assert len(one) == len(texts)
    assert one == other
