"""Makes one environment from its pinned requirement file: `python3 environment.py NAME`.

`python3 environment.py lock` resolves the pins anew from the groups of pyproject.toml.

Nothing but Python 3.10, Python 3.11 and a package registry is needed; uv itself comes into a small
environment of its own. On failure the last line on standard error says what to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".build" / "uv"

#: Environment: its folder and its Python.
ENVIRONMENTS = {
    "app": (".venv", "3.11"),
    "rasa": (".venv-rasa", "3.10"),
    "evaluation": (".venv-evaluation", "3.11"),
    "synapse": (".venv-synapse", "3.11"),
}


class MissingError(Exception):
    """Something the machine must have; the message says what to do."""


def version_of(python: Path) -> str | None:
    """`3.11` for an interpreter that runs, None for one that does not (a pyenv shim, say)."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def candidates(version: str) -> Iterator[Path]:
    """Where a Python of this version may be, likeliest first."""
    yield Path(sys.executable)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield Path(folder) / f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    for uv in (UV / "bin" / "uv", *(Path(p) / "uv" for p in os.environ["PATH"].split(os.pathsep))):
        if uv.exists():
            find = [str(uv), "python", "find", "--no-python-downloads", version]
            run = subprocess.run(find, capture_output=True, text=True, check=False)
            yield Path(run.stdout.strip() or "/nowhere")


def find_python(version: str) -> Path:
    """An interpreter of this version that runs; raises `MissingError` if there is none."""
    for python in candidates(version):
        if python.is_file() and version_of(python) == version:
            return python
    raise MissingError(
        f"Python {version} was not found. Install it (`pyenv install {version}`, or your system's "
        f"package python{version}) and run the same command again."
    )


def uv_settings() -> dict[str, str]:
    """This process's environment, with pip's sources of packages made known to uv."""
    settings = dict(os.environ, UV_NO_PROGRESS="1", VIRTUAL_ENV="")
    links = settings.get("PIP_FIND_LINKS") or _ask_pip("global.find-links")
    if links:
        settings.setdefault("UV_FIND_LINKS", ",".join(links.split()))
    if settings.get("PIP_INDEX_URL"):
        settings.setdefault("UV_DEFAULT_INDEX", settings["PIP_INDEX_URL"])
    if not _has_torch_build(settings.get("UV_FIND_LINKS", "")):
        # Without this the registry's newest build brings gigabytes of CUDA packages.
        settings.setdefault("UV_TORCH_BACKEND", "cpu")
    return settings


def _ask_pip(setting: str) -> str:
    ask = [sys.executable, "-m", "pip", "config", "get", setting]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()


def _has_torch_build(links: str) -> bool:
    return any(any(Path(folder).glob("torch-*.whl")) for folder in links.split(",") if folder)


def install_uv() -> Path:
    """The pinned uv, installed on first use."""
    uv = UV / "bin" / "uv"
    pin = (ROOT / "requirements" / "uv.txt").read_text(encoding="utf-8").split("==")[1].strip()
    if uv.exists() and f"uv {pin}" in subprocess.getoutput(f"'{uv}' --version"):
        return uv
    try:
        run(sys.executable, "-m", "venv", "--clear", str(UV))
    except subprocess.CalledProcessError as error:
        raise MissingError(
            "Python's venv module does not work here. Install it (on Debian: apt-get install "
            "python3-venv) and run the same command again."
        ) from error
    run(str(UV / "bin" / "python"), "-m", "pip", "install", "-q", "-r", "requirements/uv.txt")
    return uv


def make(name: str) -> None:
    """Make or update the environment `name`; what it holds beside its pins is removed."""
    folder, version = ENVIRONMENTS[name]
    source = find_python(version)
    uv, settings = install_uv(), uv_settings()
    python = ROOT / folder / "bin" / "python"
    if version_of(python) != version:
        run(str(uv), "venv", "-q", "--clear", "--python", str(source), folder, env=settings)
    requirements = f"requirements/{name}.txt"
    run(str(uv), "pip", "sync", "-q", "--python", str(python), requirements, env=settings)


def lock() -> None:
    """Write the files of requirements/, without anything of this machine."""
    uv, settings = install_uv(), uv_settings()
    for name, (_, version) in ENVIRONMENTS.items():
        pins = ROOT / "requirements" / f"{name}.txt"
        compile_ = [str(uv), "pip", "compile", "-q", "--group", f"{name}-env"]
        compile_ += ["--python-version", version, "--annotation-style", "line"]
        compile_ += ["--no-emit-index-url", "--no-emit-find-links"]
        # Torch's pin names no build; kept as a preference, it would stand for the CUDA build.
        compile_ += ["--upgrade-package", "torch"]
        run(*compile_, "--custom-compile-command", "make lock", "-o", str(pins), env=settings)
        # A build on this machine's disk is not to be had everywhere.
        pins.write_text(pins.read_text(encoding="utf-8").replace("+cpu ", " "), encoding="utf-8")


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run a command in the project's root; raises `CalledProcessError` when it fails."""
    subprocess.run(command, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    try:
        lock() if sys.argv[1] == "lock" else make(sys.argv[1])
    except MissingError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        what = " ".join(Path(part).name for part in error.cmd[:3])
        sys.exit(f"`{what}` failed. Is a package registry within reach? Then try again.")
