"""Writes the clinic's details into the bot's words: `python -m bot.render` (part of `make train`).

Every `${clinic.…}` in the YAML files of `bot/domain/` is replaced by what `bot/clinic.yml` says,
and the result written to `.build/domain/`, which Rasa is trained with. So emergency words name the
right number without any server. Rasa's own `{slots}` are left alone.

The YAML is edited as a tree of nodes: a name such as `Dr. O'Neill: skin & more` cannot break it,
and what YAML would read differently (`Yes`, `3.1`) is written back as it was.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from bot.clinic import load_clinic
from bot.slots import slots_domain

DOMAIN = Path("bot/domain")
RENDERED = Path(".build/domain")

PLACEHOLDER = re.compile(r"\$\{([^}\n]*)\}?")


class RenderError(Exception):
    """A placeholder that cannot be filled; the message names file, line and what to do."""


def render_text(text: str, details: Mapping[str, str], source: str) -> str:
    """The YAML `text` with every placeholder filled; raises `RenderError` naming `source`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RenderError(f"{source}:{line}: not valid YAML: {error.problem}") from error
    if root is None:
        return ""
    for node in _scalars(root, set()):
        if "${" in node.value:
            _check(node, text, details, source)
            node.value = PLACEHOLDER.sub(lambda found: details[found[1].strip()], node.value)
            node.tag = "tag:yaml.org,2002:str"
            node.style = node.style or '"'
    rendered: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=10**6)
    return rendered


def _scalars(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """All scalars of a document, each once, though an alias may name it again."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, seen)
            yield from _scalars(value, seen)


def _check(node: yaml.ScalarNode, text: str, details: Mapping[str, str], source: str) -> None:
    for found in PLACEHOLDER.finditer(node.value):
        if found[1].strip() in details and found[0].endswith("}"):
            continue
        where = text.find(found[0], node.start_mark.index, node.end_mark.index)
        line = text.count("\n", 0, max(where, node.start_mark.index)) + 1
        raise RenderError(
            f"{source}:{line}: {found[0]!r} is not a detail of the clinic. "
            f"Use one of: {', '.join('${' + name + '}' for name in sorted(details))}"
        )


def render(domain: Path, rendered: Path, details: Mapping[str, str]) -> None:
    """Render every file of `domain` into `rendered`, which then holds nothing else."""
    texts = {
        path.relative_to(domain): render_text(path.read_text("utf-8"), details, str(path))
        for path in sorted(domain.rglob("*.yml"))
    }
    shutil.rmtree(rendered, ignore_errors=True)
    for path, text in texts.items():
        target = rendered / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def main() -> int:
    """Render the project's words; returns an exit code."""
    try:
        render(DOMAIN, RENDERED, load_clinic().details())
        slots = yaml.safe_dump(slots_domain(), sort_keys=False)
        (RENDERED / "slots.yml").write_text(slots, encoding="utf-8")
    except (RenderError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
