"""Ranking the passages of a guide for one question.

Four signals are added up: the vector of the passage, of its best sentence, of the nearest question
that it answers, and BM25, squeezed into 0 to 1 (`x / (x + 5)`). Questions that somebody has written
count most; made-up ones are little more than the passage's own words, so there the passage counts
most. The weights are flat around their optimum on the development questions; see
`tests/evaluation/`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.abstain import NOTHING, SAME, Features, evidence
from knowledge.encoded import Encoded
from knowledge.encoder import Encoder, Vectors
from knowledge.index import Index
from knowledge.question import LEANS_FULLY, Topic, joined, lean
from knowledge.rows import ANSWERED, Kind
from knowledge.spelling import Spelling
from knowledge.words import content_stems, tokens

#: Weights of passage, best sentence, nearest question and BM25: of a passage with authored
#: questions, and of one without.
AUTHORED = (0.3, 0.2, 1.0, 0.5)
GENERATED = (1.0, 0.5, 0.5, 0.3)

#: Added for a question that is nearly word for word one that the passage answers; it is gone at a
#: cosine of 0.9. So an authored question always finds its own passage.
SAME_QUESTION = 0.5

#: The most that a question and the one it leans on, as one text, count beside both mixed.
MOST_JOINT = 0.5

#: With this much evidence of its own, a question that names something stands alone ("but my throat
#: is closing" after one about sunscreen).
CLEAR = 0.6

#: The vectors of so many questions are kept, in memory alone: who asks on leans on one of them.
_LATELY = 256

_HALFWAY = 5.0
_RUNNERS_UP = slice(1, 5)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ranking:
    """Passages by fit, and what the search tells about whether they answer."""

    order: tuple[int, ...]
    """Numbers of the passages, best first."""
    scores: tuple[float, ...]
    """Score of each passage, in the order of the guide."""
    features: Features


@dataclass(frozen=True)
class Asked:
    """A question as the index sees it."""

    vector: Vectors
    lexical: Floats
    stems: tuple[str, ...]


class Ranker:
    """Ranks with one index and one encoder; safe to share between threads."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._topic = Topic(index.topic)
        self._spelling = Spelling(index.vocabulary)
        authored, generated = (np.array([w], np.float32).T for w in (AUTHORED, GENERATED))
        self._weights: Floats = np.where(index.authored, authored, generated)
        self._lately: OrderedDict[str, Vectors] = OrderedDict()

    def rank(
        self, question: str, history: Sequence[str] = (), encoded: Encoded | None = None
    ) -> Ranking:
        """Rank all passages for a question, read with the earlier one that it leans on.

        `encoded` may hold a vector; it is used where its text and encoder are the ones needed.
        """
        if not tokens(question):
            count = len(self._index.passages)
            return Ranking(tuple(range(count)), (0.0,) * count, NOTHING)
        asked = self._read(question, encoded)
        alone = self._rank(asked)
        earlier, weight = lean(question, history)
        clear = weight < LEANS_FULLY and alone.features.evidence >= CLEAR
        if not weight or clear:
            return alone
        joint = self._read(joined(question, earlier)).vector
        return self._rank(_together(asked, self._read(earlier), weight, joint))

    def _read(self, text: str, encoded: Encoded | None = None) -> Asked:
        faded = self._topic.fade(" ".join(self._spelling.correct(tokens(text))))
        stems = content_stems(tokens(faded))
        if encoded and (encoded.text, encoded.encoder) == (faded, self._encoder.fingerprint):
            vector = encoded.vector
        else:
            known = self._lately.get(faded)
            vector = self._encoder.encode([faded])[0] if known is None else known
        self._keep(faded, vector)
        return Asked(vector, self._index.lexicon.scores(stems), tuple(stems))

    def _keep(self, text: str, vector: Vectors) -> None:
        """Keep the vector for the questions that lean on this one; it costs milliseconds."""
        self._lately[text] = vector
        while len(self._lately) > _LATELY:
            self._lately.popitem(last=False)

    def _rank(self, asked: Asked) -> Ranking:
        index = self._index
        cosines = index.similarities(asked.vector)
        question = np.maximum(*(index.best(cosines, kind) for kind in ANSWERED))
        signals = np.stack(
            [
                index.best(cosines, Kind.PASSAGE),
                index.best(cosines, Kind.SENTENCE),
                question,
                asked.lexical / (asked.lexical + _HALFWAY),
            ]
        )
        scores = (self._weights * signals).sum(axis=0)
        scores += SAME_QUESTION * np.exp(SAME * (question - 1.0))
        order = np.argsort(-scores, kind="stable")
        best, others = scores[order[0]], scores[order[_RUNNERS_UP]]
        features = Features(
            evidence=evidence(cosines, index.row_pull, index.row_kind),
            score=float(best),
            margin=float(best - others.mean()) if len(others) else 0.0,
            known=_known(asked.stems, index),
        )
        return Ranking(tuple(order.tolist()), tuple(scores.tolist()), features)


def _together(asked: Asked, earlier: Asked, weight: float, joint: Vectors) -> Asked:
    """A question with the earlier one mixed in; `joint` is the vector of both as one text.

    Mixed vectors find the passage, one text tells better whether the guide answers: on 213
    follow-ups of the development half hit@1 and AUROC were .72 and .84 without `joint` and without
    leaning slightly, and are .85 and .88 now that the encoder has learnt from such texts as well.
    """
    mixed = _unit(asked.vector + weight * earlier.vector) + min(weight, MOST_JOINT) * joint
    return Asked(
        vector=_unit(mixed),
        lexical=asked.lexical + weight * earlier.lexical,
        stems=asked.stems + earlier.stems,
    )


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit


def _known(stems: Sequence[str], index: Index) -> float:
    if not stems:
        return 0.0
    return sum(stem in index.lexicon.position for stem in stems) / len(stems)
