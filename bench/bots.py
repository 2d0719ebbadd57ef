"""The two bots: started, stopped, and their memory read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.run import DIALOGUE_PYTHON, HOST, leash
from bot.setup.processes import ROOT, process_environment
from bot.stack import free_port

STOCK = ROOT / ".build" / "bench" / "stock"


def make_stock() -> None:
    """Create and train Rasa's default project, once (about two minutes)."""
    if any(STOCK.glob("models/*.tar.gz")):
        return
    print("Training Rasa's default project, once ...", flush=True)
    STOCK.mkdir(parents=True, exist_ok=True)
    with (STOCK.parent / "stock.log").open("wb") as log:
        subprocess.run(
            [str(ROOT / DIALOGUE_PYTHON), "-m", "rasa", "init", "--no-prompt"],
            cwd=STOCK,
            env=process_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )


@contextmanager
def running_stock() -> Iterator[tuple[str, int]]:
    """Address and process id of Rasa's default bot, from its very start (it may not answer yet)."""
    port = free_port()
    command = [str(ROOT / DIALOGUE_PYTHON), "-m", "rasa", "run"]
    with (STOCK.parent / "stock-run.log").open("wb") as log:
        process = subprocess.Popen(
            [*leash("KILL"), *command, "--interface", HOST, "--port", str(port)],
            cwd=STOCK,
            env=process_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"http://{HOST}:{port}/", process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(pid: int) -> float:
    """Megabytes of a process and all below it; pages that several share count once (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return kilobytes / 1024 + sum(memory(int(child)) for child in below)
