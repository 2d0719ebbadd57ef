"""What takes long to make and is kept in the repository, so that a first start need not make it.

A step's outputs lie in its `kept` folder beside a file that names what they were made from: the
step's fingerprint. While that is the one of today's inputs, they are copied; after any change the
step runs. Whoever changes the inputs keeps the new outputs with `make keep`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.setup.steps import Step


def take(step: Step, fingerprint: str) -> bool:
    """Copy the kept outputs of a step to where it makes them, if they are those of this fingerprint
    and all there."""
    kept = {output: Path(step.kept) / Path(output).name for output in step.outputs}
    if _made_from(step) != fingerprint or not all(path.is_dir() for path in kept.values()):
        return False
    for output, path in kept.items():
        _copy(path, Path(output))
    return True


def keep(step: Step, fingerprint: str) -> None:
    """Keep the outputs of a step as those of this fingerprint."""
    for output in step.outputs:
        _copy(Path(output), Path(step.kept) / Path(output).name)
    _name_of(step).write_text(fingerprint + "\n", encoding="utf-8")


def _name_of(step: Step) -> Path:
    return Path(step.kept) / f"{step.name}.made-from"


def _made_from(step: Step) -> str | None:
    if not step.kept or not _name_of(step).is_file():
        return None
    return _name_of(step).read_text(encoding="utf-8").strip()


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
