"""`action_answer`: answer a question from the guide, with the passage quoted word for word.

Nothing is said that the guide does not say: an answer is passages with document and section, and
fixed words around them. What the guide does not answer is said so.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.encoded import encoded_message
from actions.messages import say
from knowledge import Answer, Passage, Searcher, Served
from knowledge.words import content_stems, tokens

#: From this probability on a part that is not answered may still be what was answered before it.
_UNCLEAR = 0.3

INDEX = Path(".build/index")

#: How many earlier questions help to understand a follow-up ("and for how long?").
HISTORY = 2


@lru_cache(maxsize=1)
def _served() -> Served:
    return Served(INDEX)


def searcher() -> Searcher:
    """The guide's index in service: loaded once, and again when a new one is built."""
    return _served().searcher()


class ActionAnswer(Action):
    """Answers the latest message."""

    def name(self) -> str:
        """Its name in the rules."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Quote the best passages, or say that the guide does not answer."""
        question = (tracker.latest_message or {}).get("text") or ""
        found = searcher().search(question, _earlier_questions(tracker), encoded_message.get())
        citations = [passage.citation() for passage in cited(found)]
        custom = {
            "type": "answer",
            "status": found.status,
            "citations": citations,
            "suggestions": list(found.suggestions),
        }
        if not citations:
            say(dispatcher, tracker, "utter_not_in_guide", custom, nearby=nearby(found))
            return []
        in_questions = (tracker.active_loop or {}).get("name") is not None or (
            tracker.get_intent_of_latest_message() == "both"
        )
        say(
            dispatcher,
            tracker,
            "utter_answer_in_questions" if in_questions else "utter_answer",
            custom,
            passages="\n\n".join([*map(quoted, cited(found)), *left_open(found)]),
            offer="If this is about something you have now, I can check your symptoms.",
        )
        return []


def cited(found: Answer) -> list[Passage]:
    """The passages an answer shows: the best one, or the best of each part of the question."""
    parts = found.parts or (found,)
    best = [part.passages[0] for part in parts if part.status == "answered" and part.passages]
    return list({passage.id: passage for passage in best}.values())


def quoted(passage: Passage) -> str:
    """The passage word for word with document and section."""
    return f"“{passage.text}”\n— {passage.document}, section “{passage.section}”"


def left_open(found: Answer) -> list[str]:
    """What to say where only some of several questions are answered."""
    asked = (part for part in found.parts if content_stems(tokens(part.question)))
    if all(part.status == "answered" or part.answerable >= _UNCLEAR for part in asked):
        return []
    return ["That is not all you ask. For the rest our guide has no answer; please ask the clinic."]


def nearby(found: Answer) -> str:
    """What the guide does cover near the question, if anything."""
    if not found.suggestions:
        return (
            "It covers reactions after microneedling, prevention, aftercare and when to seek help."
        )
    topics = " and ".join(f"“{topic}”" for topic in found.suggestions)
    return f"It does cover {topics}."


def _earlier_questions(tracker: Tracker) -> list[str]:
    asked = [
        event.get("text") or ""
        for event in tracker.events[:-1]
        if event.get("event") == "user"
        and (event.get("parse_data") or {}).get("intent", {}).get("name") in ("ask", "both")
    ]
    return asked[-HISTORY - 1 : -1] if asked else []
