"""The learnt reader of intents: what a message wants (`intents/`).

`acts.py` weighs its word against the templates', by the limits of `intents.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.nlu.classifier import BUILD, Classifier
from bot.nlu.labelled import INTENTS
from bot.nlu.limits import PROBABILITY, limits_of, load_limits

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
