from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from knowledge.build import build
from knowledge.documents import GuideError
from knowledge.encoder import Encoder
from knowledge.index import MANIFEST, Index, Kind
from knowledge.search import Searcher


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
    # Passages without questions of their own are asked for by their sentences: three here.
    assert kinds.count(Kind.QUESTION) == 1 + 3
    assert kinds.count(Kind.DECLINED) == 1
    assert index.row_passage[index.row_kind == Kind.DECLINED].tolist() == [-1]


def test_the_words_of_questions_are_known_to_spelling(
    small_guide: Path, tmp_path: Path, encoder: Encoder
) -> None:
    (small_guide / "plants.questions.yml").write_text("light/1:\n  - Does it tolerate glare?\n")
    build(small_guide, tmp_path / "index", encoder)
    vocabulary = Index.load(tmp_path / "index", encoder.fingerprint).vocabulary
    assert {"glare", "cactus", "plants"} <= set(vocabulary)


@pytest.mark.parametrize("trouble", ["no heading", "not utf-8", "bad questions", "gone"])
def test_a_build_that_fails_leaves_the_old_index_in_service(
    small_guide: Path, tmp_path: Path, encoder: Encoder, trouble: str
) -> None:
    folder = tmp_path / "index"
    build(small_guide, folder, encoder)
    before = _files(folder)
    if trouble == "no heading":
        (small_guide / "other.md").write_text("no heading\n")
    elif trouble == "not utf-8":
        (small_guide / "other.md").write_bytes(b"# \xff\n")
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
