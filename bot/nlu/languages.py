"""Whether a message is in a language other than English: by its script and small words.

No model: a script that is not Latin, or words of `languages.yml` that outnumber the English ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml

LANGUAGES_FILE = Path(__file__).with_name("languages.yml")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MAX_READ = 2000
_FOREIGN_SHARE = 0.3


def is_foreign(text: str, entirely: bool = False, but: int = 0) -> bool:
    """Whether most of `text` is not English; `entirely`: not one common English word in it, `but`
    for so many."""
    text = text[:_MAX_READ]
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return False
    if sum(not _is_latin(char) for char in letters) > _FOREIGN_SHARE * len(letters):
        return True
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    languages, english_words = _vocabulary()
    english = sum(word in english_words for word in words)
    best = max(sum(word in known for word in words) for known in languages.values())
    # One word alone ("hola"), or a clear majority: names and loan words are in English texts too.
    if entirely and english > but:
        return False
    return best > english and (best >= 2 or best == len(words))


@lru_cache(maxsize=4096)
def _is_latin(char: str) -> bool:
    """Latin letters, and the marks and signs that no script owns (ª, µ)."""
    name = unicodedata.name(char, "")
    return name.startswith(("LATIN", "FULLWIDTH LATIN", "MATHEMATICAL")) or ord(char) < 0x100


@cache
def _vocabulary() -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    data = yaml.safe_load(LANGUAGES_FILE.read_text(encoding="utf-8"))
    languages = {name: frozenset(words.split()) for name, words in data["languages"].items()}
    return languages, frozenset(data["english"].split())
