"""The guide on the command line.

    python -m knowledge build [--guide DIR] [--index DIR]     index a folder of documents (the one
                              [--strict]                      that the index was built from); with
                                                              --strict all must be readable
    python -m knowledge search [--index DIR]                  questions to answers, JSON lines
    python -m knowledge list [--index DIR]                    documents, sections and their links
    python -m knowledge show SECTION [--index DIR]            the passages of a section, by its
                                                              heading, link or a passage's id
    python -m knowledge check [--guide DIR] [--index DIR]     what is wrong with a guide; changes
                                                              nothing

`search` reads {"question", "history"?} and writes one line per line read, in order; a line that is
no such object is answered with {"error"}. Exit code 1 and one line on standard error when
something is missing or cannot be read; 1 also when `check` finds something, which goes to standard
output with file and line.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from knowledge.blocks import GuideError, slugify
from knowledge.build import build, build_from
from knowledge.check import check
from knowledge.data import DataError
from knowledge.encoder import Encoder, EncoderMissingError
from knowledge.index import FOLDER, IndexUnusableError, read_manifest
from knowledge.intake import read_guide
from knowledge.progress import Progress
from knowledge.search import Searcher

GUIDE = Path(__file__).with_name("guide")

#: Threads of the encoder in a build, while nobody waits for an answer; always as many, because
#: another number rounds otherwise.
BUILDING = 2

_CLEAR = (GuideError, DataError, EncoderMissingError, IndexUnusableError, OSError)


class _OddLineError(ValueError):
    """A line of input that is no question; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    if "guide" in options and options.guide is None:
        options.guide = _guide_in_service(options.index)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except BrokenPipeError:
        # Whoever read our output has had enough; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _CLEAR as error:
        print(error, file=sys.stderr)
        return 1


def _build(options: argparse.Namespace) -> int:
    with Progress.watched() as progress:
        encoder = Encoder.load(threads=BUILDING)
        built = build(options.guide, options.index, encoder, options.strict, progress)
    for file, document in built.guide.documents.items():
        passages = sum(len(section.spans) for section in document.sections)
        left_out = f"; left out: {', '.join(document.left_out)}" if document.left_out else ""
        print(
            f"taken     {file} as {document.slug} {document.version}: "
            f"{_count(len(document.sections), 'section')}, {_count(passages, 'passage')}{left_out}"
        )
    for file, reason in built.guide.left_out.items():
        print(f"left out  {file}: {reason}")
    print(
        f"index {built.generation}: {built.vectors} vectors, {built.encoded} texts newly encoded, "
        f"in {options.index}"
    )
    return 0


def _guide_in_service(index: Path) -> Path:
    """The folder that the index was built from: an update must not put another guide in place."""
    try:
        return (index / str(read_manifest(index)["guide"])).resolve()
    except (IndexUnusableError, KeyError):
        return GUIDE


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _search(options: argparse.Namespace) -> int:
    answer_lines(Searcher.load(options.index), sys.stdin.buffer)
    return 0


def answer_lines(searcher: Searcher, lines: BinaryIO) -> None:
    """Answer each line of a stream on standard output, at once."""
    for number, line in enumerate(lines, start=1):
        try:
            question, history = _read(line)
            result = searcher.search(question, history).as_json()
        except _OddLineError as error:
            result = {"error": f"line {number}: {error}"}
        print(json.dumps(result, ensure_ascii=False), flush=True)


def _read(line: bytes) -> tuple[str, list[str]]:
    try:
        row: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _OddLineError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise _OddLineError('not JSON; expected {"question": "..."}') from None
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise _OddLineError('expected an object with a text "question"')
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(text, str) for text in history):
        raise _OddLineError('"history" must be a list of texts, oldest first')
    return row["question"], history


def _list(options: argparse.Namespace) -> int:
    searcher = Searcher.load(options.index)
    for document in searcher.documents:
        print(f"{document.title} (version {document.version}; {document.source or 'no source'})")
        own = [
            passage for passage in searcher.passages if passage.url.startswith(f"{document.url}#")
        ]
        for url, group in groupby(own, key=lambda passage: passage.url):
            passages = list(group)
            print(f"  {passages[0].section}  {url}  ({passages[0].where})")
            for passage in passages:
                print(f"    {passage.id}")
    return 0


def _show(options: argparse.Namespace) -> int:
    searcher = Searcher.load(options.index)
    wanted = options.section
    found = [
        passage
        for passage in searcher.passages
        if wanted in (passage.id, passage.url) or slugify(wanted) == slugify(passage.section)
    ]
    if not found:
        sections = list(dict.fromkeys(passage.section for passage in searcher.passages))
        near = difflib.get_close_matches(wanted, sections, n=2, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        print(f"the guide has no section “{wanted}”{hint}", file=sys.stderr)
        return 1
    for passage in found:
        print(
            f"{passage.document} — {passage.section}  [{passage.id}]\n"
            f"{passage.url}, characters {passage.start} to {passage.end}; {passage.where}\n"
            f"{passage.text}\n"
        )
    return 0


def _check(options: argparse.Namespace) -> int:
    encoder = Encoder.load()
    with tempfile.TemporaryDirectory() as folder, Progress.watched() as progress:
        guide = read_guide(options.guide, progress=progress)
        # An index of the guide as it is now, which may not be the one in service.
        build_from(guide, Path(folder), encoder, progress, known=options.index)
        searcher = Searcher.load(Path(folder), encoder)
        findings = check(guide, searcher, progress)
    for finding in findings:
        print(finding)
    documents, passages = len(guide.documents), len(searcher.passages)
    print(
        f"{_count(documents, 'document')}, {_count(passages, 'passage')}: "
        f"{_count(len(findings), 'finding') if findings else 'nothing found'}"
    )
    return 1 if findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m knowledge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    runs = {"build": _build, "search": _search, "list": _list, "show": _show, "check": _check}
    for name, run in runs.items():
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--index", type=Path, default=FOLDER)
        if name in ("build", "check"):
            command.add_argument("--guide", type=Path)
        if name == "build":
            command.add_argument("--strict", action="store_true")
        if name == "show":
            command.add_argument("section")
    return parser


if __name__ == "__main__":
    sys.exit(main())
