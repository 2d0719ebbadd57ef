"""Ways to be reached, as people write them; and what looks like one and is none."""

import doctest

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.handover import reach
from bot.gateway.handover.reach import Doubt, Reach, Trouble, read_reach

MOBILE, LANDLINE = "+447700900123", "+442079460018"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07700 900123", Reach((MOBILE,))),
        ("0 7 7 0 0 9 0 0 1 2 3", Reach((MOBILE,))),
        ("+44 (0)7700 900-123.", Reach((MOBILE,))),
        ("0044 7700900123", Reach((MOBILE,))),
        ("7700 900123", Reach((MOBILE,))),
        ("０７７００ ９００１２３", Reach((MOBILE,))),
        ("+49 1512 3456789", Reach(("+4915123456789",))),
        ("ring me on 07700 900123, or at 020 7946 0018", Reach((MOBILE, LANDLINE))),
        ("07700 900123 020 7946 0018", Reach((MOBILE, LANDLINE))),
        ("07700 900123/020 7946 0018", Reach((MOBILE, LANDLINE))),
        ("07700 900123, after 5 pm, not on 25/11/2026 please", Reach((MOBILE,))),
        ("Anna, 07700 900123", Reach((MOBILE,), name="Anna")),
        ("Anna Smith-Jones: 07700 900123", Reach((MOBILE,), name="Anna Smith-Jones")),
        ("Hi, I'm Anna. Text me on 07700 900123", Reach((MOBILE,), name="Anna")),
        ("my name is anna, 07700 900123", Reach((MOBILE,), name="anna")),
        ("07700 900123, ask for Siobhán O’Neill", Reach((MOBILE,), name="Siobhán O’Neill")),
        ("Mobile: 07700 900123. Evenings please", Reach((MOBILE,))),
        ("Yes, 07700 900123", Reach((MOBILE,))),
        ("anna.b@clinic.example.com", Reach(emails=("anna.b@clinic.example.com",))),
        ("My mail: <Anna.B@Gmail.com>!", Reach(emails=("Anna.B@gmail.com",))),
        ("my mail is a dot b at gmail dot com", Reach(emails=("a.b@gmail.com",))),
        ("anna underscore b [at] web [dot] de", Reach(emails=("anna_b@web.de",))),
        ("anna at gmail.com", Reach(emails=("anna@gmail.com",))),
        ("anna@ymail.com or anna@mail.com", Reach(emails=("anna@ymail.com", "anna@mail.com"))),
        (
            "Anna, 07700 900123 or anna@gmail.com",
            Reach((MOBILE,), ("anna@gmail.com",), "Anna"),
        ),
    ],
)
def test_what_people_write_is_understood(text: str, expected: Reach) -> None:
    assert read_reach(text, "GB") == expected


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", Trouble.NOTHING),
        ("whatever suits you", Trouble.NOTHING),
        ("I am at work.call me there", Trouble.NOTHING),
        ("look at my face dot", Trouble.NOTHING),
        ("it is 39.2", Trouble.NOTHING),
        ("38.5 39.2 37.9 38,4", Trouble.NOTHING),
        ("3 days", Trouble.NOTHING),
        ("at 5 pm", Trouble.NOTHING),
        ("25.11.2026", Trouble.NOTHING),
        ("since 2026-11-25 10:30", Trouble.NOTHING),
        ("12345", Trouble.TOO_SHORT),
        ("999", Trouble.NOTHING),
        ("07700 90012", Trouble.NO_NUMBER),
        ("my number is 0123 456 789 012 345", Trouble.NO_NUMBER),
        ("0909 879 0123", Trouble.NO_NUMBER),  # premium rate: calling back costs the clinic
        ("anna@gmail", Trouble.NO_ADDRESS),
        ("anna..b@gmail.com", Trouble.NO_ADDRESS),
    ],
)
def test_what_is_no_way_to_be_reached_says_why(text: str, trouble: Trouble) -> None:
    assert read_reach(text, "GB") == Doubt(trouble)


@pytest.mark.parametrize(
    "domain", ["gmial.com", "gmal.com", "gmaill.com", "gmail.con", "gmail.co", "GMAIL.cmo"]
)
def test_a_misspelt_provider_is_asked_about_and_not_corrected_silently(domain: str) -> None:
    doubt = read_reach(f"07700 900123, anna@{domain}", "GB")
    assert isinstance(doubt, Doubt)
    assert doubt.trouble is Trouble.MISSPELT
    assert doubt.meant == Reach((MOBILE,), ("anna@gmail.com",))
    assert doubt.written == Reach((MOBILE,), (f"anna@{domain.lower()}",))


def test_the_same_digits_are_another_number_in_another_country() -> None:
    assert read_reach("030 23125000", "DE") == Reach(("+493023125000",))
    assert read_reach("030 23125000", "GB") == Reach(("+443023125000",))
    assert read_reach("030 23125000", "US") == Doubt(Trouble.NO_NUMBER)


def test_it_is_shown_as_people_write_it() -> None:
    anna = Reach((MOBILE, "+4915123456789"), ("anna@gmail.com",), "Anna")
    assert anna.shown("GB") == "Anna, 07700 900123 or +49 1512 3456789 or anna@gmail.com"


REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))


@given(REGIONS, st.data())
def test_every_countrys_own_example_is_read(region: str, data: st.DataObject) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None or len(phonenumbers.national_significant_number(example)) < 7:
        return
    forms = phonenumbers.PhoneNumberFormat
    form = data.draw(st.sampled_from([forms.E164, forms.INTERNATIONAL, forms.NATIONAL]))
    written = phonenumbers.format_number(example, form)
    sentence = data.draw(st.sampled_from(["{}", "ring me on {} please", "Anna: {}."]))
    read = read_reach(sentence.format(written), region)
    assert isinstance(read, Reach)
    assert read.phones == (phonenumbers.format_number(example, forms.E164),)


FIGURES = st.one_of(
    st.builds("{} {}".format, st.integers(0, 9999), st.sampled_from(["days", "hours", "pm", "%"])),
    st.builds("at {}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("{}.{}".format, st.integers(0, 110), st.integers(0, 99)),
    st.builds("{:02}/{:02}/{}".format, st.integers(1, 31), st.integers(1, 12), st.integers(0, 99)),
    st.builds("{}.{}.{}".format, st.integers(1, 31), st.integers(1, 12), st.integers(1900, 2100)),
    st.dates().map(str),
)


@given(st.lists(FIGURES, min_size=1, max_size=4), REGIONS)
def test_a_temperature_a_date_and_a_time_are_no_numbers_anywhere(
    figures: list[str], region: str
) -> None:
    assert isinstance(read_reach(" and ".join(figures), region), Doubt)
    assert isinstance(read_reach(", ".join(figures), region), Doubt)


@given(st.text(max_size=200), REGIONS)
def test_any_text_is_read(text: str, region: str) -> None:
    read = read_reach(text, region)
    if isinstance(read, Reach):
        assert read.phones or read.emails
        assert read.shown(region)


def test_the_examples_hold() -> None:
    assert doctest.testmod(reach).failed == 0
