"""The arbiter: what a message says of a finding, learnt from what its two readers make of it.

The lexicon with its assertion table and the semantic reader err in different places, and no rule
says which of them to believe in every case. The arbiter has learnt it from messages that neither
of them has learnt from (stacked generalization: Wolpert, Neural Networks 5, 1992): a small network
over what both say of a finding, how its clauses are meant, and what else the message tells. It only
overrules what it is sure is wrong; `arbiter.yml` says how sure, and for a red flag surer to drop it
than to add it. Learnt by `bot/training/arbiter.py`; here it is NumPy alone, in both environments.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from actions.triage import State, Subject, findings
from bot.nlu.assertion import is_always_meant
from bot.nlu.finding import BOTH, SEMANTIC, Finding
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.phrase_data import MEANINGS, label_names
from bot.nlu.semantic import HARMLESS, Clause, is_alarming, semantic_reader
from knowledge.encoder import DIMENSIONS, Vectors

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / ".build" / "arbiter"
ARRAYS, SETTINGS = "arbiter.npz", "arbiter.json"
LIMITS_FILE = Path(__file__).with_suffix(".yml")

#: What a message can say of a finding. `other`: somebody else has it.
NOTHING, OTHER = "nothing", "other"
WORDS = (NOTHING, *(str(state) for state in State), OTHER)
THERE = (str(State.PRESENT), str(State.UNCERTAIN))

#: What the semantic reader sees less than this is no candidate.
_LEAST_SEEN = 0.05

#: Logits of probabilities are kept within those of 0.001 and 0.999, and brought near to 1.
_EDGE, _SCALE = 1e-3, 3.0
#: Mean vectors have length 1; their numbers are brought near to those of the rest.
_MEAN_SCALE = 5.0

_LIMITS = limits_of(
    dict.fromkeys(("other", "dropped", "denied", "added", "found"), PROBABILITY), required=True
)


@dataclass(frozen=True)
class Report:
    """What is made of a finding: by the lexicon alone, by the rules that weigh both readers, and
    which of them found it."""

    by_lexicon: str = NOTHING
    by_rules: str = NOTHING
    found_by: str = ""


def word_of(said: Finding | None) -> str:
    """What is said of a finding, as one of `WORDS`."""
    if said is None:
        return NOTHING
    return str(said.state) if said.subject is Subject.SELF else OTHER


def candidates(
    seen: Sequence[Clause], told: Mapping[str, Report], among: Iterable[str]
) -> list[str]:
    """Of which findings `among` these the arbiter may know more: what is told or at all seen."""
    return [
        name
        for name in among
        if name in told
        or any(max(each.probabilities[name], each.named[name]) >= _LEAST_SEEN for each in seen)
    ]


def evidence(names: Sequence[str], seen: Sequence[Clause], told: Mapping[str, Report]) -> Vectors:
    """One row for each finding: what the arbiter decides by. All clauses have a mean."""
    order = label_names()
    there = np.array([[each.probabilities[name] for name in order] for each in seen], np.float32)
    named = np.array([[each.named[name] for name in order] for each in seen], np.float32)
    meant = np.array([[each.meanings[way] for way in MEANINGS] for each in seen], np.float32)
    means = np.array([each.mean for each in seen], np.float32)
    length = [np.log(len(seen)), np.log(seen[-1].end)]
    rows = []
    for name in names:
        place = order.index(name)
        first, best = int(there[:, place].argmax()), int(named[:, place].argmax())
        main = means[best if named[best, place] > there[first, place] else first]
        said = told.get(name, Report())
        rows.append(
            [
                *_logit(_shares_of(place, there, named, meant)) / _SCALE,
                *length,
                first == best,
                *(said.by_lexicon == word for word in WORDS),
                *(said.by_rules == word for word in WORDS),
                *(said.found_by == each for each in (BOTH, SEMANTIC)),
                *(is_alarming(name), _is_harmless(name)),
                *(name == each for each in order),
                *(main * _MEAN_SCALE),
            ]
        )
    return np.array(rows, np.float32)


def _shares_of(place: int, there: Vectors, named: Vectors, meant: Vectors) -> Vectors:
    """The probabilities that tell of one finding, from those of all (clauses, findings) and those
    of the meanings (clauses, meanings).

    How probably it is there and named where it is likeliest there, and where likeliest named, and
    how these clauses are meant; the likeliest other finding of each; how any clause is meant; where
    else it is there; and how probably one clause names it and is meant in one of five ways.
    """
    mine, called = there[:, place], named[:, place]
    first, best = int(mine.argmax()), int(called.argmax())
    ways = dict(zip(MEANINGS, meant.T, strict=True))
    shares = [
        *(mine[first], called[first], *meant[first]),
        *(called[best], *meant[best]),
        *(np.delete(there[first], place).max(), np.delete(named[best], place).max()),
        *meant.max(axis=0),
        np.sort(mine)[-2] if len(mine) > 1 else 0.0,
        (mine * ways["present"]).max(),
        (called * ways["absent"]).max(),
        (called * ways["other"]).max(),
        (called * (ways["old"] + ways["recent"])).max(),
        (called * ways["if"]).max(),
    ]
    return np.array(shares, np.float32)


def width() -> int:
    """How many numbers a row of `evidence` has."""
    blank = Clause(
        0,
        1,
        dict.fromkeys(label_names(), 0.0),
        dict.fromkeys(label_names(), 0.0),
        dict.fromkeys(MEANINGS, 0.0),
        np.zeros(DIMENSIONS, np.float32),
    )
    return evidence(label_names()[:1], [blank], {}).shape[1]


def _logit(shares: Vectors) -> Vectors:
    kept = np.clip(shares, _EDGE, 1 - _EDGE)
    logits: Vectors = np.log(kept / (1 - kept))
    return logits


def _is_harmless(name: str) -> bool:
    known = findings().get(name)
    return known is not None and known.group in HARMLESS


class Arbiter:
    """Gives each word of `WORDS` its probability; safe to share between threads."""

    def __init__(self, fingerprint: str, folder: Path) -> None:
        """Load what was learnt with the encoder of this fingerprint.

        Raises OSError, ValueError or KeyError when it is missing, broken or another encoder's.
        """
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            self._arrays = {name: np.asarray(arrays[name], np.float32) for name in arrays.files}
        if settings != settings_of(fingerprint):
            raise ValueError("made with another encoder or for other findings")
        if self._arrays["inner"].shape[1] != width():
            raise ValueError("arrays of another shape")

    def shares(self, rows: Vectors) -> Vectors:
        """The probability of each word (rows, 7): the mean of all networks."""
        arrays = self._arrays
        inner = np.maximum(rows @ arrays["inner"] + arrays["inner_bias"][:, None], 0)
        logits = inner @ arrays["out"] + arrays["out_bias"][:, None]
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        mean: Vectors = (shares / shares.sum(axis=-1, keepdims=True)).mean(axis=0)
        return mean


def settings_of(fingerprint: str) -> dict[str, object]:
    """What an arbiter belongs to."""
    return {"names": list(label_names()), "words": list(WORDS), "encoder": fingerprint}


def overruled(
    seen: Sequence[Clause], told: Mapping[str, Report], among: Iterable[str]
) -> dict[str, str]:
    """The findings `among` these of which a message says something else than the rules, and what.

    Empty where nothing was encoded, or the arbiter is missing or fails: the rules' word stands.
    """
    decides = arbiter()
    if decides is None or not seen or any(each.mean is None for each in seen):
        return {}
    try:
        names = candidates(seen, told, among)
        if not names:
            return {}
        shares = decides.shares(evidence(names, seen, told))
        if not np.isfinite(shares).all():
            raise ValueError("no probabilities")
        said = (told.get(name, Report()).by_rules for name in names)
        judged = {
            name: verdict(name, word, dict(zip(WORDS, row, strict=True)))
            for name, word, row in zip(names, said, shares.tolist(), strict=True)
        }
    except Exception as error:
        logger.error("The arbiter failed: %s", type(error).__name__)
        return {}
    return {name: word for name, word in judged.items() if word is not None}


def verdict(name: str, word: str, shares: Mapping[str, float]) -> str | None:
    """What a message says of a finding instead of a word; None where the word stands.

    Thoughts of self-harm are left to the rules.
    """
    if is_always_meant(name):
        return None
    likeliest = max(WORDS, key=lambda each: shares[each])
    if is_alarming(name):
        return _of_a_red_flag(word, likeliest, shares)
    sure = likeliest != word and shares[word] < least()["other"]
    return likeliest if sure else None


def _of_a_red_flag(word: str, likeliest: str, shares: Mapping[str, float]) -> str | None:
    """What is made of a red flag: there rather than not, over rather than never, and unknown rather
    than denied."""
    limits = least()
    there, past = shares[THERE[0]] + shares[THERE[1]], shares[State.PAST]
    denied = shares[State.ABSENT] >= limits["denied"]
    if word in THERE:
        if not there < limits["dropped"]:
            return None
        if past >= limits["dropped"]:
            return str(State.PAST)
        return NOTHING if likeliest == State.ABSENT and not denied else likeliest
    enough = limits["found" if word == NOTHING else "added"]
    if there >= enough and (likeliest, word) != (State.PAST, State.PAST):
        return THERE[0]
    if likeliest in THERE or likeliest == word or shares[word] >= limits["other"]:
        return None
    if (likeliest == State.ABSENT and not denied) or there >= limits["dropped"]:
        return None
    return None if word == State.PAST and past >= limits["dropped"] else likeliest


@lru_cache(maxsize=1)
def arbiter() -> Arbiter | None:
    """The product's arbiter, loaded once; None when it is missing or broken."""
    try:
        return Arbiter(semantic_reader().encoder.reading_fingerprint, FOLDER)
    except Exception as error:
        logger.error("What the readers find is weighed by rules alone: %s", type(error).__name__)
        return None


@lru_cache(maxsize=1)
def least() -> Mapping[str, float]:
    """The limits of `arbiter.yml`; raises `DataError`."""
    limits: Mapping[str, float] = load_limits(LIMITS_FILE, _LIMITS)
    return limits
