"""Reading what patients write: findings, time, context, answers and acts, in one message.

    from bot.nlu import read
    read("no trouble breathing but I have welts").to_json()

Plain Python over data: two readers of findings (the lexicon, `lexicon/`, and the semantic reader,
learnt from `phrases/`), the arbiter between them (learnt from `arbiter/`), the assertion table
(`assertion.yml`), spelling, clauses, answers, acts.
`rasa_reader.py` is the Rasa component over it.
"""

from bot.nlu.finding import Finding
from bot.nlu.reading import Reading, read, read_by_lexicon

__all__ = ["Finding", "Reading", "read", "read_by_lexicon"]
