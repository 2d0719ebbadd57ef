"""`make bench`: turns, start and memory of our bot and of `rasa init`'s, and their ratios.

Both run at the same time and take turns being asked, so that whatever else the machine does slows
both; each starts while the other is idle. Everything stays on loopback, and the number of requests
is fixed. The figures also go to `.build/bench/result.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from statistics import median

from bench.bots import STOCK, make_stock, memory, running_stock
from bench.client import (
    BenchError,
    answer_turn,
    emergency_turn,
    first_answer,
    plain_turns,
    triage_turns,
)
from bot.setup.processes import ROOT
from bot.stack import running

#: Ours over stock, and what it must stay below.
WANTED = {
    "a turn with a triage result": 0.5,
    "a turn with an answer": 0.5,
    "start until the first answer": 0.5,
    "memory of all processes": 1.5,
}


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """The figures of both bots: milliseconds, seconds, megabytes."""
    ours: dict[str, float] = {}
    stock: dict[str, float] = {}
    turns: dict[str, list[float]] = defaultdict(list)
    with running_stock() as (stock_address, stock_pid):
        stock["start"] = first_answer(stock_address, time.perf_counter())
        started = time.perf_counter()
        with running(ROOT / ".build" / "bench" / "ours", "actions", "dialogue") as stack:
            ours["start"] = first_answer(stack.dialogue, started)
            for number in range(rounds + 3):
                timed = {
                    **plain_turns(stock_address),
                    **triage_turns(stack.dialogue),
                    **answer_turn(stack.dialogue),
                    **emergency_turn(stack.dialogue),
                }
                if number >= 3:  # the first rounds warm both up
                    for name, milliseconds in timed.items():
                        turns[name].append(milliseconds)
            ours["memory"], stock["memory"] = memory(stack.supervisor), memory(stock_pid)
    stock["plain"] = median(turns.pop("plain"))
    ours.update({name: median(times) for name, times in turns.items()})
    return {"ours": ours, "stock": stock}


def table(ours: dict[str, float], stock: dict[str, float]) -> list[dict[str, object]]:
    """One row per figure to reach, with its ratio."""
    pairs = {
        "a turn with a triage result": ("ms, p50", ours["triage"], stock["plain"]),
        "a turn with an answer": ("ms, p50", ours["answer"], stock["plain"]),
        "start until the first answer": ("s", ours["start"], stock["start"]),
        "memory of all processes": ("MB, PSS", ours["memory"], stock["memory"]),
    }
    return [
        {
            "figure": name,
            "unit": unit,
            "ours": round(mine, 1),
            "stock": round(theirs, 1),
            "ratio": round(mine / theirs, 2),
            "wanted": WANTED[name],
            "reached": mine / theirs < WANTED[name],
        }
        for name, (unit, mine, theirs) in pairs.items()
    ]


def main() -> int:
    """Measure, print the table, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    make_stock()
    print(f"Starting both bots, then {rounds} rounds of turns ...", flush=True)
    try:
        figures = measure(rounds)
    except (BenchError, RuntimeError) as problem:
        print(f"make bench: {problem}", file=sys.stderr)
        return 1
    rows = table(**figures)
    print(f"{'':30} {'ours':>8} {'stock':>8} {'ratio':>6}  wanted")
    for row in rows:
        print(
            f"{row['figure']!s:30} {row['ours']!s:>8} {row['stock']!s:>8} {row['ratio']!s:>6}"
            f"  < {row['wanted']} {'' if row['reached'] else 'MISSED'} ({row['unit']})"
        )
    ours = figures["ours"]
    print(f"beside: a question {ours['question']:.1f} ms, an emergency {ours['emergency']:.1f} ms")
    result = {"rounds": rounds, "rows": rows, **figures}
    (STOCK.parent / "result.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
