"""The learnt reader of intents: what a message wants (`intents/`).

`acts.py` weighs its word against the templates', by the limits of `intents.yml`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.nlu.classifier import BUILD, Classifier
from bot.nlu.labelled import INTENTS
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.semantic import semantic_reader
from knowledge.encoder import Vectors

logger = logging.getLogger(__name__)

DATA = Path(__file__).with_name("intents")
FOLDER = BUILD / "intents"
LIMITS_FILE = Path(__file__).with_suffix(".yml")

#: What the templates can say that is left to this reader's word; see `acts.py`.
_KINDS = ("check_symptoms", "both", "ask", "talk", "answer", "correct")
_LIMITS = limits_of(dict.fromkeys(_KINDS, limits_of(dict.fromkeys(INTENTS, PROBABILITY))))


class IntentReader(Classifier):
    """Gives each intent its probability; see `Classifier`."""

    def __init__(self, fingerprint: str, folder: Path = FOLDER) -> None:
        super().__init__(INTENTS, fingerprint, folder)


@lru_cache(maxsize=1)
def least() -> Mapping[str, Mapping[str, float]]:
    """The limits of `intents.yml`, by what the templates say; raises `DataError`."""
    limits: Mapping[str, Mapping[str, float]] = load_limits(LIMITS_FILE, _LIMITS)
    return limits


def intents_of(text: str, mean: Vectors | None) -> dict[str, float] | None:
    """The probability of each intent of a text; `mean` is that of its token vectors.

    None where nothing was encoded, or the reader is missing or fails.
    """
    reader = None if mean is None else intent_reader()
    try:
        return None if reader is None or mean is None else reader.read(text, mean)
    except Exception as error:
        logger.error("The reader of intents failed: %s", type(error).__name__)
        return None


@lru_cache(maxsize=1)
def intent_reader() -> IntentReader | None:
    """The product's reader of intents, loaded once; None when it is missing or broken.

    No sign of danger hangs on it, so the bot starts without it; said once in the log.
    """
    try:
        return IntentReader(semantic_reader().encoder.reading_fingerprint)
    except Exception as error:
        logger.error("Intents are read by templates alone: %s", type(error).__name__)
        return None
