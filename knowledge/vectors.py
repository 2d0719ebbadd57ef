"""The vectors of an index on disk: which kind of FAISS index fits how many.

Up to `FLAT_UP_TO` all are compared, exactly. Beyond, they are linked to their neighbours in a
graph that a search walks along (HNSW: Malkov and Yashunin, 2016), which finds nearly all of the
nearest ones: `python -m bench.vectors` measures what that costs and loses. Inverted lists (IVF)
are made faster, but on real sentences a search must read a sixth of them to find as much.

Both kinds keep whole vectors, so that the next build can take them over, and both are
memory-mapped: a process reads only what it touches, and all processes share one copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.encoder import DIMENSIONS, Vectors

FLAT_UP_TO = 20_000

#: Links of a vector, and how many candidates are kept while it is linked.
_LINKS = 32
_CANDIDATES = 100

#: How many nearest vectors a search gives: no message needs more. A walk takes longer for more.
_MOST_OF_FLAT = 4_096
_MOST_OF_GRAPH = 160


def make(vectors: Vectors) -> Any:
    """A FAISS index (inner product) of these vectors; the same one for the same vectors."""
    if len(vectors) <= FLAT_UP_TO:
        index: Any = faiss.IndexFlatIP(DIMENSIONS)
    else:
        index = faiss.IndexHNSWFlat(DIMENSIONS, _LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _CANDIDATES
        index.hnsw.efSearch = _MOST_OF_GRAPH
    with _one_thread():  # several threads would link in another order each time
        index.add(vectors)
    return index


def is_graph(index: Any) -> bool:
    """Whether a FAISS index is searched along a graph, not vector by vector."""
    return hasattr(index, "hnsw")


def search(index: Any, vector: Vectors) -> tuple[Vectors, npt.NDArray[np.int64]]:
    """Cosines and rows of the vectors nearest to one unit vector, nearest first."""
    wanted = min(index.ntotal, _MOST_OF_GRAPH if is_graph(index) else _MOST_OF_FLAT)
    cosines, rows = index.search(vector[None, :], wanted)
    found = rows[0] >= 0  # a walk may find fewer than wanted
    return cosines[0][found], rows[0][found]


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def write(index: Any, path: Path) -> None:
    """Write a FAISS index."""
    faiss.write_index(index, str(path))


def read(path: Path) -> Any:
    """Map a FAISS index into memory. Raises `RuntimeError` for a damaged file."""
    # "IFC" maps flat indexes and graphs (plain IO_FLAG_MMAP: only inverted lists).
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def everything(index: Any) -> Vectors:
    """All vectors of a FAISS index, in the order in which they were added."""
    vectors: Vectors = index.reconstruct_n(0, index.ntotal)
    return np.ascontiguousarray(vectors, dtype=np.float32)
