"""Words of a message: spaCy's blank English tokenizer over cleaned text, with honest offsets.

    >>> [token.norm for token in tokenize("I can’t swallow!").tokens]
    ['i', 'can', 'not', 'swallow']

The text is folded (compatibility forms, accents, curly quotes, capitals), invisible and control
characters are dropped, and every token still knows its characters in the text as given. Marks
between words are kept as `Token.mark`, the strongest one before a word, so that templates see
words only. At most `MAX_READ` characters are read: of a longer text its beginning and its end.

A `rewrite` gives each written word the plain words it stands for ("cant": can, not), which is how
contractions and spelling (see `spelling.py`) come in; all of them keep the written word's place.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import snowballstemmer

#: Characters read of a message; a longer one is read from both ends.
MAX_READ = 4000
_HEAD, _TAIL = 3000, 1000

#: Strings that spaCy may store before it is made anew: it keeps every word it ever saw.
_MAX_STRINGS = 50_000

#: A line this long that goes on in lower case was broken by a screen, not by its writer.
_WRAPPED_LINE = 30

Rewrite = Callable[[str], Sequence[str]]

_FOLDED = {
    **dict.fromkeys("‘’ʼ`´′＇", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("–—―−", " - "),
    **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
    "\t": " ",
    "\r": "\n",
    "…": "...",
    "&": " and ",
}
#: Marks in a row after which a space is put: spaCy takes them off one by one, in square time.
_MAX_RUN = 16
_LONG_RUN = re.compile(rf"[^\w\s]{{{_MAX_RUN}}}")
_LINE_ITEM = re.compile(r"\n[ \n]*(?:[-*•·‣▪●–>]+|\(?\d{1,2}[.)])[ ]")
_EXTRA_INFIXES = (
    r"(?<=[^\W\d_])(?=\d)",  # day5
    r"(?<=\d)(?=[^\W\d_])",  # 3days
    r"(?<=[^\W\d])[^\w\s']+|[^\w\s']+(?=[^\W\d])",  # lips/tongue, swollen.my
    r"(?<=\d)/(?=\d)",  # 8/10
    r"_+",
)
_STEMMER = snowballstemmer.stemmer("english")
_KEPT_STEMS = {"'s": "is"}


@dataclass(frozen=True)
class Token:
    """One word: as written, as read, its stem, and its place in the text as given.

    `mark` is the strongest mark before it: "" none, "/", ",", ":", "-" (a dash), "…", or one that
    ends a sentence: ".", "?", "!", ";" or a line's end. `sentence` and `clause` count from 0.
    """

    text: str
    norm: str
    stem: str
    start: int
    end: int
    mark: str = ""
    sentence: int = 0
    clause: int = 0


@dataclass(frozen=True)
class Message:
    """A text and its words. `closing` has the mark that ends each sentence ("" for none)."""

    text: str
    tokens: tuple[Token, ...]
    closing: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def words(self) -> list[str]:
        """The words as they are read."""
        return [token.norm for token in self.tokens]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Character offsets of the tokens `first` to `last` (inclusive)."""
        return self.tokens[first].start, self.tokens[last].end

    def sentence_at(self, place: int) -> int:
        """The number of the sentence that the character at `place` stands in."""
        return max((t.sentence for t in self.tokens if t.start <= place), default=0)

    def with_clauses(self, clauses: Sequence[int]) -> Message:
        """The same message with these clause numbers, one per token."""
        numbered = (
            replace(token, clause=clause)
            for token, clause in zip(self.tokens, clauses, strict=True)
        )
        return replace(self, tokens=tuple(numbered))


def unchanged(norm: str) -> Sequence[str]:
    """The rewrite that changes nothing."""
    return (norm,)


def tokenize(text: str, rewrite: Rewrite = unchanged, exceptions: tuple[str, ...] = ()) -> Message:
    """The words of `text`. `exceptions` are written words to leave whole ("2day", "w/o").

    Never raises, and takes time linear in the length of the text, which is capped.
    """
    clean, places = _clean(text)
    tokens: list[Token] = []
    closing: list[str] = []
    sentence, end_before = 0, 0
    for word, start, end in _words(clean, exceptions):
        mark = _mark(clean, end_before, start) if tokens else ""
        if mark in SENTENCE_ENDS and mark:
            closing.append(mark)
            sentence += 1
        first, last = places[start], places[end - 1] + 1
        for norm in rewrite(word):
            tokens.append(Token(text[first:last], norm, stem(norm), first, last, mark, sentence))
            mark = ""
        end_before = end
    closing.append(_mark(clean, end_before, len(clean)))
    return Message(text, tuple(tokens), tuple(closing), len(text) > MAX_READ)


