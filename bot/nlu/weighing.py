"""What the assertion table says of a mention, weighed against what its clause is seen to mean.

How sure the semantic reader has to be of that is set in `semantic.yml`.
"""

from __future__ import annotations

from dataclasses import replace

from actions.triage import State, Subject
from bot.nlu.assertion import Assertion, is_always_meant
from bot.nlu.lexicon import Entry
from bot.nlu.semantic import Clause, is_alarming, least
from bot.nlu.templates import Match

#: Absent is not among them: that nothing is there has to be said. Nor is another person's red flag:
#: whom somebody writes for is told by the triggers.
_TURNED = {
    "if": Assertion(State.HYPOTHETICAL, Subject.SELF),
    "old": Assertion(State.PAST, Subject.SELF, recent=False),
    "told": Assertion(State.PAST, Subject.OTHER, recent=False),
}


#: Another person's red flag gets its advice as well.
_ELSEWHERE = {**_TURNED, "other": Assertion(State.PRESENT, Subject.OTHER)}

#: What only the semantic reader sees named may also be denied: the lexicon has no word to go by.
_ONLY_NAMED = {**_TURNED, "absent": Assertion(State.ABSENT, Subject.SELF)}


def weighed(mention: Match[Entry], said: Assertion, clause: Clause) -> Assertion | None:
    """What the triggers say of a mention and what the semantic reader takes its clause to mean.

    The triggers' word stands unless that reader is sure of another (`semantic.yml`). A clause may
    deny one finding and tell of another: so what is denied or over is only there if the reader
    sees just that. None: the words are used in another sense. Thoughts of self-harm are never
    imagined or another sense, and where they are denied or over, less is enough: "I cut myself
    again". And a red flag that is surely there is the patient's, whoever is named beside it: "my
    husband hears me wheeze", "Dad came at noon and now asks whose house this is".
    """
    name, meanings, sure = mention.payload.name, clause.meanings, least()
    always, own = is_always_meant(name), said.subject is Subject.SELF
    there = meanings["present"] >= (sure.not_meant if always else sure.meant)
    asked = own and is_alarming(name) and clause.probabilities.get(name, 0.0) >= sure.asked
    if said.settled and not always:
        return said
    if not always and (elsewhere := _told_elsewhere(name, said, clause)):
        return elsewhere
    if said.state in (State.ABSENT, State.PAST):
        seen = clause.probabilities.get(name, 0.0) >= sure.negated
        return Assertion(State.PRESENT, Subject.SELF) if own and there and seen else said
    if always:
        return said
    if not own and there and is_alarming(name) and name in clause.findings:
        return Assertion(State.PRESENT, Subject.SELF)
    if said.state is State.HYPOTHETICAL:
        return Assertion(State.PRESENT, Subject.SELF) if there or asked else said
    if meanings["present"] + meanings["recent"] > 1 - sure.not_meant:
        return said
    meaning = max(meanings, key=lambda name: meanings[name])
    if meanings[meaning] < sure.not_meant:
        return said
    if meaning == "if" and asked:
        return said
    if meaning == "idiom":
        named = is_alarming(name) and clause.named[name] >= sure.hardly_named
        return said if named else None
    if meaning == "other" and not is_alarming(name):
        return replace(said, subject=Subject.OTHER)
    return _TURNED.get(meaning, said) if own or meaning == "told" else said


def _told_elsewhere(name: str, said: Assertion, clause: Clause) -> Assertion | None:
    """What holds of a red flag that only the lexicon finds there, in a clause that the semantic
    reader takes for one of others, of earlier times, of a film or of a fear; None where it is not
    sure (`elsewhere` in `semantic.yml`)."""
    meanings, sure = clause.meanings, least()
    if not is_alarming(name) or clause.probabilities.get(name, 0.0) >= sure.unseen_of(name):
        return None
    if said.state not in (State.PRESENT, State.UNCERTAIN):
        return None
    shares = {meaning: meanings[meaning] for meaning in _ELSEWHERE}
    there = meanings["present"] + meanings["recent"]
    if sum(shares.values()) < sure.elsewhere or there > 1 - sure.elsewhere:
        return None
    return _ELSEWHERE[max(shares, key=lambda meaning: shares[meaning])]


def meant_as(clause: Clause) -> Assertion | None:
    """How the semantic reader takes a whole clause, and so what it only names: denied, imagined,
    over before or told of somebody; None where it is not sure, or something may be there."""
    meanings, sure = clause.meanings, least()
    meaning = max(meanings, key=lambda name: meanings[name])
    there = meanings["present"] + meanings["recent"] > 1 - sure.meant_so
    return None if there or meanings[meaning] < sure.meant_so else _ONLY_NAMED.get(meaning)
