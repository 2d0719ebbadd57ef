"""Intake: which files of a folder become documents of the guide, and which do not, and why.

A file that cannot be read is left out with the reason. But what is in service is never lost by
accident: when the index holds a document whose file has become unreadable, or when `strict`, the
build stops, and the old index stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from knowledge.authored import is_questions
from knowledge.blocks import GuideError, slugify
from knowledge.documents import Document, read_document
from knowledge.readers import FORMATS, is_document

#: Told before each file: what is being done, how much is done, how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Guide:
    """The documents of a folder."""

    folder: Path
    documents: dict[str, Document]
    """By the file's path inside the folder, in the order of reading."""
    left_out: dict[str, str]
    """Reason by file, for those that became no document."""


def silent(doing: str, done: int, total: int) -> None:
    """Tell nobody how far a build has come."""


def read_guide(
    folder: Path,
    in_service: Collection[str] = (),
    strict: bool = False,
    progress: Progress = silent,
) -> Guide:
    """All documents of a folder and its subfolders.

    Raises `GuideError` when there is none, when two claim one slug, or when a file of the
    index in service (`in_service`, or with `strict` any document) cannot be read.
    """
    if not folder.is_dir():
        raise GuideError(f"{folder}: no such folder; name the folder that holds the guide")
    documents: dict[str, Document] = {}
    left_out: dict[str, str] = {}
    paths = _files(folder)
    for number, path in enumerate(paths):
        name = path.relative_to(folder).as_posix()
        if reason := _not_a_document(path):
            left_out[name] = reason
            continue
        progress(f"reading {name}", number, len(paths))
        try:
            slug = _free_slug(path, folder, documents)
            documents[name] = read_document(path, name, slug)
        except GuideError as error:
            if strict or name in in_service:
                raise GuideError(f"{error}; nothing was changed") from error
            left_out[name] = str(error).removeprefix(f"{path}: ")
    _check(folder, documents, left_out)
    return Guide(folder, documents, left_out)


def _files(folder: Path) -> list[Path]:
    """Everything that might be a document, Markdown first, then by path; no hidden files."""
    paths = [
        path
        for path in folder.rglob("*")
        if not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and not is_questions(path)
    ]
    return sorted(paths, key=lambda path: (path.suffix.lower() != ".md", path.as_posix()))


def _not_a_document(path: Path) -> str:
    """Why a file is not even tried; empty for a document."""
    if not is_document(path):
        return f"no document; documents end in {', '.join(FORMATS)}"
    if path.name.startswith("~$"):
        return "a lock of Word's; the document itself is another file"
    if path.exists() and not path.is_file():
        return "not a file"
    return ""


def _free_slug(path: Path, folder: Path, documents: dict[str, Document]) -> str:
    """A slug from the path; from the second file of one name on with the format behind it."""
    used = {document.slug for document in documents.values()}
    slug = slugify(path.relative_to(folder).with_suffix("").as_posix())
    if slug in used:
        slug = f"{slug}-{slugify(path.suffix)}"
    number = 2
    unique = slug
    while unique in used:
        unique, number = f"{slug}-{number}", number + 1
    return unique


def _check(folder: Path, documents: dict[str, Document], left_out: dict[str, str]) -> None:
    if not documents:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise GuideError(
            f"{folder}: no document in it{f' that can be read ({reasons})' if reasons else ''}; "
            "put Markdown, HTML, text, DOCX or PDF files there"
        )
    seen: dict[str, str] = {}
    for name, document in documents.items():
        if document.slug in seen:
            raise GuideError(
                f"{folder / name}: has the slug of {folder / seen[document.slug]}; "
                "give it another one"
            )
        seen[document.slug] = name
