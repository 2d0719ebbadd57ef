"""Signs that a patient claims after the bot has read them out: "that is me", "I have two of those".

Such words name nothing; what they mean stands in the passage before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from actions.triage import State
from bot.nlu.finding import Finding
from bot.nlu.reading import read_by_lexicon
from bot.nlu.semantic import is_alarming
from bot.nlu.sentences import load_templates, words_of

CLAIMED_FILE = Path(__file__).with_name("claimed.yml")

#: Up to so many words may stand between what leaves a claim open and the claim.
_NEAR = 4
_ENDS = frozenset([*".?!;,", "but"])


def claimed(text: str, read_out: str) -> dict[str, Finding]:
    """The red flags of `read_out`, uncertain, if `text` says that somebody has what it lists.

    >>> sorted(claimed("that's me", "Call at once for a tight throat or fainting."))
    ['fainting', 'throat_tightness']
    """
    span = _claim(text)
    if span is None:
        return {}
    listed = read_by_lexicon(read_out).findings
    return {
        name: Finding(State.UNCERTAIN, found_by="answer", span=span)
        for name in listed
        if is_alarming(name)
    }


def _claim(text: str) -> tuple[int, int] | None:
    """Where it is claimed, and not asked, denied or imagined."""
    words = words_of(text)
    row = words.text.split()
    for match in _patterns()["claimed"].finditer(f"{words.text}. "):
        first = words.index(match.start())
        last = min(words.index(match.end()), len(row)) - 1
        before = row[max(0, first - _NEAR) : first]
        ends = [at for at, word in enumerate(before) if word in _ENDS]
        before = before[ends[-1] + 1 :] if ends else before
        if not _patterns()["open"].search("".join(f"{word} " for word in before)):
            return words.span(first, last)
    return None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return load_templates(CLAIMED_FILE).patterns()
