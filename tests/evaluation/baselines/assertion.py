"""What medspaCy's ConText and negspaCy say of given mentions: a child process of `child.py`.

    .venv-evaluation/bin/python -m tests.evaluation.baselines.assertion medspacy|negspacy

A line in: `{"text": ..., "spans": [[start, end], ...]}`; a line out: `{"said": [[attribute, ...],
...], "ms": ...}`, one list per span. Both tools are set up as their documentation does, with the
rules they ship; only the spans come from elsewhere, where the documentation has a matcher.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from tests.evaluation.baselines.child import answer_lines

Span = tuple[int, int]
Asserter = Callable[[str, Sequence[Span]], list[list[str]]]

_ATTRIBUTES = ("is_negated", "is_uncertain", "is_historical", "is_hypothetical", "is_family")


def medspacy_context() -> Asserter:
    """`medspacy.load()`: its tokenizer, its sentences (PyRuSH) and ConText with default rules."""
    import medspacy
    from loguru import logger

    logger.disable("PyRuSH")  # it would write every message to the log, which takes longer than it
    parts = {"medspacy_tokenizer", "medspacy_pyrush", "medspacy_context"}
    nlp = medspacy.load(medspacy_enable=parts)
    context = nlp.get_pipe("medspacy_context")
    # A span group instead of doc.ents: mentions may overlap.
    context.input_span_type = "group"

    def said(text: str, spans: Sequence[Span]) -> list[list[str]]:
        doc = nlp.make_doc(text)
        doc.spans[context.span_group_name] = [_of(doc, span) for span in spans]
        doc = nlp(doc)
        return [
            [name for name in _ATTRIBUTES if getattr(span._, name)]
            for span in doc.spans[context.span_group_name]
        ]

    return said


def negspacy_negex() -> Asserter:
    """The `negex` component with its default terms ("en_clinical"); it knows negation only."""
    import spacy
    from negspacy.negation import Negex  # noqa: F401  (registers the component)

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("negex")

    def said(text: str, spans: Sequence[Span]) -> list[list[str]]:
        result: list[list[str]] = [[] for _ in spans]
        for layer in layers(spans):
            doc = nlp.make_doc(text)
            mentions = {number: _of(doc, spans[number]) for number in layer}
            doc.ents = spacy.util.filter_spans(list(mentions.values()))
            negated = {(span.start, span.end) for span in nlp(doc).ents if span._.negex}
            for number, span in mentions.items():
                if (span.start, span.end) in negated:
                    result[number].append("is_negated")
        return result

    return said


def layers(spans: Sequence[Span]) -> list[list[int]]:
    """The numbers of the spans in as few groups as needed for no two of a group to overlap."""
    groups: list[list[int]] = []
    ends: list[int] = []
    for number in sorted(range(len(spans)), key=lambda at: spans[at]):
        start, end = spans[number]
        free = next((at for at, last in enumerate(ends) if last <= start), len(groups))
        if free == len(groups):
            groups.append([])
            ends.append(0)
        groups[free].append(number)
        ends[free] = end
    return groups


def _of(doc: Any, span: Span) -> Any:
    return doc.char_span(*span, label="FINDING", alignment_mode="expand")


ASSERTERS = {"medspacy": medspacy_context, "negspacy": negspacy_negex}

if __name__ == "__main__":
    asserter = ASSERTERS[sys.argv[1]]()
    answer_lines(lambda row: {"said": asserter(row["text"], row["spans"])})
