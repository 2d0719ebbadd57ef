"""Every example in data/nlu is read as the intent that it stands under."""

from pathlib import Path

import pytest
import yaml

from bot.nlu import read

EXAMPLES = [
    pytest.param(line.removeprefix("- ").strip().strip('"'), group["intent"])
    for path in sorted((Path(__file__).parents[3] / "data" / "nlu").glob("*.yml"))
    for group in yaml.safe_load(path.read_text("utf-8"))["nlu"]
    for line in group["examples"].splitlines()
]

#: Acts that are only told apart by an open question; these examples answer one.
ANSWERS = {"affirm", "deny", "unsure", "explain"}


@pytest.mark.parametrize(("text", "intent"), EXAMPLES)
def test_example(text: str, intent: str) -> None:
    asks = ("hives", "oozing") if intent in ANSWERS else ()
    assert read(text, asks=asks).to_json()["act"] == intent
