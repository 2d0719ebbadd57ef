"""The semantic reader: what a clause says, also in words that nobody has listed.

Each sentence is encoded once, by the end of the project's encoder that has learnt how patients
write. For every finding a query of its own looks over the token vectors of a clause and takes the
few that speak of it (label-wise attention: Mullenbach et al., "Explainable Prediction of Medical
Codes from Clinical Text", NAACL 2018); what it took, together with the mean of the clause, gives
the probability that the finding is there; another query, that the clause speaks of it at all.
Learnt from `phrases/` by `bot/training/reader.py`; here it is NumPy alone, in both environments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from actions.triage import findings
from actions.triage.case import TREND_RAPID
from bot.nlu.limits import PROBABILITY, limits_of, load_limits
from bot.nlu.tokens import Message
from knowledge.encoder import Encoder, Offsets, Vectors

FOLDER = Path(__file__).resolve().parents[2] / ".build" / "reader"
ARRAYS, SETTINGS = "reader.npz", "reader.json"

LIMITS_FILE = Path(__file__).with_suffix(".yml")
_BY_STAKE = dict.fromkeys(("red_flag", "other"), PROBABILITY)
_LIMITS = limits_of(
    {
        **dict.fromkeys(("red_flag", "other", "negated", "meant", "not_meant"), PROBABILITY),
        **dict.fromkeys(("asked", "named", "meant_so", "hardly_named", "unnamed"), PROBABILITY),
        **dict.fromkeys(("elsewhere", "another_sense"), PROBABILITY),
        **dict.fromkeys(("unseen", "doubted"), limits_of(_BY_STAKE, required=True)),
        "by_finding": limits_of(dict.fromkeys((*findings(), TREND_RAPID), PROBABILITY)),
    },
    required=True,
)

#: Groups of findings of which none makes an emergency of another.
HARMLESS = frozenset(["skin", "general"])

#: Clauses of a sentence are encoded together up to this many words, which keeps long ones quick.
_WORDS_TOGETHER = 48

#: Mean vectors are brought to this length before they are read; training does the same.
MEAN_LENGTH = 6.0


Span = tuple[int, int]


class ReaderMissingError(RuntimeError):
    """There is no trained reader where one was looked for, or it belongs to another encoder."""


@dataclass(frozen=True)
class Clause:
    """What is seen in one clause, tokens `start` to `end` (exclusive).

    `probabilities` has for every finding how probable it is that the clause tells of it as the
    patient's own and there, `named` that it speaks of it at all, and `meanings` each way a mention
    in the clause can be meant (`phrase_data.MEANINGS`). `mean` is the mean of its token vectors, at
    length 1.
    """

    start: int
    end: int
    probabilities: Mapping[str, float]
    named: Mapping[str, float]
    meanings: Mapping[str, float]
    mean: Vectors | None = None

    @property
    def findings(self) -> dict[str, float]:
        """Those that are probable enough (`semantic.yml`)."""
        limits = least()
        return {
            name: probability
            for name, probability in self.probabilities.items()
            if probability >= limits.of(name)
        }


@dataclass(frozen=True)
class Piece:
    """A run of clauses that is encoded together, with the vectors and place of each token."""

    text: str
    span: Span
    clauses: Sequence[Span]
    states: Vectors
    offsets: Offsets

    def parts(self, message: Message) -> Iterator[tuple[int, int, Vectors]]:
        """Each clause that has tokens, with their states and those of the piece's two ends."""
        words = _words_of_tokens(message, self.span, self.offsets)
        for start, end in self.clauses:
            own = [at for at, word in enumerate(words) if start <= word < end]
            if own:
                yield start, end, self.states[[0, *own, len(self.states) - 1]]


