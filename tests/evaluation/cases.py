"""The labelled messages (`messages/*.jsonl`; how they are labelled: `README.md`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: The moment of a message that names no clock time; any would do.
NOW = "2026-11-17T22:40:00+00:00"


#: The part of the half to develop on that the readers learn from.
LEARNT = "learnt/"


@dataclass(frozen=True)
class Case:
    """One patient: what is written, what it says, and how urgent it is after the replies."""

    id: str
    kind: str
    messages: tuple[str, ...]
    labels: dict[str, Any]

    @property
    def now(self) -> str:
        """When it was written, ISO."""
        return str(self.labels.get("now", NOW))

    @property
    def disposition(self) -> str | None:
        """By the protocol, after every reply; None when there is nothing to triage."""
        disposition = self.labels["disposition"]
        return None if disposition is None else str(disposition)

    def reply(self, asks: tuple[str, ...]) -> str:
        """What this patient answers to a question."""
        replies = self.labels["replies"]
        return str(next((replies[ask] for ask in asks if ask in replies), replies["default"]))


def load(part: str) -> list[Case]:
    """The cases of a part: "dev", "scored" or `LEARNT`."""
    return [case for path in files(part) for case in _read(path)]


def files(part: str) -> list[Path]:
    """The files of a part, in order."""
    return sorted((HERE / "messages").glob(f"{part}*.jsonl"))


def _read(path: Path) -> Iterator[Case]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        messages = row["messages"] if "messages" in row else [row["text"]]
        yield Case(row["id"], row["kind"], tuple(messages), row)
