"""What a clause says of a finding: absent, unsure, over now, only imagined, somebody else's.

The idea is ConText's (Harkema 2009): triggers with a category, a direction and a scope, as a table
(`assertion.yml`). Ours reach by clause, and two rules are on the cautious side: a trigger that is
part of a finding's own phrase ("can not breathe") says nothing about it, and a "no" reaches over a
comma to a red flag only when the list is closed by "or", "nor" or "and".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.triage import State, Subject
from bot.nlu.lexicon import Entry
from bot.nlu.templates import Match
from bot.nlu.tokens import Message

_CLOSING = frozenset(["or", "nor", "and", "any"])
_NEAR = 2
#: Words that end the reach of an older episode: from here on it is about now.
_NOW = frozenset("now today currently this again still tonight".split())


@dataclass(frozen=True)
class Assertion:
    """What holds of one mention. `recent` is only told of a past one."""

    state: State
    subject: Subject
    recent: bool | None = None


class Triggers:
    """The triggers of one message."""

    def __init__(self, message: Message, matches: Sequence[Match[Entry]]) -> None:
        self._message = message
        found = [match for match in matches if match.payload.kind == "trigger"]
        hidden = [match.consumed for match in found if match.payload.name == "pseudo"]
        self._found = [
            match
            for match in found
            if match.payload.name != "pseudo"
            and not any(match.consumed & mask == match.consumed for mask in hidden)
        ]

    def of(self, mention: Match[Entry], red_flag: bool) -> Assertion:
        """What the triggers around a mention say of it."""
        says = {
            trigger.payload.name: trigger
            for trigger in self._found
            if not trigger.consumed & mention.consumed and self._reaches(trigger, mention, red_flag)
        }
        subject = Subject.OTHER if self._is_others(mention) else Subject.SELF
        if "story" in says:
            return Assertion(State.HYPOTHETICAL, Subject.OTHER)
        absent = mention.payload.role == "absent"
        if "hypothetical" in says:
            return Assertion(State.HYPOTHETICAL, subject)
        if absent:
            return Assertion(State.ABSENT, subject)
        if "older_past" in says and "negated" not in says:
            return Assertion(State.PAST, subject, recent=False)
        if "negated" in says:
            negations = self._count("negated", mention, red_flag)
            if negations % 2 == 1:
                return Assertion(State.ABSENT, subject)
        if "past" in says:
            return Assertion(State.PAST, subject, recent=True)
        if "uncertain" in says or mention.payload.state is State.UNCERTAIN:
            return Assertion(State.UNCERTAIN, subject)
        return Assertion(mention.payload.state or State.PRESENT, subject)

    def _count(self, name: str, mention: Match[Entry], red_flag: bool) -> int:
        """How many separate triggers of a category reach a mention ("not without" are two)."""
        covered = 0
        count = 0
        for trigger in sorted(self._found, key=lambda t: -t.consumed.bit_count()):
            if trigger.payload.name != name or trigger.consumed & (mention.consumed | covered):
                continue
            if self._reaches(trigger, mention, red_flag):
                covered |= trigger.consumed
                count += 1
        return count

    def _reaches(self, trigger: Match[Entry], mention: Match[Entry], red_flag: bool) -> bool:
        tokens, entry = self._message.tokens, trigger.payload
        last, first = trigger.end - 1, trigger.start
        if entry.name in ("past", "older_past") and mention.start <= first <= last < mention.end:
            return False  # within its words: "my mouth has gone puffy"
        if entry.scope == "message":
            return True
        if entry.scope == "back":
            return self._answers_the_sentence_before(trigger, mention)
        if tokens[first].sentence != tokens[mention.end - 1].sentence:
            return False
        ahead = [t for t in range(last + 1, mention.end) if mention.consumed >> t & 1]
        behind = [t for t in range(mention.start, first) if mention.consumed >> t & 1]
        if entry.direction == "forward" and not ahead:
            return False
        if entry.direction == "backward" and not behind:
            return False
        if entry.scope == "near":
            return self._is_near(trigger, mention)
        if entry.scope == "clause":
            clause = tokens[last].clause
            if not any(tokens[t].clause == clause for t in ahead or behind):
                return False
        elif entry.name in ("older_past", "past") and ahead:
            if any(tokens[t].norm in _NOW for t in range(last + 1, mention.start)):
                return False
        return not (
            red_flag and entry.name == "negated" and ahead and self._crosses_open_list(last, ahead)
        )

    def _crosses_open_list(self, last: int, ahead: Sequence[int]) -> bool:
        tokens = self._message.tokens
        between = tokens[last + 1 : ahead[0] + 1]
        if not any(token.mark == "," for token in between):
            return False
        clause = [token.norm for token in tokens[last + 1 :] if token.clause == tokens[last].clause]
        return not _CLOSING.intersection(clause)

    def _is_near(self, trigger: Match[Entry], mention: Match[Entry]) -> bool:
        distance = trigger.start - mention.end
        if not 0 <= distance <= _NEAR:
            return False
        tokens = self._message.tokens
        ends = trigger.end == len(tokens) or bool(tokens[trigger.end].mark)
        return ends or tokens[trigger.start].mark in (":", "-")

    def _answers_the_sentence_before(
        self, trigger: Match[Entry], mention: Match[Entry]
    ) -> bool:
        tokens = self._message.tokens
        sentence = tokens[trigger.start].sentence
        begins = trigger.start == 0 or tokens[trigger.start - 1].sentence != sentence
        if not begins or tokens[mention.end - 1].sentence != sentence - 1:
            return False
        if trigger.payload.name != "negated":
            return True
        alone = trigger.end == len(tokens) or bool(tokens[trigger.end].mark)
        return alone and self._message.closing[sentence - 1].startswith("?")

    def _is_others(self, mention: Match[Entry]) -> bool:
        """Whether the last person named before the mention, in its sentence or two, is another."""
        tokens = self._message.tokens
        sentence = tokens[mention.start].sentence
        nearest: Match[Entry] | None = None
        for trigger in self._found:
            if trigger.payload.name not in ("other", "self"):
                continue
            same = tokens[trigger.start].sentence == sentence
            if same and trigger.start < mention.end and not trigger.consumed & mention.consumed:
                if nearest is None or trigger.end >= nearest.end:
                    nearest = trigger
        return nearest is not None and nearest.payload.name == "other"
