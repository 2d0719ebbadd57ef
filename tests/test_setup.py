"""The setup: a step runs when its inputs changed and only then; pins and Pythons are found."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

from bot.setup.__main__ import StepFailedError, bring_up_to_date, keep
from bot.setup.environment import ENVIRONMENTS, MissingError, find_python, version_of
from bot.setup.processes import ROOT
from bot.setup.steps import BASELINES, GOALS, SERVERS, STEPS, Step


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return dict(line.split("==") for line in lines if line)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with one step that copies the names of its inputs, and counts its runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "one").write_text("1")
    return tmp_path


def step(code: str = "pass", needs: tuple[str, ...] = (), name: str = "copy") -> Step:
    counted = f"open('runs', 'a').write('{name[0]}'); open('out', 'w'); {code}"
    return Step(name, "copying", ("python3", "-c", counted), ("data",), ("out",), needs)


def runs(project: Path) -> str:
    return (project / "runs").read_text()


def test_a_step_runs_once_while_nothing_changes(project: Path) -> None:
    bring_up_to_date([step()])
    (project / "data" / "one").touch()
    (project / "data" / "__pycache__").mkdir()
    (project / "data" / "__pycache__" / "x.pyc").write_text("x")
    bring_up_to_date([step()])
    assert runs(project) == "c"


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename", "output"])
def test_any_change_runs_it_again(project: Path, change: str) -> None:
    bring_up_to_date([step()])
    one = project / "data" / "one"
    if change == "edit":
        one.write_text("2")
    elif change == "add":
        (project / "data" / "deep" / "two").write_text("1")
    elif change == "remove":
        one.unlink()
    elif change == "rename":
        one.rename(project / "data" / "uno")
    else:
        (project / "out").unlink()
    bring_up_to_date([step()])
    assert runs(project) == "cc"


def test_what_needs_a_step_runs_after_it(project: Path) -> None:
    steps = [step(name="first"), step(name="second", needs=("first",))]
    bring_up_to_date(steps)
    bring_up_to_date([step("1", name="first"), steps[1]])
    assert runs(project) == "fsfs"


def test_a_failure_is_one_line_and_is_tried_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = step("print('noise'); exit('data/one:1: wrong, write 2')")
    for _ in range(2):
        with pytest.raises(StepFailedError) as caught:
            bring_up_to_date([failing])
    assert "copy failed: data/one:1: wrong, write 2 (everything it said: " in str(caught.value)
    assert "noise" in (project / ".build/logs/copy.log").read_text()
    assert "noise" not in capsys.readouterr().out
    assert runs(project) == "cc"


def test_what_is_kept_is_taken_while_nothing_it_was_made_from_has_changed(project: Path) -> None:
    copying = "import os; os.makedirs('.build/made', exist_ok=True); open('.build/made/x', 'a')"
    counted = f"open('runs', 'a').write('c'); {copying}.write(open('data/one').read())"
    made = Step(
        "copy", "copying", ("python3", "-c", counted), ("data",), (".build/made",), kept="kept"
    )
    bring_up_to_date([made])
    keep([made])
    shutil.rmtree(".build")
    bring_up_to_date([made])
    assert runs(project) == "c"
    assert (project / ".build/made/x").read_text() == "1"
    (project / "data" / "one").write_text("2")
    bring_up_to_date([made])
    assert runs(project) == "cc"
    shutil.rmtree(".build")
    (project / "data" / "one").write_text("1")
    shutil.rmtree("kept/made")  # what is not all there is made
    bring_up_to_date([made])
    assert runs(project) == "ccc"
    assert (project / ".build/made/x").read_text() == "1"


def test_every_step_has_its_inputs_and_comes_after_what_it_needs() -> None:
    before: set[str] = set()
    for each in (*STEPS, *BASELINES, *SERVERS):
        assert set(each.needs) <= before
        before.add(each.name)
        for path in each.inputs:
            assert path.startswith(".build/") or (ROOT / path).exists(), path
    assert all(set(goal) <= before for goal in GOALS.values())


def test_a_missing_python_is_one_line_that_says_what_to_do() -> None:
    with pytest.raises(MissingError, match=r"^Python 3\.99 was not found\. Install it .*$"):
        find_python("3.99")


def test_a_python_that_does_not_run_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shim = tmp_path / f"python{version}"
    shim.write_text("#!/bin/sh\necho 'command not found' >&2; exit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(sys, "executable", str(shim))
    found = find_python(version)
    assert found != shim
    assert version_of(found) == version


def test_both_environments_read_messages_with_the_same_versions() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    app, rasa = pins("app"), pins("rasa")
    for pin in groups["shared"]:
        name, version = re.split("==", pin)
        assert app[name.lower()] == rasa[name.lower()] == version


def test_the_pins_belong_to_no_machine() -> None:
    for name in ENVIRONMENTS:
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        assert not re.search(r"://|^-|--hash|/(work|root|home|tmp|opt)/", text, re.MULTILINE)
        assert all(re.fullmatch(r"[\w.]+", version) for version in pins(name).values())
    assert "torch" not in pins("rasa")


def test_no_environment_holds_gigabytes_for_a_gpu() -> None:
    for name in ENVIRONMENTS:
        assert not [pin for pin in pins(name) if re.match("nvidia|cuda|triton", pin)]


def test_the_bot_starts_only_on_free_ports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        start = subprocess.run(
            [sys.executable, "-m", "bot.run", "--only", "actions", "--actions-port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert start.returncode == 1
    assert start.stdout == ""
    assert re.fullmatch(rf"make run: Port {port} .* BOT_ACTIONS_PORT=.*\n", start.stderr)
