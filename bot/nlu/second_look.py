"""What a message adds once the words of other languages in it are put into English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from actions.triage import State, Trend
from bot.nlu.finding import Finding
from bot.nlu.glossary import Put
from bot.nlu.semantic import is_alarming
from bot.nlu.times import Times

if TYPE_CHECKING:
    from bot.nlu.reading import Reading


def in_place(reading: Reading, put: Put) -> Reading:
    """The reading with the places of what was said in the text as it was written."""
    said, times = reading.findings.items(), reading.times
    findings = {name: replace(each, span=put.span(*each.span)) for name, each in said}
    spans = {name: put.span(*span) for name, span in times.spans.items()}
    return replace(reading, findings=findings, times=replace(times, spans=spans))


def with_what_it_adds(reading: Reading, english: Reading, foreign: bool) -> Reading:
    """A reading with what is there by the other one, of the same message put into English.

    Word for word into English a "no" may end up beside what it does not deny, so nothing is denied
    or taken back by it: what it does not add is asked for. What is `foreign` through and through
    still hears that only English is read.
    """
    added = {
        name: said
        for name, said in english.findings.items()
        if said.state in (State.PRESENT, State.UNCERTAIN) and _adds(name, reading.findings)
    }
    rapid = english.context.trend == Trend.RAPID
    risks = dict.fromkeys((*reading.context.risks, *english.context.risks))
    context = replace(
        reading.context,
        trend=english.context.trend if rapid else reading.context.trend,
        risks=tuple(risks),
    )
    return replace(
        reading,
        findings={**reading.findings, **added},
        times=reading.times if reading.times != Times() else english.times,
        context=context,
        act=english.act if added and not foreign else reading.act,
    )


def _adds(name: str, known: Mapping[str, Finding]) -> bool:
    """Whether a finding that is there is news: not named before, or a red flag that was denied."""
    said = known.get(name)
    return said is None or (is_alarming(name) and said.state not in (State.PRESENT, State.PAST))
