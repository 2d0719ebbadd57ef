"""Blood pressures as people report them."""

import pytest

from bot.nlu import read
from bot.nlu.pressure import low_pressure


@pytest.mark.parametrize(
    "text",
    [
        *("my bp is 80/50", "BP 78 over 40", "blood pressure dropped to 85", "systolic: 88"),
        "my blood pressure dropped after it, nurse said 85 over 50",
    ],
)
def test_a_low_one_is_an_emergency_that_is_not_certain(text: str) -> None:
    span = low_pressure(text)
    assert span is not None
    assert text[span[0] : span[1]] in ("80", "78", "85", "88")
    assert str(read(text).findings["fainting"].state) in ("present", "uncertain")


@pytest.mark.parametrize(
    "text",
    [
        *("bp 118/76", "blood pressure 135 over 80", "pain 8/10, bp fine", "done 50/50"),
        *("I'm 85, on blood pressure tablets", "bp tablets, day 60 after it", ""),
    ],
)
def test_any_other_number_is_none(text: str) -> None:
    assert low_pressure(text) is None
