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


@pytest.mark.parametrize(
    ("text", "finding", "extent"),
    [
        ("they only did my face but the red is on my chest now", "redness", "beyond"),
        ("welts on both forearms, just my cheeks were needled", "hives", "beyond"),
        ("red on my cheeks, not a bit beyond where she needled", "redness", "treated_area"),
        ("nettle rash, cheeks only, exactly inside the lines she drew", "hives", "treated_area"),
        ("wheals, but exclusively on the cheeks that were needled", "hives", "treated_area"),
        ("welts in the needled bit, none anywhere else on the body", "hives", "treated_area"),
        ("hives, but just in the bit you did", "hives", "treated_area"),
        ("hives, not just in the bit you did", "hives", "beyond"),
        ("redness no longer inside the line I drew", "redness", "beyond"),
        ("hives on my neck treated with piriton", "hives", "beyond"),
        ("my neck is red too and they only did my cheeks", "redness", "beyond"),
        ("she did only the cheeks, but also my ears and the neck are red", "redness", "beyond"),
        ("red on my neck that she never needled", "redness", "beyond"),
        ("redness on my neck three fingers below where the pen went", "redness", "beyond"),
        ("the scar on my knee that your lady pricked is rosy", "redness", None),
        ("the backs of my hands are a tad red where the pen went", "redness", None),
    ],
)
def test_what_is_further_than_treated_goes_before_where_that_was(
    text: str, finding: str, extent: str | None
) -> None:
    assert read_by_lexicon(text).findings[finding].extent == extent


@pytest.mark.parametrize(
    ("text", "trend"),
    [
        ("ten minutes ago my cheek was a grape now it is an egg", "rapid"),
        ("I am just watching it spread", "rapid"),
        ("a new welt every time I look", "rapid"),
        ("my cheek went from normal to the size of an orange in under an hour", "rapid"),
        ("one welt at ten, six at ten past, now I have lost count", "rapid"),
        ("it was a coin when I got on the bus, 15 mins later it is past my ear", "rapid"),
        ("an hour ago it was bright red, now it is fine", None),
    ],
)
def test_what_grows_while_one_looks_is_rapid(text: str, trend: str | None) -> None:
    assert (read_by_lexicon(text).context.trend == "rapid") is (trend == "rapid")


def test_a_share_of_ten_is_read_before_and_after_the_complaint() -> None:
    assert read_by_lexicon("10/10 pain all over").findings["pain"].severity == "severe"
    assert read_by_lexicon("itch 2/10").findings["itching"].severity == "mild"
