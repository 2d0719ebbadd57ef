"""`python3 -m bot.setup [GOAL]`: bring the project up to date; the goals: bot/setup/steps.py.

`python3 -m bot.setup keep` does so, and keeps what takes long to make (`kept.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.setup import kept
from bot.setup.processes import ROOT, process_environment
from bot.setup.steps import BASELINES, GOALS, SERVERS, STEPS, Step

BUILD = Path(".build")


class StepFailedError(Exception):
    """A step failed; the message is one line for the person."""


def files(inputs: tuple[str, ...]) -> Iterator[Path]:
    """All files under the inputs, in a fixed order, without what Python and editors leave."""
    for name in inputs:
        path = Path(name)
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                yield file


def fingerprint(step: Step, earlier: dict[str, str]) -> str:
    """A digest of all that the result of a step depends on."""
    digest = hashlib.sha256(repr(step.command).encode())
    for name in step.needs:
        digest.update(earlier[name].encode())
    for file in files(step.inputs):
        digest.update(f"\0{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def run(step: Step) -> None:
    """Run a step with its output in a log of its own; raises `StepFailedError`."""
    print(f"{step.name}: {step.doing} ...", flush=True)
    log = BUILD / "logs" / f"{step.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable if word == "python3" else word for word in step.command]
    with log.open("wb") as out:
        code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=process_environment(),
            check=False,
        ).returncode
    if code or not all(Path(output).exists() for output in step.outputs):
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = lines[-1].strip() if lines else f"no output, exit code {code}"
        raise StepFailedError(f"{step.name} failed: {last} (everything it said: {log})")


def bring_up_to_date(steps: Iterable[Step]) -> None:
    """Run those steps whose inputs have changed since they last succeeded, in order."""
    fingerprints: dict[str, str] = {}
    for step in steps:
        stamp = BUILD / "stamps" / step.name
        now = fingerprints[step.name] = fingerprint(step, fingerprints)
        done = stamp.exists() and stamp.read_text(encoding="utf-8") == now
        if done and all(Path(output).exists() for output in step.outputs):
            continue
        stamp.unlink(missing_ok=True)
        started = time.monotonic()
        if kept.take(step, now):
            print(f"{step.name}: taken from {step.kept}", flush=True)
        else:
            run(step)
            print(f"{step.name}: done in {time.monotonic() - started:.0f} s", flush=True)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(now, encoding="utf-8")


def keep(steps: Iterable[Step]) -> None:
    """Keep in the repository what takes long to make, as the steps have made it."""
    for step in steps:
        if step.kept:
            made_from = (BUILD / "stamps" / step.name).read_text(encoding="utf-8")
            kept.keep(step, made_from)
            print(f"{step.name}: kept in {step.kept}")


def main() -> int:
    """Bring the goal named on the command line up to date, one `make` at a time."""
    os.chdir(ROOT)
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    goal = GOALS["all" if wanted == "keep" else wanted]
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            bring_up_to_date(step for step in (*STEPS, *BASELINES, *SERVERS) if step.name in goal)
            if wanted == "keep":
                keep(STEPS)
        except StepFailedError as failure:
            print(failure, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
