"""The evaluation as a page to read: tables, the confusion matrix as a picture, every miss."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

ORDER = ("emergency", "urgent", "contact", "undetermined", "self_care", "expected", "nothing")
_CELL, _LEFT, _TOP = 74, 130, 70

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .25rem .8rem; text-align: left; border-bottom: 1px solid #ccc }
td.n { text-align: right; font-variant-numeric: tabular-nums }
details { margin: .4rem 0 } blockquote { margin: .3rem 0 .3rem 1rem; color: #333 }
"""


def page(results: Mapping[str, Any]) -> str:
    """One HTML page without anything from elsewhere."""
    parts = [f"<title>Reading messages: {escape(results['part'])}</title><style>{_STYLE}</style>"]
    parts.append(f"<h1>Reading messages, {escape(results['part'])} half</h1>")
    parts.append(f"<p>{results['cases']} cases.</p>")
    names = list(results["readers"])
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    parts.append(f"<table><tr><th></th>{head}</tr>")
    for figure in results["readers"][names[0]]["dispositions"]:
        cells = "".join(
            f"<td class=n>{_share(results['readers'][name]['dispositions'][figure])}</td>"
            for name in names
        )
        parts.append(f"<tr><td>{escape(figure)}</td>{cells}</tr>")
    for label, key in (("finding and state, F1", "findings"),):
        cells = "".join(
            f"<td class=n>{results['readers'][name][key]['all']['f1']:.3f}</td>" for name in names
        )
        parts.append(f"<tr><td>{label}</td>{cells}</tr>")
    parts.append("</table>")
    own = results["readers"][names[0]]
    parts.append("<h2>What was told for what</h2>" + confusion_picture(own["confusion"]))
    parts.append(f"<h2>Misses ({len(own['missed'])})</h2>")
    parts.extend(_miss(row) for row in own["missed"])
    return "<!doctype html><html lang=en><meta charset=utf-8>" + "\n".join(parts) + "</html>\n"


def confusion_picture(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The confusion matrix as SVG: rows are labelled, columns told."""
    size = _CELL * len(ORDER)
    cells = [
        f'<svg viewBox="0 0 {_LEFT + size} {_TOP + size}" width="{_LEFT + size}" role="img" '
        'aria-label="Confusion matrix, rows labelled, columns told" font-size="13" '
        'font-family="system-ui, sans-serif">'
    ]
    for at, name in enumerate(ORDER):
        middle = _LEFT + at * _CELL + _CELL / 2
        cells.append(f'<text x="{middle}" y="{_TOP - 12}" text-anchor="middle">{name[:11]}</text>')
        row = _TOP + at * _CELL + _CELL / 2
        cells.append(f'<text x="{_LEFT - 10}" y="{row}" text-anchor="end">{name}</text>')
    for down, gold in enumerate(ORDER):
        total = sum(counts.get(gold, {}).values())
        for across, told in enumerate(ORDER):
            number = counts.get(gold, {}).get(told, 0)
            share = number / total if total else 0
            wrong = "190, 40, 30" if across > down else "200, 140, 0"
            colour = "30, 120, 60" if gold == told else wrong
            x, y = _LEFT + across * _CELL, _TOP + down * _CELL
            cells.append(
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" '
                f'fill="rgba({colour}, {0.06 + 0.8 * share:.2f})"/>'
                f'<text x="{x + _CELL / 2}" y="{y + _CELL / 2 + 4}" text-anchor="middle">'
                f"{number or ''}</text>"
            )
    return "".join(cells) + "</svg>"


def _share(share: Mapping[str, Any]) -> str:
    return (
        f"{100 * share['share']:.1f} % ({100 * share['low']:.1f}–{100 * share['high']:.1f}), "
        f"{share['hits']} of {share['total']}"
    )


def _miss(row: Mapping[str, Any]) -> str:
    said = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in row["messages"])
    return (
        f"<details><summary>{escape(row['id'])}: {row['wanted']} told as {row['got']}</summary>"
        f"{said}<p>labelled {escape(str(row['labelled']))}<br>read {escape(str(row['read']))}<br>"
        f"asked {escape(str(row['asked']))}</p></details>"
    )
