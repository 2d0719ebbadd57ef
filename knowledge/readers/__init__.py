"""Readers: one module per format, each from the bytes of a file to a `Reading`.

Nothing in a file is executed or fetched. A module is imported when the first file of its format is
read.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from knowledge.blocks import Reading, UnreadableError

#: Module of the reader, by the ending of the file's name.
FORMATS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "plain",
    ".text": "plain",
    ".docx": "docx",
    ".pdf": "pdf",
}


def is_document(path: Path) -> bool:
    """Whether there is a reader for a file of this name."""
    return path.suffix.lower() in FORMATS


def read(path: Path, content: bytes) -> Reading:
    """Read the content of the file at `path`. Raises `UnreadableError` when it cannot be read."""
    name = FORMATS[path.suffix.lower()]
    reader = import_module(f"{__name__}.{name}")
    try:
        reading: Reading = reader.read(content)
    except UnreadableError:
        raise
    except Exception as error:
        # The libraries raise all sorts of things for a damaged file; it is the file's fault.
        raise UnreadableError(
            f"damaged, or no {name} file ({type(error).__name__}); save it anew"
        ) from error
    return reading
