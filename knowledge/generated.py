"""Questions for passages that nobody has written questions for, made from heading and sentences.

A guide that a clinic brings has no authored questions. So each sentence of a passage stands for a
question that it answers, by itself and behind its heading, which often names what the sentence only
calls "it"; and the heading, put as a question, asks for the first passage under it. Other templates
(the patient's "I" for "you", "can I ...", parts of sentences) were tried on the development
questions with the authored ones taken away, and did not help.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.chunks import Passage

_ASKS = re.compile(
    r"(?:what|when|where|which|who|why|how|is|are|can|do|does|should|may)\b", re.IGNORECASE
)


def generated_questions(passage: Passage, sentences: Sequence[str]) -> list[str]:
    """The questions of one passage, without repetitions; the same ones for the same passage."""
    found = [*sentences, *(f"{passage.section}: {sentence}" for sentence in sentences)]
    if passage.id.endswith("/1"):
        found.append(heading_question(passage.section))
    return list(dict.fromkeys(found))


def heading_question(heading: str) -> str:
    """A heading as somebody would ask for it."""
    return heading if _ASKS.match(heading) else f"What about {heading[0].lower()}{heading[1:]}?"
