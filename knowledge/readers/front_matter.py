"""Front matter: YAML between two `---` lines at the beginning of a text."""

from __future__ import annotations

import re

import yaml

from knowledge.blocks import UnreadableError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


def front_matter(text: str) -> tuple[dict[str, str], str, int]:
    """The details, the text behind them, and how many lines they take.

    Raises `UnreadableError` for front matter that is no list of names and values.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text, 0
    try:
        front = yaml.safe_load(match.group(1))
    except yaml.YAMLError:
        raise UnreadableError("the front matter between the --- lines is not YAML") from None
    if not isinstance(front, dict):
        raise UnreadableError("the front matter must be lines of “name: value”")
    details = {str(name): str(value) for name, value in front.items()}
    return details, text[match.end() :], match.group(0).count("\n")
