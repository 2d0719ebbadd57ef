from __future__ import annotations

import fcntl
import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from knowledge.blocks import GuideError
from knowledge.build import build
from knowledge.encoder import Encoder
from knowledge.index import MANIFEST, Index
from knowledge.progress import Progress
from knowledge.rows import Kind
from knowledge.search import Searcher
from tests.knowledge.conftest import GUIDE


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _edit(guide: Path, old: str, new: str) -> None:
    path = guide / "plants.md"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def test_one_guide_one_index(small_guide: Path, tmp_path: Path, encoder: Encoder) -> None:
    build(small_guide, tmp_path / "one", encoder)
    build(small_guide, tmp_path / "two", encoder)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_every_chunk_has_its_vector(small_guide: Path, tmp_path: Path, encoder: Encoder) -> None:
    (small_guide / "plants.questions.yml").write_text("light/1:\n  - Do ferns like sun?\n")
    (small_guide / "not-in-guide.yml").write_text("cost:\n  - What does a fern cost?\n")
    built = build(small_guide, tmp_path / "index", encoder)
    index = Index.load(tmp_path / "index", encoder.fingerprint)
    kinds = index.row_kind.tolist()
    assert (built.passages, built.vectors) == (3, len(kinds))
    assert kinds.count(Kind.PASSAGE) == 3
    assert kinds.count(Kind.SENTENCE) == 5
    # The two passages without questions of their own get some: their three sentences, these behind
    # the heading, and the heading itself.
    assert kinds.count(Kind.GENERATED) == 3 + 3 + 1
    assert kinds.count(Kind.QUESTION) == 1
    assert index.authored.sum() == 1
    assert kinds.count(Kind.DECLINED) == 1
    assert index.row_passage[index.row_kind == Kind.DECLINED].tolist() == [-1]


