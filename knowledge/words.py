"""Words of a text: plain tokens, their stems, and which of them carry content.

Shared by BM25, spelling and abstention, so that all three see the same words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+")
_SINGLE_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
#: Combining accents vanish, control characters and the like become spaces.
_NORMAL = {"Mn": "", "Cc": " ", "Cf": "", "Cs": " ", "Co": " ", "Cn": " "}
_STEMMER = snowballstemmer.stemmer("english")

#: Words that say how something is asked, not what is asked about.
_FUNCTION_WORDS = """
a about after again all also am an and any anyone anything are aren't as at be because been
before being both but by can can't cannot could couldn't did didn't do does doesn't doing don't
done during each either else ever every few for from get gets getting give go going gonna got
had has hasn't have haven't having he hello help her here hers hey hi him his how i i'd i'll i'm
i've if im in into is isn't it it's its just know let like long look make makes many may maybe
me mean might mine more most much must my myself need needs no not now of off oh ok okay on once
one only or other our out over own please put really same say see shall she should shouldn't so
some somebody someone something still such take tell than thank thanks that that's the their
them then there there's these they thing things think this those through to too under until up
us use used using very want wanna was wasn't way we well were what what's when where which while
who whom whose why will with without won't would wouldn't yes yet you your yours
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def normalise(text: str) -> str:
    """Lower case, plain quotes, accents and compatibility forms folded, no control characters."""
    folded = unicodedata.normalize("NFKD", text).translate(_SINGLE_QUOTES).lower()
    return "".join(_NORMAL.get(unicodedata.category(char), char) for char in folded)


def tokens(text: str) -> list[str]:
    """Words and numbers in order; letters and digits that touch are parted (`SPF30`, `48h`)."""
    return _TOKEN.findall(normalise(text))


@lru_cache(maxsize=20_000)
def stem(token: str) -> str:
    """The stem of one lower-case token (Snowball English, Porter 2)."""
    result: str = _STEMMER.stemWord(token)
    return result


def is_content(token: str) -> bool:
    """Whether a token says what a text is about."""
    return token not in FUNCTION_WORDS and (len(token) > 1 or token.isdigit())


def content_stems(words: list[str]) -> list[str]:
    """Stems of the content words, in order, repetitions kept."""
    return [stem(word) for word in words if is_content(word)]
