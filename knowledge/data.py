"""YAML that people edit: read with a JSON schema; an error names file, line and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import yaml

#: The parser in C takes a tenth of the time of the one in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DataError(ValueError):
    """A data file cannot be used; the message is one line for the person who edits it."""


def read_yaml(path: Path, schema: dict[str, Any]) -> tuple[Any, dict[tuple[Any, ...], int]]:
    """The content of a YAML file and the line of each entry in it, by path of keys.

    Raises `DataError` for a file that is missing, not UTF-8, not YAML or against the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_LOADER)
        content = yaml.load(text, Loader=_LOADER)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "not YAML"
        raise DataError(f"{path}:{line}: {problem}; check indentation and quotes") from error
    lines: dict[tuple[Any, ...], int] = {}
    _collect_lines(node, (), lines)
    problems = jsonschema.Draft7Validator(schema).iter_errors(content)
    worst = jsonschema.exceptions.best_match(problems)
    if worst is not None:
        where = tuple(worst.absolute_path)
        raise DataError(f"{path}:{lines.get(where, 1)}: {_place(where)}{worst.message}")
    return content, lines


def _collect_lines(
    node: yaml.Node | None, path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]
) -> None:
    if node is None:
        return
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*path, key.value)
            _collect_lines(value, place, lines)
            lines[place] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _collect_lines(value, (*path, position), lines)


def _place(path: tuple[Any, ...]) -> str:
    return f"{'.'.join(str(step) for step in path)}: " if path else ""
