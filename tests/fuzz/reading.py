"""Fuzz the reading of messages with atheris (coverage-guided); by hand, not in `make test`.

    .build/uv/bin/uv pip install --python .venv/bin/python --target .build/atheris atheris==3.0.0
    PYTHONPATH=.build/atheris .venv/bin/python -m tests.fuzz.reading -max_total_time=600

Any exception, or a reading that contradicts `check`, ends the run and writes the input to a file
(`crash-…`); it is then kept as an example in `tests/bot/nlu/test_bad_input.py`.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any

from actions.triage import Case, findings, is_emergency, slots_from_reading
from bot.nlu import read

_NOW = datetime(2026, 11, 17, 22, 40, tzinfo=timezone.utc)
_STATES = {"present", "absent", "uncertain", "past", "hypothetical"}
_ASKS = ("hives", "oozing", "itching_severity", "trend", "fever", "treated_at")


def check(text: str, asks: tuple[str, ...] = ()) -> None:
    """Read a text and hold the reading to what must be true of any; raises AssertionError."""
    reading = read(text, _NOW, asks=asks).to_json()
    assert reading == read(text, _NOW, asks=asks).to_json()
    assert set(reading["findings"]) <= set(findings())
    assert {said["state"] for said in reading["findings"].values()} <= _STATES
    assert isinstance(reading["act"], str)
    json.dumps(reading)
    slots_from_reading(reading)
    is_emergency(Case.from_json(reading))


def main() -> None:
    """Fuzz until told to stop (libFuzzer's options)."""
    import atheris  # type: ignore[import-not-found]

    atheris.instrument_all()

    def one(data: bytes) -> Any:
        provider = atheris.FuzzedDataProvider(data)
        asks = _ASKS[: provider.ConsumeIntInRange(0, len(_ASKS))]
        check(provider.ConsumeUnicode(sys.maxsize), asks)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