SENTENCE_ENDS = ".?!;\n"


@lru_cache(maxsize=20_000)
def stem(norm: str) -> str:
    """The Porter 2 stem of one lower-case word."""
    if norm in _KEPT_STEMS:
        return _KEPT_STEMS[norm]
    result: str = _STEMMER.stemWord(norm)
    return result


def _clean(text: str) -> tuple[str, list[int]]:
    """The text in plain lower-case characters, and for each of them its place in the text."""
    if len(text) > MAX_READ:
        wanted = [*range(_HEAD), *range(len(text) - _TAIL, len(text))]
    else:
        wanted = list(range(len(text)))
    plain = text.isascii() and text.isprintable() and "&" not in text
    if plain and len(wanted) == len(text) and not _LONG_RUN.search(text):
        return text.lower(), wanted
    chars: list[str] = []
    places: list[int] = []
    run = 0
    for place in wanted:
        folded = _fold(text[place])
        if place == len(text) - _TAIL and place > _HEAD:
            folded = "\n" + folded  # what was left out must not join the two ends
        if folded and not folded[0].isalnum():
            run = 0 if folded.isspace() else run + 1
            folded += " " if run % _MAX_RUN == _MAX_RUN - 1 else ""
        else:
            run = 0 if folded else run
        chars.extend(folded)
        places.extend([place] * len(folded))
    return "".join(chars), places


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char in _FOLDED:
        return _FOLDED[char]
    if char == "\n":
        return char
    kind = unicodedata.category(char)
    if kind[0] == "Z":
        return " "
    if kind[0] == "C" or kind == "Mn":
        return ""
    folded = unicodedata.normalize("NFKC", char)
    if ord(char) < 0x250:  # a Latin letter with an accent
        folded = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "CM").lower()


def _words(clean: str, exceptions: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Words, numbers and pictures (emoji) with their places; marks are left out."""
    for token in _tokenizer(exceptions)(clean):
        word = token.text
        if any(char.isalnum() or unicodedata.category(char) == "So" for char in word):
            yield word, token.idx, token.idx + len(word)


def _mark(clean: str, start: int, end: int) -> str:
    """The strongest mark in this part of the text."""
    between = clean[start:end]
    if not between.strip(" '\"") and "\n" not in between:
        return ""
    if "?" in between:
        return "?"
    if "..." in between and "\n" not in between:
        return "…"
    for mark in "!;.":
        if mark in between:
            return mark
    if "\n" in between and not _is_wrapped(clean, start, end):
        return "\n"
    if ":" in between:
        return ":"
    if " -" in between or "- " in between or "--" in between:
        return "-"
    if any(mark in between for mark in ",()[]{}|\n"):
        return ","
    return "/" if "/" in between else ""


def _is_wrapped(clean: str, start: int, end: int) -> bool:
    """Whether a line's end stands here only because the screen was narrow."""
    between = clean[start:end]
    line_start = clean.rfind("\n", 0, start + between.index("\n")) + 1
    return (
        between.count("\n") == 1
        and start - line_start >= _WRAPPED_LINE
        and not _LINE_ITEM.match(between)
        and not between.strip()
    )


_tokenizers: dict[tuple[str, ...], Any] = {}


def _tokenizer(exceptions: tuple[str, ...]) -> Any:
    tokenizer = _tokenizers.get(exceptions)
    if tokenizer is None or len(tokenizer.vocab.strings) > _MAX_STRINGS:
        tokenizer = _tokenizers[exceptions] = _make_tokenizer(exceptions)
    return tokenizer


def _make_tokenizer(exceptions: tuple[str, ...]) -> Any:
    """Blank English without its own contractions and addresses, and with more places to part."""
    spacy = _import_spacy()
    english = spacy.blank("en")
    defaults, util = english.Defaults, spacy.util
    tokenizer = spacy.tokenizer.Tokenizer(
        english.vocab,
        prefix_search=util.compile_prefix_regex(defaults.prefixes).search,
        suffix_search=util.compile_suffix_regex(defaults.suffixes).search,
        infix_finditer=util.compile_infix_regex([*defaults.infixes, *_EXTRA_INFIXES]).finditer,
    )
    for written in exceptions:
        tokenizer.add_special_case(written, [{spacy.symbols.ORTH: written}])
    return tokenizer


def _import_spacy() -> Any:
    """Import spaCy without torch, which it would load for seconds wherever it is installed."""
    hidden = "torch" not in sys.modules
    if hidden:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        import spacy.symbols
        import spacy.tokenizer
    finally:
        if hidden:
            del sys.modules["torch"]
    return spacy
