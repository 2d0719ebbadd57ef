"""The small learnt readers: what a text comes down to, in words that no list has.

An answer, asked only where its question was (`reading.py`):

    courses   to "better, worse or the same?"    "much as it was", "on the turn", "still peach"
    replies   to "do you have any of these?"     "naw pet lamb", "no, glad to say", "she says no"
    extents   to "only where you were treated?"  "just the bits they did"
    conditions  to "does any apply to you?"      "only the bee thing I told you about"
    remedies  to "have you tried anything?"      "frozen peas", "left it be"

A clause, where the lexicon names none:

    severity  of the one complaint told there    "a solid 9 pain wise", "this itch is unreal"
    trends    of what is complained of           "has crept past my jaw", and what only looks like a
                                                 trend to the lexicon: "gone all rough"
    reach     of a complaint on the skin         "on my belly too, it was my face you did"
    risks     of the patient                     "tablets that stop my kidney being rejected"
    moments   of a time                          "client of yours from 3 this aft"

and, beside the lexicon, of a complaint:

    recurrence  "tonight it's here again, same cheeks, nobody invited it"
    home_care   "two nurofen did nowt for it"

None of them says that something gets rapidly worse: that is a red flag, and read as one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.nlu.classifier import BUILD, Classifier
from bot.nlu.labelled import LEARNT
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.semantic import semantic_reader
from knowledge.encoder import Vectors

logger = logging.getLogger(__name__)

DATA = Path(__file__).with_suffix("")
LIMITS_FILE = Path(__file__).with_suffix(".yml")

_LIMITS = limits_of(
    {task: limits_of(dict.fromkeys(labels, PROBABILITY)) for task, labels in LEARNT.items()},
    required=True,
)


def comes_down_to(task: str, text: str, mean: Vectors | None) -> str | None:
    """The label of a text, where the reader is sure enough of one that counts.

    `mean` is that of its token vectors.

    None as well where nothing was encoded, or the reader is missing or fails: the word of lists and
    templates stands then, and what nobody understood is asked.
    """
    shares, limits = shares_of(task, text, mean), least()[task]
    likeliest = max(shares, key=shares.__getitem__, default="")
    return likeliest if likeliest in limits and shares[likeliest] >= limits[likeliest] else None


def shares_of(task: str, text: str, mean: Vectors | None) -> Mapping[str, float]:
    """The probability of each label; empty where `comes_down_to` has no word."""
    reader = learnt_reader(task)
    if reader is None or mean is None:
        return {}
    try:
        return reader.read(text, mean)
    except Exception as error:
        logger.error("The reader of %s failed: %s", task, type(error).__name__)
        return {}


@lru_cache
def learnt_reader(task: str) -> Classifier | None:
    """The product's reader of a task, loaded once; None when it is missing or broken."""
    try:
        return Classifier(LEARNT[task], semantic_reader().encoder.reading_fingerprint, BUILD / task)
    except Exception as error:
        logger.error("%s are read by templates alone: %s", task, type(error).__name__)
        return None


@lru_cache(maxsize=1)
def least() -> Mapping[str, Mapping[str, float]]:
    """The limits of `learnt.yml`, by task and label; raises `DataError`."""
    limits: Mapping[str, Mapping[str, float]] = load_limits(LIMITS_FILE, _LIMITS)
    return limits
