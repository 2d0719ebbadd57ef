from __future__ import annotations

from knowledge.words import content_stems, normalise, stem, tokens


def test_letters_and_digits_are_parted() -> None:
    assert tokens("SPF30 for 48h, please!") == ["spf", "30", "for", "48", "h", "please"]


def test_apostrophes_and_accents_are_plain() -> None:
    assert tokens("I can’t use crème") == ["i", "can't", "use", "creme"]


def test_control_characters_part_words() -> None:
    assert normalise("a\x00b\tc") == "a b c"


def test_content_stems_drop_how_it_is_asked() -> None:
    assert content_stems(tokens("How long should the redness last?")) == [stem("redness"), "last"]


def test_stems_join_forms_of_a_word() -> None:
    assert stem("moisturizers") == stem("moisturizer")
