"""Authored questions: data beside the documents, one more way to find a passage, or to decline.

`<document>.questions.yml` lists, by section/number, questions that a passage answers.
`not-in-guide.yml` lists, by topic, questions near the guide that it does not answer.
Both are optional: any folder of documents can be a guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from knowledge.blocks import slugify
from knowledge.chunks import Passage
from knowledge.data import DataError, read_yaml

QUESTIONS_SUFFIX = ".questions.yml"
NOT_IN_GUIDE = "not-in-guide.yml"

_SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 3, "maxLength": 200},
    },
}


def is_questions(path: Path) -> bool:
    """Whether a file of a guide holds questions, and so is no document."""
    return path.name.endswith(QUESTIONS_SUFFIX) or path.name == NOT_IN_GUIDE


def answered_questions(folder: Path, passages: Sequence[Passage]) -> list[tuple[int, str]]:
    """(Number of the passage, question) of all question files of a guide, in file order.

    Raises `DataError` naming file and line when a key is no passage of the guide.
    """
    numbers = {passage.id: number for number, passage in enumerate(passages)}
    found = []
    for path in sorted(folder.rglob(f"*{QUESTIONS_SUFFIX}")):
        content, lines = read_yaml(path, _SCHEMA)
        name = path.relative_to(folder).as_posix()
        document = slugify(name.removesuffix(QUESTIONS_SUFFIX))
        for key, questions in content.items():
            number = numbers.get(f"{document}/{key}")
            if number is None:
                line = lines.get((key,), 1)
                raise DataError(
                    f"{path}:{line}: the guide has no passage {document}/{key}; "
                    "`python -m knowledge list` names those it has"
                )
            found += [(number, question) for question in questions]
    return found


def declined_questions(folder: Path) -> list[tuple[str, str]]:
    """(Topic, question) of what the guide is known not to answer, in file order."""
    path = folder / NOT_IN_GUIDE
    if not path.exists():
        return []
    content, _ = read_yaml(path, _SCHEMA)
    return [(topic, question) for topic, questions in content.items() for question in questions]


def places(folder: Path) -> list[tuple[str, str]]:
    """(File and line, question) of all questions of a guide, answered or declined."""
    found = []
    for path in sorted(path for path in folder.rglob("*.yml") if is_questions(path)):
        content, lines = read_yaml(path, _SCHEMA)
        file = path.relative_to(folder).as_posix()
        found += [
            (f"{file}:{lines[key, number]}", question)
            for key, questions in content.items()
            for number, question in enumerate(questions)
        ]
    return found
