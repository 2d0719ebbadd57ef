"""BM25 over passages (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).

The weights of every word in every passage are worked out when the index is built and stored as
plain arrays, word by word, so that a search adds up a few short slices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75

Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class Lexicon:
    """Word weights of all passages, and what each word says by being there at all."""

    position: Mapping[str, int]
    """Place of a stem in `starts`; slice `starts[i]:starts[i + 1]` holds its passages."""
    starts: npt.NDArray[np.int64]
    passages: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    rarity: npt.NDArray[np.float32]
    """Inverse document frequency of each stem."""
    size: int
    """How many passages there are."""

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> Lexicon:
        """From the stems of each passage."""
        counts = [Counter(stems) for stems in texts]
        average = max(sum(len(stems) for stems in texts) / max(len(texts), 1), 1.0)
        vocabulary = sorted({stem for count in counts for stem in count})
        starts, passages, weights, rarity = [0], [], [], []
        for stem in vocabulary:
            holders = [number for number, count in enumerate(counts) if stem in count]
            idf = float(np.log(1 + (len(texts) - len(holders) + 0.5) / (len(holders) + 0.5)))
            for number in holders:
                frequency = counts[number][stem]
                norm = K1 * (1 - B + B * len(texts[number]) / average)
                passages.append(number)
                weights.append(idf * frequency * (K1 + 1) / (frequency + norm))
            starts.append(len(passages))
            rarity.append(idf)
        return cls(
            position={stem: place for place, stem in enumerate(vocabulary)},
            starts=np.array(starts, dtype=np.int64),
            passages=np.array(passages, dtype=np.int32),
            weights=np.array(weights, dtype=np.float32),
            rarity=np.array(rarity, dtype=np.float32),
            size=len(texts),
        )

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Everything as arrays without Python objects, for `numpy.savez`."""
        return {
            "stems": np.array(sorted(self.position, key=self.position.__getitem__), dtype=np.str_),
            "starts": self.starts,
            "passages": self.passages,
            "weights": self.weights,
            "rarity": self.rarity,
            "size": np.array(self.size),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Lexicon:
        """The inverse of `arrays`."""
        return cls(
            position={str(stem): place for place, stem in enumerate(arrays["stems"])},
            starts=arrays["starts"].astype(np.int64),
            passages=arrays["passages"].astype(np.int32),
            weights=arrays["weights"].astype(np.float32),
            rarity=arrays["rarity"].astype(np.float32),
            size=int(arrays["size"]),
        )

    def scores(self, stems: Sequence[str]) -> npt.NDArray[np.float32]:
        """BM25 of every passage for the stems of a question; each stem counts once."""
        scores = np.zeros(self.size, dtype=np.float32)
        for stem in dict.fromkeys(stems):
            place = self.position.get(stem)
            if place is not None:
                held = slice(self.starts[place], self.starts[place + 1])
                scores[self.passages[held]] += self.weights[held]
        return scores

    def weight_of(self, stem: str) -> float:
        """Rarity of a stem; a stem that no passage has counts like the rarest."""
        place = self.position.get(stem)
        return float(self.rarity[place]) if place is not None else float(np.log(1 + 2 * self.size))

    def covered(self, stems: Sequence[str], passage: int) -> float:
        """Share of the stems, weighted by rarity, that stand in one passage; 0 for no stems."""
        total = found = 0.0
        for stem in dict.fromkeys(stems):
            weight = self.weight_of(stem)
            total += weight
            place = self.position.get(stem)
            if place is not None:
                held = self.passages[self.starts[place] : self.starts[place + 1]]
                found += weight * bool(np.any(held == passage))
        return found / total if total else 0.0
