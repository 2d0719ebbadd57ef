"""Growth told by what it looked like at its times."""

import pytest

from bot.nlu import read
from bot.nlu.growth import grows_fast

FAST = (
    "There's a lump on my jaw that was a pea at teatime and is a good plum now",
    "the swelling by the ear was like a corn grain at 8pm, now lemon",
    "Bruise like a coin at noon, like a hand at five, thick",
    "2 pm: small bump on left cheek, a pea. 5 pm: size of a walnut. 9 pm: an egg",
)


@pytest.mark.parametrize("text", FAST)
def test_larger_things_within_a_day_are_fast_growth(text: str) -> None:
    assert grows_fast(text)
    assert read(text).context.trend == "rapid"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a lump like an egg since noon, an egg now",
        "a lump like a plum at noon, a pea now",  # it shrinks
        "a lump like a lentil yesterday at noon, a plum now",  # a day
        "a lump like a pea, then a plum",  # nobody knows when
        "the dough was an apple at noon and is a melon now",
        "a pea at noon, a chickpea now",  # about as large
    ],
)
def test_nothing_else_is(text: str) -> None:
    assert not grows_fast(text)
