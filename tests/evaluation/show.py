"""The figures in the terminal: a row for each figure, a column for each system."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_LABEL, _COLUMN = 43, 23


def readers(results: Mapping[str, Any]) -> None:
    """How messages are read; what ours missed of the development half, with its text."""
    by_name = results["readers"]
    first = next(iter(by_name.values()))
    print(f"\n{results['part']}: {results['cases']} cases")
    _row("", by_name)
    for figure in first["dispositions"]:
        _each(by_name, figure, lambda r, f=figure: share(r["dispositions"][f]))
    for state in first["findings"]:
        label = f"findings, {state}: precision/recall/F1"
        _each(by_name, label, lambda r, s=state: _three(r["findings"][s]))
    for what in first["milliseconds"]:
        label = f"milliseconds to read a message, {what}"
        _each(by_name, label, lambda r, w=what: f"{r['milliseconds'][w]:.1f}")
    print("ours: time right", share(first["times"]), end="; ")
    print("intents " + ", ".join(f"{k} {v['f1']:.2f}" for k, v in first["intents"].items()))
    _misses(results["part"], first["missed"])


def answers(part: str, results: Mapping[str, Any]) -> None:
    """How questions to the guide are answered, with what ours missed of the development half."""
    by_name = results["systems"]
    first = next(iter(by_name.values()))
    print(f"\n{part}: {results['questions']} questions to the guide")
    _row("", by_name)
    for figure in first["figures"]:
        _each(by_name, figure, lambda s, f=figure: _interval(s["figures"][f]))
    _each(by_name, "milliseconds, p50", lambda s: f"{s['milliseconds']['p50']:.1f}")
    for name in ("quotes word for word in the guide", "parts answered or declined rightly"):
        print(f"ours: {name} {share(results[name])}")
    _misses(part, results["missed"])


def _misses(part: str, rows: Iterable[Mapping[str, Any]]) -> None:
    if part != "dev":
        return  # nobody develops on the scored half
    for row in rows:
        print(f"  {row['id']}: {row['wanted']} told as {row['got']}: {' | '.join(row['messages'])}")


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def share(figure: Mapping[str, Any]) -> str:
    """`98.9 % (97.1–99.7)`: a share with its 95 % interval."""
    return f"{100 * figure['share']:.1f} % ({100 * figure['low']:.1f}–{100 * figure['high']:.1f})"


def _three(scores: Mapping[str, float]) -> str:
    return " ".join(number(scores[name]) for name in ("precision", "recall", "f1"))


def number(value: float) -> str:
    """`0.912`, or a dash where there was nothing to count."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def _each(by_name: Mapping[str, Any], label: str, cell: Callable[[Any], str]) -> None:
    _row(label, map(cell, by_name.values()))


def _row(label: str, cells: Iterable[str]) -> None:
    print(f"{label:{_LABEL}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells))
