"""Whether a complaint gets worse within minutes or hours, as the arbiter takes it.

That is a red flag like any other, but told in the context (`context.py`). Growth told by what it
looked like (`growth.py`) is not for the arbiter to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.triage import State, Trend
from actions.triage.case import TREND_RAPID
from bot.nlu.arbiter import NOTHING, Report, overruled
from bot.nlu.context import Context
from bot.nlu.finding import BOTH, SEMANTIC
from bot.nlu.semantic import Clause

_RAPID = str(State.PRESENT)


def pace(by_lexicon: Context, by_rules: Context) -> Report:
    """What is made of the pace by the lexicon alone and by all rules."""
    lexicon, rules = (each.trend == Trend.RAPID for each in (by_lexicon, by_rules))
    found_by = (BOTH if lexicon else SEMANTIC) if rules else ""
    return Report(_RAPID if lexicon else NOTHING, _RAPID if rules else NOTHING, found_by)


def paced(context: Context, told: Report, seen: Sequence[Clause]) -> Context:
    """The context with what the arbiter makes of the pace; what is not so fast is worse all the
    same."""
    judged = overruled(seen, {TREND_RAPID: told} if told != Report() else {}, [TREND_RAPID])
    if judged.get(TREND_RAPID) == _RAPID:
        return replace(context, trend=Trend.RAPID)
    slower = bool(judged) and context.trend == Trend.RAPID
    return replace(context, trend=Trend.WORSENING) if slower else context