@dataclass(frozen=True)
class Seen:
    """What is seen in a message: clause by clause, and the mean of all its token vectors.

    `mean` is None where nothing was encoded; `plain` is what was, where it was one piece.
    """

    clauses: Sequence[Clause] = ()
    mean: Vectors | None = None
    plain: str | None = None

    def most(self, *names: str) -> float:
        """How probable the likeliest of these findings is, said in whatever sense."""
        probabilities = (each.probabilities[name] for each in self.clauses for name in names)
        return max(probabilities, default=0.0)


class SemanticReader:
    """Reads the clauses of a message; safe to share between threads."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        try:
            settings = json.loads((folder / SETTINGS).read_text("utf-8"))
            with np.load(folder / ARRAYS) as arrays:
                self._networks = {
                    name: np.asarray(arrays[name], np.float32) for name in arrays.files
                }
        except OSError:
            raise ReaderMissingError(f"{folder}: no reader there; run `make setup`") from None
        if settings["encoder"] != encoder.reading_fingerprint:
            raise ReaderMissingError(f"{folder}: made with another encoder; run `make setup`")
        self.names: tuple[str, ...] = tuple(settings["names"])
        self.meanings: tuple[str, ...] = tuple(settings["meanings"])
        self.encoder = encoder

    @classmethod
    def load(cls, folder: Path = FOLDER) -> SemanticReader:
        """Load the trained reader; raises `ReaderMissingError` or `EncoderMissingError`."""
        return cls(Encoder.load(), folder)

    def outputs(self, message: Message) -> list[tuple[int, int, Vectors]]:
        """For each clause its tokens (`end` exclusive) and the probability of each output."""
        return [
            (start, end, self._judge(states))
            for piece in encode(self.encoder, message)
            for start, end, states in piece.parts(message)
        ]

    def read(self, message: Message) -> Seen:
        """What is seen in each clause, and the mean of what it was seen in."""
        pieces = encode(self.encoder, message)
        clauses = [
            Clause(start, end, *self._split(states), _at_length_1(states))
            for piece in pieces
            for start, end, states in piece.parts(message)
        ]
        plain = pieces[0].text if len(pieces) == 1 else None
        return Seen(clauses, mean_of(pieces), plain)

    def _split(
        self, states: Vectors
    ) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]:
        """What is there, what is named, and how it is meant."""
        outputs, many = self._judge(states).tolist(), len(self.names)
        return (
            dict(zip(self.names, outputs[:many], strict=True)),
            dict(zip(self.names, outputs[many : 2 * many], strict=True)),
            dict(zip(self.meanings, outputs[2 * many :], strict=True)),
        )

    def _judge(self, states: Vectors) -> Vectors:
        """Probabilities by the mean of the networks' logits."""
        probabilities: Vectors = 1 / (1 + np.exp(-_logits(self._networks, states).mean(axis=0)))
        return probabilities


def _logits(weights: Mapping[str, Vectors], states: Vectors) -> Vectors:
    """Logits (networks, outputs) for states (tokens, 384); all networks are computed together."""
    inner = np.maximum(states @ weights["inner"] + weights["inner_bias"][:, None], 0)
    scores = inner @ weights["queries"]
    attention = np.exp(scores - scores.max(axis=1, keepdims=True))
    attention /= attention.sum(axis=1, keepdims=True)
    # What each query took, weighed: the same as weighing the tokens first, and a tenth of the work.
    speaks = inner @ weights["taken"].transpose(0, 2, 1)
    taken = (attention * speaks).sum(axis=1)
    mean = states.mean(axis=0)
    mean = mean * (MEAN_LENGTH / max(float(np.linalg.norm(mean)), 1e-6))
    whole = np.maximum(mean @ weights["mean"] + weights["mean_bias"], 0)
    logits: Vectors = (
        taken
        + weights["taken_bias"]
        + (whole[:, None] @ weights["out"])[:, 0]
        + weights["out_bias"]
    )
    return logits