def test_the_words_of_questions_are_known_to_spelling(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    (small_guide / "plants.questions.yml").write_text("light/1:\n  - Does it tolerate glare?\n")
    build(small_guide, tmp_path / "index", encoder)
    vocabulary = Index.load(tmp_path / "index", encoder.fingerprint).vocabulary
    assert {"glare", "cactus", "plants"} <= set(vocabulary)


@pytest.mark.parametrize("trouble", ["empty", "not utf-8", "bad questions", "gone"])
def test_a_build_that_fails_leaves_the_old_index_in_service(
    small_guide: Path, tmp_path: Path, encoder: Encoder, trouble: str
) -> None:
    folder = tmp_path / "index"
    build(small_guide, folder, encoder)
    before = _files(folder)
    if trouble == "empty":
        (small_guide / "plants.md").write_text("# Only a heading\n")
    elif trouble == "not utf-8":
        (small_guide / "plants.md").write_bytes(b"# \xff\n")
    elif trouble == "bad questions":
        (small_guide / "plants.questions.yml").write_text("water/9: [what?]\n")
    else:
        (small_guide / "plants.md").unlink()
    with pytest.raises(ValueError, match=str(small_guide)):
        build(small_guide, folder, encoder)
    assert _files(folder) == before


def test_a_build_that_cannot_write_leaves_the_old_index(
    small_guide: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    build(small_guide, folder, encoder)
    before = _files(folder)
    _edit(small_guide, "twice", "thrice")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("knowledge.build._write_lines", full)
    with pytest.raises(OSError, match="No space left"):
        build(small_guide, folder, encoder)
    assert _files(folder) == before


_KILLED_AT = """
import os, pathlib, sys
import numpy, faiss
from knowledge.build import build
from knowledge.encoder import Encoder

owner, _, name = {place!r}.rpartition(".")
def die(*_, **__):
    os.kill(os.getpid(), 9)
setattr(eval(owner), name, die)
build(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), Encoder.load())
"""


@pytest.mark.parametrize(
    "place", ["faiss.write_index", "numpy.savez", "os.fsync", "pathlib.Path.rename", "os.replace"]
)
def test_a_build_that_is_killed_leaves_the_old_index_in_service(
    small_guide: Path, tmp_path: Path, encoder: Encoder, place: str
) -> None:
    folder = tmp_path / "index"
    before = build(small_guide, folder, encoder)
    _edit(small_guide, "twice", "thrice")
    script = _KILLED_AT.format(place=place)
    command = [sys.executable, "-c", script, str(small_guide), str(folder)]
    assert subprocess.run(command, cwd=GUIDE.parents[1], check=False).returncode == -9
    found = Searcher.load(folder, encoder)
    assert found.versions()["index"] == before.generation
    assert "twice" in found.search("how often do I water the fern?").passages[0].text
    assert build(small_guide, folder, encoder).generation != before.generation


def test_only_what_has_changed_is_encoded_and_the_index_is_the_same(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    first = build(small_guide, tmp_path / "index", encoder)
    assert first.encoded > 5
    assert build(small_guide, tmp_path / "index", encoder).encoded == 0
    _edit(small_guide, "Use rain water.", "Tap water is hard.")
    changed = build(small_guide, tmp_path / "index", encoder)
    assert 0 < changed.encoded < first.encoded / 2
    at_once = build(small_guide, tmp_path / "anew", encoder)
    assert at_once.encoded > changed.encoded
    assert at_once.generation == changed.generation
    assert _files(tmp_path / "anew") == {
        name: content
        for name, content in _files(tmp_path / "index").items()
        if first.generation not in name
    }


@pytest.mark.parametrize("trouble", ["another encoder", "another format", "damaged"])
def test_vectors_of_an_index_that_does_not_fit_are_not_taken_over(
    small_guide: Path, tmp_path: Path, encoder: Encoder, trouble: str
) -> None:
    folder = tmp_path / "index"
    built = build(small_guide, folder, encoder)
    path = folder / MANIFEST
    if trouble == "damaged":
        path = folder / built.generation / "vectors.faiss"
        path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    else:
        name = trouble.split()[1]
        path.write_text(json.dumps({**json.loads(path.read_text()), name: 0}))
    again = build(small_guide, folder, encoder)
    assert (again.encoded, again.generation) == (built.encoded, built.generation)


def test_two_builds_at_once_take_turns(small_guide: Path, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "index"
    build(small_guide, folder, encoder)
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _edit(small_guide, "twice", "thrice")
    other = threading.Thread(target=build, args=(small_guide, folder, encoder))
    other.start()
    other.join(timeout=3)
    assert other.is_alive(), "the second build waits"
    os.close(handle)
    other.join(timeout=30)
    assert not other.is_alive()
    fresh = Searcher.load(folder, encoder)
    assert "thrice" in fresh.search("how often do I water the fern?").passages[0].text


def test_a_long_build_tells_how_far_it_is(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    told = io.StringIO()
    build(small_guide, tmp_path / "index", encoder, progress=Progress(told, every=0))
    doing = [line.partition(":")[0] for line in told.getvalue().splitlines()]
    assert list(dict.fromkeys(doing)) == ["reading plants.md", "encoding", "writing"]


def test_a_short_build_says_nothing_and_a_single_long_step_does() -> None:
    told = io.StringIO()
    Progress(told, every=60)("encoding", 1, 9)
    assert told.getvalue() == ""
    with Progress.watched(every=0.05, out=told) as progress:
        progress("reading large.pdf", 0, 2)
        time.sleep(0.5)
    assert told.getvalue().startswith("reading large.pdf: 0 of 2\n")


def test_a_changed_guide_takes_over_and_the_index_before_last_goes(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "index"
    first = build(small_guide, folder, encoder)
    in_use = Searcher.load(folder, encoder)
    _edit(small_guide, "twice", "three times")
    second = build(small_guide, folder, encoder)
    assert "twice" in in_use.search("how often do I water the fern?").passages[0].text
    fresh = Searcher.load(folder, encoder)
    assert "three times" in fresh.search("how often do I water the fern?").passages[0].text
    _edit(small_guide, "three times", "never")
    third = build(small_guide, folder, encoder)
    generations = {path.name for path in folder.iterdir() if path.is_dir()}
    assert generations == {second.generation, third.generation}
    assert first.generation not in generations


def test_what_a_killed_build_left_is_cleared_away(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "index"
    left_over, running = folder / ".fresh-old", folder / ".fresh-now"
    for path in (left_over, running):
        path.mkdir(parents=True)
    os.utime(left_over, (0, 0))
    build(small_guide, folder, encoder)
    assert not left_over.exists()
    assert running.exists(), "another build may be writing it"


def test_a_damaged_generation_is_written_anew(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "index"
    built = build(small_guide, folder, encoder)
    (folder / built.generation / "rows.npz").write_bytes(b"damaged")
    build(small_guide, folder, encoder)
    assert Index.load(folder, encoder.fingerprint).generation == built.generation


def test_the_manifest_names_what_was_indexed(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    build(small_guide, tmp_path / "index", encoder)
    manifest = json.loads((tmp_path / "index" / MANIFEST).read_text())
    assert manifest["encoder"] == encoder.fingerprint
    assert [(entry["slug"], entry["version"]) for entry in manifest["documents"]] == [
        ("plants", "7")
    ]


def test_an_empty_folder_is_one_line(tmp_path: Path, encoder: Encoder) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(GuideError, match="no document in it"):
        build(empty, tmp_path / "index", encoder)
    assert not (tmp_path / "index").exists()
