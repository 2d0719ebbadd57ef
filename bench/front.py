"""`python -m bench.front`: the front door under load, and as a patient sees it in a browser.

Added latency: in each round the same message is put to the dialogue and, beside it, to the
gateway's own reading, as they run in a turn, and then to the gateway; what the gateway adds is its
turn less the slower of the two. Then many chats at once, each writing every twenty seconds; then
ever more of them without a pause, until replies take longer than a second. The load comes from the
machine that serves. Figures also go to `.build/bench/front.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import yaml

from bench.browser import in_browser
from bench.chats import Load, many_chats, until_saturated
from bench.client import Conversation, Visitor
from bot.clinic import load_clinic
from bot.gateway.red_flags import judge
from bot.gateway.settings import SETTINGS_FILE
from bot.setup.processes import ROOT
from bot.stack import Stack, running

OUT = ROOT / ".build" / "bench"

MESSAGES = {
    "small talk": "thanks",
    "a complaint": "my cheeks are a bit red and tight since yesterday",
    "a question": "when can I wear makeup again?",
}

#: Figure: its unit and what it must not be above.
WANTED = {
    "added by the gateway, small talk": ("ms, p50", 5.0),
    "added by the gateway, a complaint": ("ms, p50", 5.0),
    "added by the gateway, a question": ("ms, p50", 5.0),
    "first paint of the opened panel": ("ms, p50", 500.0),
    "reply visible after send": ("ms, p50", 150.0),
    "200 chats, one message each 20 s": ("ms, p95", 1000.0),
    "200 chats, errors and wrong or empty replies": ("of all", 0.0),
}


def open_limits(folder: Path) -> None:
    """Let all chats come from one address; everything else as shipped."""
    settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
    settings["limits"].update(
        dict.fromkeys(
            (
                "messages_per_address",
                "messages_per_session",
                "sessions_per_address",
                "requests_per_address",
            ),
            "1000000/minute",
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
    os.environ["GATEWAY_SETTINGS"] = str(folder / "settings.yml")


def added(stack: Stack, rounds: int) -> dict[str, dict[str, float]]:
    """For each message the medians of dialogue, reading and gateway, and what is added."""
    zone = load_clinic().time_zone
    figures = {}
    with ThreadPoolExecutor(1) as beside:
        for name, text in MESSAGES.items():
            rows = []
            for number in range(rounds + 2):
                reading = beside.submit(_read, text, zone)
                dialogue = Conversation(stack.dialogue)
                alone, _ = dialogue.say(text)
                dialogue.close()
                read = reading.result()
                visitor = Visitor(stack.gateway)
                whole = visitor.say(text)
                visitor.close()
                if number >= 2:  # the first rounds warm everything up
                    rows.append((alone, read, whole, whole - max(alone, read)))
            columns = [median(column) for column in zip(*rows, strict=True)]
            parts = ("dialogue", "reading", "gateway", "added")
            figures[name] = dict(zip(parts, columns, strict=True))
    return figures


def _read(text: str, zone: str) -> float:
    """Milliseconds of the gateway's own reading."""
    started = time.perf_counter()
    judge(text, {}, None, datetime.now(timezone.utc), zone)
    return (time.perf_counter() - started) * 1000


def measure(rounds: int, seconds: float) -> dict[str, Any]:
    """All figures, each part on the same running bot."""
    open_limits(OUT / "front")
    with running(OUT / "front") as stack:
        print("What the gateway adds ...", flush=True)
        result: dict[str, Any] = {"added": added(stack, rounds)}
        print("In Chromium ...", flush=True)
        result["browser"] = in_browser(stack.gateway, max(5, rounds // 15))
        print(f"200 chats for {seconds:.0f} s ...", flush=True)
        result["chats"] = _shares(asyncio.run(many_chats(stack.gateway, 200, 20.0, seconds)))
        print("Ever more, without a pause ...", flush=True)
        steps = asyncio.run(until_saturated(stack.gateway))
        result["saturation"] = [
            {"at once": at_once, "messages/s": round(load.rate, 1), **_shares(load)}
            for at_once, load in steps
        ]
    return result


def _shares(load: Load) -> dict[str, float]:
    cuts = quantiles(load.milliseconds, n=20)
    return {
        "messages": len(load.milliseconds),
        "p50": round(median(load.milliseconds), 1),
        "p95": round(cuts[-1], 1),
        "wrong": load.wrong,
    }


def rows(result: dict[str, Any]) -> list[tuple[str, float]]:
    """The figures to reach, by the names of `WANTED`."""
    browser, chats = result["browser"], result["chats"]
    return [
        *(
            (f"added by the gateway, {name}", each["added"])
            for name, each in result["added"].items()
        ),
        ("first paint of the opened panel", median(browser["paint"])),
        ("reply visible after send", median(browser["reply"])),
        ("200 chats, one message each 20 s", chats["p95"]),
        ("200 chats, errors and wrong or empty replies", chats["wrong"]),
    ]


def main() -> int:
    """Measure, print, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.front", description=__doc__)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    try:
        result = measure(given.rounds, given.seconds)
    except RuntimeError as problem:
        print(f"make bench-front: {problem}", file=sys.stderr)
        return 1
    for name, figure in rows(result):
        unit, most = WANTED[name]
        missed = "" if figure <= most else "MISSED"
        print(f"{name:46} {figure:8.1f}  at most {most:g} {missed} ({unit})")
    for name, each in result["added"].items():
        parts = ", ".join(f"{part} {value:.1f}" for part, value in each.items())
        print(f"beside: {name}: {parts} ms")
    for step in result["saturation"]:
        print("beside: " + ", ".join(f"{name} {value}" for name, value in step.items()))
    (OUT / "front.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