@dataclass(frozen=True)
class Least:
    """From which probability on a finding counts as seen; the words are those of the file."""

    red_flag: float
    other: float
    by_finding: Mapping[str, float]
    negated: float
    meant: float
    not_meant: float
    named: float
    meant_so: float
    asked: float
    hardly_named: float
    unnamed: float
    unseen: Mapping[str, float]
    doubted: Mapping[str, float]
    elsewhere: float
    another_sense: float

    def of(self, name: str) -> float:
        """The limit for one finding."""
        return self.by_finding.get(name, self.red_flag if is_alarming(name) else self.other)

    def unseen_of(self, name: str) -> float:
        """Below this a finding is seen nowhere."""
        return self.unseen[_stake(name)]

    def doubted_of(self, name: str) -> float:
        """Below this it is doubted that a clause tells of anything."""
        return self.doubted[_stake(name)]


@lru_cache(maxsize=1)
def least() -> Least:
    """The limits of `semantic.yml`; raises `DataError`."""
    return Least(**load_limits(LIMITS_FILE, _LIMITS))


def is_alarming(name: str) -> bool:
    """Whether what is seen would be an emergency by itself."""
    return name == TREND_RAPID or findings()[name].red_flag


def _stake(name: str) -> str:
    return "red_flag" if is_alarming(name) else "other"


@lru_cache(maxsize=1)
def semantic_reader() -> SemanticReader:
    """The product's reader, loaded once; raises `ReaderMissingError` or `EncoderMissingError`."""
    return SemanticReader.load()


def encode(encoder: Encoder, message: Message) -> list[Piece]:
    """The message as the encoder sees it; each word of it is encoded once."""
    return encode_together(encoder, [message])[0]


def encode_together(encoder: Encoder, messages: Sequence[Message]) -> list[list[Piece]]:
    """The pieces of each message; many together are twice as fast as one by one."""
    runs = [list(_runs(message)) for message in messages]
    texts = [
        " ".join(message.tokens[i].norm for i in range(*span))
        for message, its in zip(messages, runs, strict=True)
        for span, _ in its
    ]
    read = iter(zip(texts, encoder.token_vectors(texts), strict=True))
    return [
        [
            Piece(text, span, clauses, *vectors)
            for (span, clauses), (text, vectors) in zip(its, read, strict=False)
        ]
        for its in runs
    ]


def mean_of(pieces: Sequence[Piece]) -> Vectors | None:
    """The mean of all token vectors, at length 1; None for a message without words."""
    if not pieces:
        return None
    return _at_length_1(np.concatenate([piece.states for piece in pieces]))


def _at_length_1(states: Vectors) -> Vectors:
    mean: Vectors = states.mean(axis=0)
    return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-6))


def _runs(message: Message) -> Iterator[tuple[Span, list[Span]]]:
    """What is encoded together: runs of clauses, as tokens, with their clauses."""
    clauses = clauses_of(message)
    piece: list[Span] = []
    for start, end in clauses:
        if piece and end - piece[0][0] > _WORDS_TOGETHER:
            yield (piece[0][0], piece[-1][1]), piece
            piece = []
        piece.append((start, end))
    if piece:
        yield (piece[0][0], piece[-1][1]), piece


def clauses_of(message: Message) -> list[Span]:
    """Each clause that is read by itself: its tokens (`end` exclusive)."""
    tokens = message.tokens
    starts = [
        at
        for at, token in enumerate(tokens)
        if at == 0
        or (token.clause, token.sentence) != (tokens[at - 1].clause, tokens[at - 1].sentence)
    ]
    return list(zip(starts, [*starts[1:], len(tokens)], strict=True)) if tokens else []


def _words_of_tokens(message: Message, span: Span, offsets: Offsets) -> Sequence[int]:
    """For each token of the encoder the word of the message it belongs to, -1 for none."""
    bounds, at = [], 0
    for word in range(*span):
        bounds.append((at, word))
        at += len(message.tokens[word].norm) + 1
    words, place = [], 0
    for first, last in offsets:
        if first == last:
            words.append(-1)
            continue
        while place + 1 < len(bounds) and bounds[place + 1][0] <= first:
            place += 1
        words.append(bounds[place][1])
    return words
