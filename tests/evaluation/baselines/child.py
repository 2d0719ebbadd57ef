"""A process in another environment that answers JSON lines: one line in, one line out.

Both ends are here and need the standard library alone, so that every environment can run them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.setup.processes import process_environment

#: The Pythons of the environments that children run in.
EVALUATION = ".venv-evaluation/bin/python"
RASA = ".venv-rasa/bin/python"

LOGS = Path(".build/logs")

#: As ours has.
_ONE_CORE = {
    "OMP_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",  # the names are Rasa's
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
}


class Child:
    """A module run by another environment's Python and given `name`; use it as a context manager.

    What it says beside its answers goes to `.build/logs/evaluation-NAME.log`.
    """

    def __init__(self, name: str, python: str, module: str) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self._log = LOGS / f"evaluation-{name}.log"
        self._process = subprocess.Popen(
            [python, "-m", module, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("wb"),
            env={**process_environment(), **_ONE_CORE},
            text=True,
        )
        self._known: dict[str, dict[str, Any]] = {}
        self.milliseconds = 0.0
        """How long the latest answer took, in the child: without the way there and back."""

    def ask(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its answer to one row, asked once ("no" is a reply in every case).

        Raises `RuntimeError` when it has ended.
        """
        line = json.dumps(row)
        if line not in self._known:
            self._known[line] = self._ask(line)
        answer = self._known[line]
        self.milliseconds = answer["ms"]
        return answer

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError(f"a baseline has ended; what it said: {self._log}")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()


def answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The child's end: answer each line of standard input, with the milliseconds it took.

    Libraries that print do so to standard error, so that they cannot spoil an answer.
    """
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            row = json.loads(line)
            started = time.perf_counter()
            answered = answer(row)
            answered["ms"] = 1000 * (time.perf_counter() - started)
            print(json.dumps(answered), file=out, flush=True)
