"""Messages as plain text: buttons as numbered options, and long texts in parts. Pure functions.

Many of the bot's questions number what they ask about, and "2" answers those by number. Options
are therefore numbered on from there: a number means one thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.fixed_words import rendered_responses
from bot.gateway.replies import has_notice
from bot.gateway.storage import Stored

#: What stands in a message for what the bot does not look at or listen to. The dialogue knows the
#: first (`photo` in bot/nlu/acts.yml).
PICTURE, RECORDING, ATTACHMENT = _ATTACHED = ("[photo]", "[recording]", "[attachment]")

_NUMBERED_LINE = re.compile(r"^\s*(\d{1,2})[.)]\s", re.MULTILINE)
#: What may stand around an answer without being one; the last two make a digit a keycap.
_AROUND = re.compile(r"[\s.,;:!?()\[\]\"'“”‘’#*\-\ufe0f\u20e3]+")
#: Where a text is best parted.
_BREAKS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?:;])\s", r"\s")))


@dataclass(frozen=True)
class Option:
    """Something that can be chosen by number or by title."""

    id: str
    title: str
    number: int = 0
    also: tuple[str, ...] = ()
    """Other words for it."""


@dataclass(frozen=True)
class Outgoing:
    """One message of a channel."""

    key: str
    """The same for the same message, whenever it is sent again."""
    text: str
    options: tuple[Option, ...] = ()
    """What can be chosen; in `text` too unless the channel shows buttons of its own."""
    urgent: bool = False
    """Emergency advice."""


# ---- what is read


def with_attached(attached: str, words: str) -> str:
    """What came with words, or without any; "": nothing did."""
    return f"{attached}\n{words}".strip()


def has_attached(text: str) -> bool:
    """Whether something came with these words."""
    return text.startswith(_ATTACHED)


def without_attached(text: str) -> str:
    """The words alone."""
    mark = next((each for each in _ATTACHED if text.startswith(each)), "")
    return text[len(mark) :].strip() if mark else text


def is_wordless(text: str) -> bool:
    """Whether there is nothing to read."""
    return text.strip() in ("", *_ATTACHED)


# ---- what can be chosen


def numbered(options: Sequence[Option], text: str = "", after: int = 0) -> list[Option]:
    """The options with their numbers, which come after those that the text uses itself."""
    used = [int(number) for number in _NUMBERED_LINE.findall(text)]
    first = max([after, *used]) + 1
    return [replace(each, number=number) for number, each in enumerate(options, first)]


def options_of(history: Sequence[Stored]) -> dict[int, list[Option]]:
    """The options of each message that has some, by its `seq`; one count for all of a reply."""
    found: dict[int, list[Option]] = {}
    answers, last = None, 0
    for stored in history:
        if stored.sender == "patient":
            continue
        if stored.answers != answers:
            answers, last = stored.answers, 0
        offered = [Option(each["id"], each["title"]) for each in stored.body.get("buttons", ())]
        if offered:
            found[stored.seq] = numbered(offered, stored.body["text"], last)
            last = found[stored.seq][-1].number
    return found


def on_offer(history: Sequence[Stored], sent: int) -> list[Option]:
    """What a number or a title stands for now: the options of the newest reply that has some, as
    far as it has arrived (`sent`).

    None while a question without options is open: there a number is an answer of its own.
    """
    options = options_of(history)
    newest: list[Option] = []
    answers: int | None = None
    for stored in reversed(history):
        if stored.sender == "patient" or stored.seq > sent:
            continue
        if stored.sender == "staff" or has_notice([stored.body], "staff_here"):
            break  # an answer to them presses nothing
        if newest and stored.answers != answers:
            break
        if stored.seq in options:
            newest, answers = options[stored.seq] + newest, stored.answers
        elif _is_question(stored.body):
            return []
    return newest


def chosen(text: str, options: Sequence[Option]) -> Option | None:
    """The option that a text names by number or title, and by nothing else."""
    said = bare(text)
    for each in options:
        names = (str(each.number), f"option {each.number}", bare(each.title), *each.also)
        if said and said in names:
            return each
    return None


def bare(text: str) -> str:
    """A text without capitals and punctuation."""
    return _AROUND.sub(" ", text.casefold()).strip()


def _is_question(body: Mapping[str, Any]) -> bool:
    custom = body.get("custom")
    return isinstance(custom, dict) and custom.get("type") == "question"


# ---- as text


def with_options(text: str, options: Sequence[Option]) -> str:
    """The text with a line for each option."""
    lines = "\n".join(f"{each.number}. {each.title}" for each in options)
    return f"{text}\n\n{lines}" if lines else text


def words_of(stored: Stored) -> str:
    """The words of a stored message; those of staff with their name, late ones marked."""
    text = str(stored.body["text"])
    if stored.sender == "staff":
        return f"{stored.body.get('name', '')}: {text}"
    if stored.body.get("late"):
        return f"{rendered_responses()['utter_texting_late']}\n{text}"
    return text


def parts(text: str, longest: int) -> list[str]:
    """The text in parts of at most `longest` characters, numbered "(1/3)" if there are several.

    Parted between paragraphs, lines, sentences or words, and only where none of these ends in the
    second half of a part, anywhere.
    """
    text = text.strip()
    if len(text) <= longest:
        return [text]
    digits = 1
    while True:  # the longer the count, the less room is left for words
        cut = list(_cut(text, longest - len("(/) ") - 2 * digits))
        if len(str(len(cut))) <= digits:
            return [f"({number}/{len(cut)}) {part}" for number, part in enumerate(cut, 1)]
        digits += 1


def _cut(text: str, room: int) -> list[str]:
    cut = []
    while len(text) > room:
        end = _end(text, room)
        cut.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*cut, text] if text else cut


def _end(text: str, room: int) -> int:
    for pattern in _BREAKS:
        ends = [found.start() for found in pattern.finditer(text, 0, room + 1)]
        if ends and room // 2 < ends[-1] <= room:
            return ends[-1]
    return room
