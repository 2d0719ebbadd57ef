"""The vectors of an index on disk: which kind of FAISS index fits how many.

Up to `FLAT_UP_TO` all are compared, exactly. Beyond, they are sorted into about as many cells as a
question is then compared with (inverted lists, Sivic and Zisserman, ICCV 2003), and only the cells
nearest to the question are read: `python -m bench.vectors` measures what that costs and loses.

Both kinds keep whole vectors, so that the next build can take them over, and both are
memory-mapped: a process reads only what it touches, and all processes share one copy.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge.encoder import DIMENSIONS, Vectors

FLAT_UP_TO = 20_000

#: Cells for n vectors: CELLS * sqrt(n); each question reads READ of them (at least the few that
#: hold enough). Measured at 100,000 and 1,000,000, see `bench/vectors.py`.
_CELLS = 4
_READ = 24

#: Vectors per cell that the cells are learnt from.
_TRAINING = 64


def make(vectors: Vectors) -> Any:
    """A FAISS index (inner product) of these vectors; the same one for the same vectors."""
    if len(vectors) <= FLAT_UP_TO:
        flat = faiss.IndexFlatIP(DIMENSIONS)
        flat.add(vectors)
        return flat
    cells = round(_CELLS * math.sqrt(len(vectors)))
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(DIMENSIONS), DIMENSIONS, cells, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.spherical = True
    index.cp.niter = 10
    index.cp.max_points_per_centroid = _TRAINING
    index.nprobe = min(_READ, cells)
    index.train(vectors)
    index.add(vectors)
    return index


def write(index: Any, path: Path) -> None:
    """Write a FAISS index."""
    faiss.write_index(index, str(path))


def read(path: Path) -> Any:
    """Map a FAISS index into memory. Raises `RuntimeError` for a damaged file."""
    # "IFC" maps vectors of flat and inverted indexes alike (plain IO_FLAG_MMAP: inverted only).
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def everything(index: Any) -> Vectors:
    """All vectors of a FAISS index, in the order in which they were added."""
    vectors: Vectors = index.reconstruct_n(0, index.ntotal)
    return np.ascontiguousarray(vectors, dtype=np.float32)
