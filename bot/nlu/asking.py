"""Whether a message asks the guide something, and whether it only wants to hear how bad it is.

The words are `asking.yml`. A question mark alone is not enough ("maybe 2 days?"), and many
questions come without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from .sentences import Words, load_templates

ASKING_FILE = Path(__file__).with_name("asking.yml")
_BREAKS = frozenset(".,!?;:-–—…()/&")
_ENDS = frozenset(".!?;…")

#: Up to so many words may go on asking.
_FEW = 6
_PERSONS = frozenset(["i", "my", "me", "mine", "she", "he", "her", "his", "we", "our", "im", "ive"])


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return load_templates(ASKING_FILE).patterns()


def asks_guide(words: Words) -> bool:
    """Whether the message asks a question that a guide could be asked."""
    return next(questions(words), None) is not None


def only_wants_reassurance(words: Words) -> bool:
    """Whether all that it asks is how bad it is and what to do."""
    whole, begins = _patterns()["reassurance.whole"], _patterns()["reassurance.begins"]
    asked = [question.rstrip("?!. ") + " " for question in questions(words)]
    return bool(asked) and all(whole.fullmatch(each) or begins.match(each) for each in asked)


def names_topic(words: Words) -> bool:
    """Whether the message only names what the guide is about, as one types into a search box."""
    patterns = _patterns()
    return bool(patterns["topic"].search(words.text)) and not patterns["speaks_of_self"].search(
        words.text
    )


def questions(words: Words) -> Iterator[str]:
    """The text of each question, from its first word to the end of its sentence."""
    patterns, row = _patterns(), words.text.split()
    starts = words.offsets[:-1]
    for match in patterns["anywhere"].finditer(words.text):
        yield _to_end(words.text[match.start() :])
    for at, start in enumerate(starts):
        before = row[at - 1] if at else "."
        if before not in _BREAKS and not patterns["joins"].fullmatch(f"{before} "):
            continue
        rest = _to_end(words.text[start:])
        kinds = ["start", "opens"] if at == 0 else ["start"]
        kinds += ["inverted"] if rest.endswith("? ") else []
        kinds += ["always_opens"] if before in _ENDS else []
        if any(patterns[kind].match(words.text, start) for kind in kinds):
            yield rest


def _to_end(text: str) -> str:
    """The rest of a sentence, with the mark that closes it."""
    words = text.split()
    end = next((at for at, word in enumerate(words) if word in _ENDS), len(words) - 1)
    return "".join(f"{word} " for word in words[: end + 1])


def goes_on_asking(words: Words) -> bool:
    """Whether a few words add to the question before: "and itching?", "what about hives?"."""
    row = words.text.split()
    begins = row[:1] in (["and"], ["or"]) or row[1:2] == ["about"]
    return begins and row[-1] == "?" and len(row) <= _FEW and not speaks_of_somebody(words)


def speaks_of_somebody(words: Words) -> bool:
    """Whether the writer or somebody that they write of is named by a pronoun."""
    return not _PERSONS.isdisjoint(words.text.split())
