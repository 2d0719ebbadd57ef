"""The learnt readers of answers: what an answer comes down to, in words that no list has.

    courses   to "better, worse or the same?"    "much as it was", "on the turn", "still peach"
    replies   to "do you have any of these?"     "naw pet lamb", "no, glad to say", "she says no"
    extents   to "only where you were treated?"  "just the bits they did"

Each is asked only where its question was (`reading.py`): courses where nothing else tells one, the
other two where the templates understood nothing and nothing was found. None of them says that
something gets rapidly worse: that is a red flag, and read as one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.nlu.classifier import BUILD, Classifier
from bot.nlu.labelled import ANSWERS
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.semantic import Seen, semantic_reader

logger = logging.getLogger(__name__)

DATA = Path(__file__).with_suffix("")
LIMITS_FILE = Path(__file__).with_suffix(".yml")

_LIMITS = limits_of(
    {task: limits_of(dict.fromkeys(labels, PROBABILITY)) for task, labels in ANSWERS.items()},
    required=True,
)


def comes_down_to(task: str, text: str, seen: Seen) -> str | None:
    """The label of an answer, where the reader is sure enough of one that counts.

    None as well where nothing was encoded, or the reader is missing or fails: the templates' word
    stands then, and what nobody understood is asked again.
    """
    reader = answer_reader(task)
    if reader is None or seen.mean is None:
        return None
    try:
        shares, limits = reader.read(text, seen.mean), least()[task]
    except Exception as error:
        logger.error("The reader of %s failed: %s", task, type(error).__name__)
        return None
    likeliest = max(shares, key=shares.__getitem__)
    return likeliest if likeliest in limits and shares[likeliest] >= limits[likeliest] else None


@lru_cache
def answer_reader(task: str) -> Classifier | None:
    """The product's reader of a task, loaded once; None when it is missing or broken."""
    try:
        return Classifier(ANSWERS[task], semantic_reader().encoder.fingerprint, BUILD / task)
    except Exception as error:
        logger.error("%s are read by templates alone: %s", task, type(error).__name__)
        return None


@lru_cache(maxsize=1)
def least() -> Mapping[str, Mapping[str, float]]:
    """The limits of `learnt_answers.yml`, by task and label; raises `DataError`."""
    limits: Mapping[str, Mapping[str, float]] = load_limits(LIMITS_FILE, _LIMITS)
    return limits
