"""How strong a complaint is, by the lexicon's words, also where they stand in a clause alone."""

import pytest

from bot.nlu import read_by_lexicon


@pytest.mark.parametrize(
    ("text", "finding", "severity"),
    [
        ("it burns, I would give it a nine out of ten", "burning", "severe"),
        ("it really hurts, like 8 out of 10", "pain", "severe"),
        ("sore, only slightly.", "pain", "mild"),
        ("redness on my nose. slight.", "redness", "mild"),
        ("my face is red, a bit worried", "redness", None),
        ("my face is red and itchy, slightly", "redness", None),  # of which of the two?
        ("no pain. a bit tired, two out of ten", "pain", None),
    ],
)
def test_a_degree_in_a_clause_of_its_own(text: str, finding: str, severity: str | None) -> None:
    assert read_by_lexicon(text).findings[finding].severity == severity
