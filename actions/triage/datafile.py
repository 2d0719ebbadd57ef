"""Data files that people edit: YAML, checked against a JSON schema, with errors that help.

An error names the file and the line, what is wrong there and what to do about it. Words stay
words: only `true` and `false` are truth values (`no` and `off` are text, as in YAML 1.2), and a
date is text. A key that stands twice in one mapping is an error, not a silent loss.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import yaml

Where = Sequence[str | int]

_KIND_NAMES = {
    "object": "a mapping (key: value)",
    "array": "a list",
    "string": "text (put it in quotes)",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


class DataError(ValueError):
    """A data file is missing or wrong. The message reads `file:line: what is wrong, what to do`."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML with the truth values of YAML 1.2 and without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":bool", ":timestamp"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def load(path: str | Path, schema: Mapping[str, Any] | Path) -> Any:
    """Return the content of a YAML file that fits `schema`, a JSON schema or the path of one.

    Raises `DataError` for a missing or unreadable file, a syntax error, a key given twice, and
    content that does not fit.
    """
    path = Path(path)
    if isinstance(schema, Path):
        schema = json.loads(schema.read_text("utf-8"))
    root = _compose(path)
    _refuse_double_keys(path, root)
    data = _construct(path, root)
    errors = jsonschema.Draft7Validator(schema).iter_errors(data)
    worst = jsonschema.exceptions.best_match(errors)
    if worst is not None:
        raise _located(path, root, *_explain(worst))
    return data


def problem(path: str | Path, where: Where, what: str) -> DataError:
    """Return the error to raise for the value at `where`, such as `("rules", 3, "when")`."""
    path = Path(path)
    return _located(path, _compose(path), where, what)


def _compose(path: Path) -> Any:
    try:
        loader = _Loader(path.read_text("utf-8"))
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()
    except FileNotFoundError:
        raise DataError(f"{path}:1: there is no such file; create it or correct its path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:1: cannot be read as UTF-8 text ({error}); save it anew") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DataError(
            f"{path}:{line}: not valid YAML: {error.problem or error.context}; "
            "check indentation, colons, quotes and brackets on this line and the one above"
        ) from None
    except yaml.YAMLError as error:
        raise DataError(f"{path}:1: not valid YAML: {error}; remove what is not text") from None


def _construct(path: Path, root: Any) -> Any:
    if root is None:
        return None
    loader = _Loader("")
    try:
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(
            f"{path}:{line}: {error.problem}; write it as plain text, a number, a list or a mapping"
        ) from None
    finally:
        loader.dispose()


def _refuse_double_keys(path: Path, root: Any) -> None:
    open_nodes, seen_nodes = [root], set()
    while open_nodes:
        node = open_nodes.pop()
        if id(node) in seen_nodes:  # an alias points at a node that was checked already
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            open_nodes.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                name = str(key.value)
                if name in lines:
                    raise DataError(
                        f"{path}:{line}: the key '{name}' stands here twice (first on line "
                        f"{lines[name]}); keep one of them"
                    )
                lines[name] = line
                open_nodes.append(value)


def _explain(error: Any) -> tuple[list[str | int], str]:
    """Where a schema error is, and what it means for somebody who edits the file."""
    where, value, expected = list(error.absolute_path), error.instance, error.validator_value
    if error.validator == "required":
        missing = [name for name in expected if name not in value]
        return where, f"{_listed(missing)} is missing; add it"
    if error.validator == "additionalProperties" and isinstance(value, Mapping):
        known = error.schema.get("properties", {})
        patterns = error.schema.get("patternProperties", {})
        for name in value:
            if name not in known and not any(re.search(each, str(name)) for each in patterns):
                allowed = f" Use one of: {_listed(known)}." if known else ""
                return [*where, name], f"the key '{name}' is not known; correct it.{allowed}"
    if error.validator == "enum":
        return where, f"{_short(value)} is not allowed; use one of: {_listed(expected)}"
    if error.validator == "type":
        kinds = [expected] if isinstance(expected, str) else expected
        wanted = " or ".join(_KIND_NAMES[kind] for kind in kinds)
        return where, f"{_short(value)} does not fit; write {wanted}"
    return where, f"{error.message[:300]}; change it so that it fits"


def _located(path: Path, root: Any, where: Where, what: str) -> DataError:
    node, line = root, 1
    for step in where:
        found = _step_into(node, step)
        if found is None:
            break
        line, node = found
    place = "/".join(str(step) for step in where)
    return DataError(f"{path}:{line}: {place + ': ' if place else ''}{what}")


def _step_into(node: Any, step: str | int) -> tuple[int, Any] | None:
    """The line and node of one member; None when the path leaves what the file holds."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _listed(names: Iterable[Any]) -> str:
    return ", ".join("null" if name is None else str(name) for name in names)


def _short(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
