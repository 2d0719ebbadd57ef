"""Growth told by what it looked like, and when: "like a pea at noon, a good plum now".

Two things of `growth.yml` with times of one day, the later one half as large again at least, are
"worse within minutes to hours" (rule E3 of the triage protocol).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from actions.triage.datafile import load

SIZES_FILE = Path(__file__).with_suffix(".yml")
_SCHEMA = {
    "type": "object",
    "required": ["sizes"],
    "additionalProperties": False,
    "properties": {
        "sizes": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
            },
        }
    },
}

#: From one size to the next: less may be another look at the same.
_GROWN = 1.5

_AT_A_TIME = re.compile(
    r"\b(?:\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|o'?clock)|(?:at|by|from)\s(?:\d{1,2}|one|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|half|quarter)\b|\d{1,2}:\d\d|noon|midday|lunch"
    r"(?:time)?|tea(?:time| time)|breakfast|dinner(?:time)?|(?:an?|one|two|three|half an|\d)\s"
    r"(?:hours?|hrs?|h|minutes?|mins?)|this (?:morning|afternoon|evening)|tonight|now)\b",
    re.IGNORECASE,
)
#: Slower than that is no growth within hours, and what it is told of is not the skin.
_SLOWLY = re.compile(
    r"\b(?:yesterday|days?|weeks?|months?|years?|last night|overnight|(?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day|dough|bread|queue|belly|bump of mine|baby)\b",
    re.IGNORECASE,
)


@cache
def _sizes() -> tuple[re.Pattern[str], Mapping[str, float]]:
    """The names of all things, longest first, and how wide each is; raises `DataError`."""
    content = load(SIZES_FILE, _SCHEMA)["sizes"]
    wide = {name: float(size) for size, names in content.items() for name in names}
    names = "|".join(re.escape(each) for each in sorted(wide, key=len, reverse=True))
    return re.compile(rf"\b(?P<name>{names})s?\b", re.IGNORECASE), wide


def grows_fast(text: str) -> bool:
    """Whether a text tells of growth within a day by what it looked like at its times."""
    pattern, wide = _sizes()
    seen = [
        (match.start(), match.end(), wide[match["name"].lower()])
        for match in pattern.finditer(text)
    ]
    if len(seen) < 2 or len(_AT_A_TIME.findall(text)) < 2:
        return False
    first, last = (
        min(seen, key=lambda each: (each[2], each[0])),
        max(seen, key=lambda each: each[2]),
    )
    told = text[: last[1]]
    return first[0] < last[0] and last[2] >= _GROWN * first[2] and not _SLOWLY.search(told)
