"""What a message does: reports, asks, corrects, answers, greets, stops (the acts of `acts.yml`).

    classify("can I wear makeup tomorrow?") == "ask"

Templates find the words; the order of decisions below chooses between them. What ends or redirects
the talk comes first, but only when the message says nothing else; a question to the guide stays one
while another question is open; words about one's body that nobody understood are a report, so that
the check begins; what is left is `nonsense` under an open question (which is then put again in
other words) and small talk otherwise. Where templates cannot list all the ways to put something,
the learnt reader of intents is heard after them (`intents.py`), within bounds (`_Message.may`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from .answer_units import pattern as answer_pattern
from .answers import Answer, Mentioned, is_bare_answer, read_answer
from .asking import asks_guide, names_topic, only_wants_reassurance, questions
from .conversation import ANSWERING_ACTS
from .intents import least
from .languages import is_foreign
from .mash import is_mash
from .sentences import load_templates, words_of
from .times import Times

ACTS_FILE = Path(__file__).with_name("acts.yml")

ACTS = (
    "check_symptoms", "ask", "both", "correct", "affirm", "deny", "unsure", "inform", "explain",
    "greet", "thank", "bye", "chat", "stop", "start_over", "handoff", "before_treatment",
    "other_procedure", "minor", "photo", "other_language", "nonsense",
)  # fmt: skip
_INTENTS = {
    **{act: act for act in ("check_symptoms", "ask", "both", "correct", "handoff")},
    **dict.fromkeys(("affirm", "deny", "unsure", "inform", "explain"), "answer"),
}
_HELD = frozenset(["present", "uncertain", "past"])
#: What the templates say when they understood nothing that is to be done.
_TALKING = frozenset(["greet", "thank", "bye", "chat", "nonsense"])
#: What the templates say to be believed, whatever was learnt.
_SETTLED = frozenset(ACTS) - {*_INTENTS, *_TALKING} | {"handoff", "explain"}
_MAX_WORDS = 400
_FEW_WORDS = 3


def intent_of(act: str) -> str:
    """The intent (message contract) that an act belongs to."""
    return _INTENTS.get(act, "chat")


def classify(  # noqa: PLR0913, PLR0917
    text: str,
    findings: Mapping[str, Mentioned] | None = None,
    asks: Sequence[str] = (),
    answer: Answer | None = None,
    times: Times | None = None,
    context: bool = False,
    learnt: Mapping[str, float] | None = None,
    written: str | None = None,
) -> str:
    """The act of `text`, one of `ACTS`.

    `findings`, `answer` and `times` are what the rest of the reader found in it; `context`: whether
    it tells a trend, a risk, a treatment or home care. `asks`: what the last question asked.
    `learnt`: the probability of each intent; without it, the templates alone decide. `written`: the
    text before anything of it was put into English.
    """
    message = _Message(text, findings or {}, asks, answer or Answer(), times or Times(), context)
    message.written = written or text
    act = message.act()
    return message.heard(act, learnt) if learnt else act


def only_talk(text: str) -> bool:
    """Whether a message is nothing but talk or a command: "goodbye", "thanks", "start over"."""
    return _Message(text, {}, (), Answer(), Times(), False).only_talk()


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return load_templates(ACTS_FILE).patterns()


def _pattern(section: str) -> re.Pattern[str] | None:
    """The templates of a section such as "photo.anywhere" as one pattern; None without any."""
    return _patterns().get(section)


_TALK = ("greet", "thank", "bye", "chat", "stop", "start_over", "handoff", "photo")


class _Message:
    """One message with everything that was read in it."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        text: str,
        findings: Mapping[str, Mentioned],
        asks: Sequence[str],
        answer: Answer,
        times: Times,
        context: bool,
    ) -> None:
        self.text = self.written = text
        self.asks, self.answer = asks, answer
        self.words = words_of(text, _MAX_WORDS)
        self.row = self.words.text.split()
        told = findings.values()
        self.own = any(f.subject == "self" and f.state in _HELD and not _is_old(f) for f in told)
        self.denied = any(f.subject == "self" and f.state == "absent" for f in told)
        self.others = any(f.subject == "other" and f.state == "present" for f in told)
        lasts, measured = times.duration_hours is not None, times.temperature_c is not None
        self.timed = times.treated_at is not None or lasts
        self.tells_more = lasts or measured or context
        self.told = self.timed or self.tells_more
        self.asking = asks_guide(self.words)

    def act(self) -> str:
        """The first decision that is taken."""
        return (
            self._without_words()
            or self._redirects()
            or self._asks()
            or self._corrects()
            or self._answers()
            or self._reports()
            or self._talks()
        )

    def only_talk(self) -> bool:
        """Whether the whole message is one of the acts that tell and ask nothing."""
        return any(self._whole(act) for act in _TALK)

    # ------------------------------------------------------------------ what was learnt

    def heard(self, act: str, learnt: Mapping[str, float]) -> str:
        """The act by the learnt reader, where it is sure enough and allowed to; else by templates.

        >>> message.heard("chat", {"handoff": 0.9, "chat": 0.1})
        'handoff'
        """
        if act in _SETTLED or self._whole(act) or self._matches(f"{act}.settled"):
            return act
        limits = least().get("talk" if act in _TALKING else intent_of(act), {})
        wanted = max(learnt, key=learnt.__getitem__)
        sure = wanted in limits and learnt[wanted] >= limits[wanted]
        return wanted if sure and self.may(act, wanted) else act

    def may(self, act: str, wanted: str) -> bool:
        """Whether an act may give way to another one, however sure the learnt reader is.

        What answers stays an answer or corrects one; under an open question nothing becomes an
        answer that was none. Whoever tells of a sign, their own or another's, is never only
        answered from the guide, chatted with or passed on; who tells of no more than when the
        treatment was may be ("it was three weeks ago, thank you all"). A question that only asks
        how bad a sign is brings no answer from the guide: the check gives it.
        """
        answers = bool(self.answer.kind or self.answer.findings)
        if self.asks and (answers or act in ANSWERING_ACTS) and wanted != "correct":
            return False
        if self.asks and wanted in ANSWERING_ACTS and act not in ANSWERING_ACTS:
            return False
        if wanted in ("ask", "chat", "handoff") and (self.own or self.others):
            return False
        if wanted == "chat" and self.tells_more:
            return False
        if wanted == "both":
            asking = self.asking or "?" in self.row
            return (self.own or self.others) and asking and not only_wants_reassurance(self.words)
        return True

    # ------------------------------------------------------------------ decisions, in order

    def _without_words(self) -> str | None:
        if any(word.isalnum() for word in self.row):
            return None
        if self.answer.kind:
            return self.answer.kind
        return next((act for act in ("thank", "greet") if self._whole(act)), "nonsense")

    def _redirects(self) -> str | None:
        """What is neither for the guide nor for the protocol, or ends the check."""
        understood = self.asks and is_bare_answer(self.text)  # "na", "nein"
        if not understood and is_foreign(self.written, entirely=self.own or self.denied):
            return "other_language"
        for act in ("stop", "start_over"):
            # "/restart" typed by hand is text like any other, not a command.
            if self._whole(act) and self.row[0] != "/":
                return act
        if self._whole("handoff") or self._says("handoff"):
            return "handoff"
        if self._says("minor"):
            return "minor"
        if self._whole("photo") or (self._says("photo") and not self._only_mentions("photo")):
            return "photo"
        if self._other_procedure():
            return "other_procedure"
        if self._says("before_treatment") and not self.timed and not self._asks_guide():
            return "before_treatment"
        return None

    def _asks(self) -> str | None:
        """A question about the question, or one to the guide, beside a report or alone."""
        if self.answer.kind == "explain":
            return "explain"
        if not self._asks_guide():
            return None
        told = self.own or self.others or self._matches("check_symptoms.anywhere")
        if told and only_wants_reassurance(self.words):
            return None  # "what do I do", "why is my tongue so thick": the check answers that
        return "both" if self.own or self.others else "ask"

    def _asks_guide(self) -> bool:
        """Not the bot: "can you check my symptoms?", "are you a robot?"."""
        if self._matches("check_request") or self._chats():
            return False
        if self.asking:
            return True
        # "Makeup tomorrow?" is a question; "maybe 2 days?" answers one, "swollen??" reports.
        marked = "?" in self.row[-3:] and len(self.row) > 1
        return marked and not (self.own or self.others or self.answer.kind or self.told)

    def _corrects(self) -> str | None:
        if self._matches("correct.not"):
            return None
        substance = self.own or self.denied or self.told or len(self.row) > _FEW_WORDS
        begins = self._begins("correct") and substance and not self._whole("chat")
        return "correct" if begins or self._matches("correct.anywhere") else None

    def _answers(self) -> str | None:
        if not self.asks:
            return self._bare()
        if self.answer.kind:
            return self.answer.kind
        return "inform" if self.own or self.denied or self.told else None

    def _bare(self) -> str | None:
        """Yes or no when nothing was asked."""
        if self.own or self.denied or self.told or self._small():
            return None
        if len(self.row) > _FEW_WORDS + 3:
            return None
        kind = read_answer(self.text, ("earlier_findings",)).kind
        return kind if kind in ("affirm", "deny", "unsure") else None

    def _reports(self) -> str | None:
        if self.own or self.others or self._whole("check_symptoms"):
            return "check_symptoms"
        if self._matches("check_request") or self._matches("check_symptoms.anywhere"):
            return None if self._small() or self._matches("chat.anywhere") else "check_symptoms"
        if self._small():
            return None
        if self.denied or self.told:
            return "check_symptoms"
        if not self.asks and names_topic(self.words):
            return "ask"
        return "check_symptoms" if self._matches("needling") else None

    def _talks(self) -> str:
        for act in ("bye", "thank", "greet", "chat"):
            if self._whole(act):
                return act
        if self._matches("chat.anywhere"):
            return "chat"
        if self.asks or is_mash([word for word in self.row if word.isalpha()]):
            return "nonsense"
        return self._begins_kindly() or "chat"

    # ------------------------------------------------------------------ what the words say

    def _matches(self, section: str) -> bool:
        pattern = _pattern(section)
        return pattern is not None and pattern.search(self.words.text) is not None

    def _says(self, act: str) -> bool:
        """Said somewhere, and not in one of the ways that mean something else."""
        return self._matches(f"{act}.anywhere") and not self._matches(f"{act}.not")

    def _only_mentions(self, act: str) -> bool:
        """Whether somebody who tells of a sign says it, and asks nothing in these words: "she
        showed me the photos"."""
        pattern = _pattern(f"{act}.anywhere")
        asks = pattern is not None and any(pattern.search(each) for each in questions(self.words))
        return self.own and not asks

    def _whole(self, act: str) -> bool:
        """Said, and nothing else but fillers and marks."""
        pattern = _pattern(f"{act}.whole")
        return pattern is not None and any(
            pattern.fullmatch(text) is not None for text in _stripped(self.words.text)
        )

    def _begins(self, act: str) -> bool:
        pattern = _pattern(f"{act}.start")
        return pattern is not None and pattern.match(self.words.text) is not None

    def _chats(self) -> bool:
        return not self.own and (self._matches("chat.anywhere") or self._small())

    def _small(self) -> bool:
        return any(self._whole(act) for act in ("greet", "chat", "thank", "bye"))

    def _other_procedure(self) -> bool:
        """Botox, filler, laser as the thing done, not as something asked or read about."""
        if not self._matches("other_procedure") or self._matches("procedure_not"):
            return False
        if self._matches("not_needling"):
            return True
        if self._matches("needling"):
            return False
        return not self.asks or self._begins("correct")

    def _begins_kindly(self) -> str | None:
        """Hello or thank you before something that nobody understands."""
        first = "".join(f"{word} " for word in self.row[:2])
        for act in ("greet", "thank", "bye"):
            pattern = _pattern(f"{act}.whole")
            if pattern is not None and pattern.match(first):
                return act
        return None


def _is_old(finding: Mentioned) -> bool:
    """An older episode: asked about perhaps, but no report of today."""
    return getattr(finding, "recent", None) is False


def _stripped(text: str) -> list[str]:
    """The words as they are, without marks, and without fillers before and after."""
    plain = "".join(f"{word} " for word in text.split() if any(map(str.isalnum, word)))
    texts = [text, plain]
    filler, tails = answer_pattern("filler"), _patterns()["tails"]
    while (match := filler.match(plain)) and match.end():
        plain = plain[match.end() :]
        texts.append(plain)
    for longer in list(texts):
        words = longer.split()
        while len(words) > 1 and tails.fullmatch(f"{words[-1]} "):
            words.pop()
            texts.append("".join(f"{word} " for word in words))
    return texts
