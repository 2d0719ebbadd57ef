"""The pictures of the report, drawn with Matplotlib, as addresses that hold the whole SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

ORDER = ("emergency", "urgent", "contact", "undetermined", "self_care", "expected", "nothing")

#: Okabe and Ito's colours, told apart by colour-blind readers; ours is the first.
_COLOURS = ("#0072b2", "#999999", "#e69f00", "#cc79a7", "#009e73", "#d55e00")
_RIGHT, _SAME, _TOO_LITTLE, _TOO_MUCH = "#009e73", "#999999", "#c8102e", "#e69f00"

mpl.rcParams.update(
    {
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)


def confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    """What was told (columns) for what was labelled (rows); colour by the share of the row."""
    numbers = np.array([[counts.get(g, {}).get(t, 0) for t in ORDER] for g in ORDER])
    shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1)
    image = np.ones((len(ORDER), len(ORDER), 3))
    for (row, column), share in np.ndenumerate(shares):
        if share:
            strength = 0.12 + 0.78 * share
            image[row, column] = 1 - strength * (1 - np.array(to_rgb(_colour(row, column))))
    figure = Figure(figsize=(7.6, 5.8), layout="constrained")
    axes = figure.subplots()
    axes.imshow(image)
    for (row, column), number in np.ndenumerate(numbers):
        if number:
            light = "white" if shares[row, column] > 0.6 else "black"
            axes.text(column, row, str(number), ha="center", va="center", color=light)
    names = [name.replace("_", " ") for name in ORDER]
    axes.set_xticks(range(len(ORDER)), names, rotation=30, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(ORDER)), names)
    axes.xaxis.tick_top()
    axes.set_xlabel("told after the replies")
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("labelled")
    axes.set_xticks(np.arange(1, len(ORDER)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(ORDER)) - 0.5, minor=True)
    axes.grid(which="minor", color="#dddddd")
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    return _address(figure)


def _colour(labelled: int, told: int) -> str:
    """Green right, red less urgent than labelled, orange more; grey where urgency is the same."""
    if labelled == told:
        return _RIGHT
    if {ORDER[labelled], ORDER[told]} in ({"contact", "undetermined"}, {"expected", "nothing"}):
        return _SAME
    return _TOO_LITTLE if told > labelled else _TOO_MUCH


def risk_coverage(curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """For each system the share of wrong answers by the share of questions answered."""
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.subplots()
    for (name, curve), colour in zip(curves.items(), _COLOURS, strict=False):
        coverage, risk = zip(*curve, strict=True)
        width = 2.6 if name == "ours" else 1.4
        axes.plot(coverage, risk, label=name, color=colour, linewidth=width)
    axes.set_xlabel("coverage: share of all questions answered, the surest first")
    axes.set_ylabel("risk: share of these answers that are wrong")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, None)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(color="#eeeeee")
    axes.legend(frameon=False)
    return _address(figure)


def _address(figure: Figure) -> str:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
