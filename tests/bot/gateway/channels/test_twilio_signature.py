"""Twilio's signature, against the values that Twilio publishes in its docs and libraries' tests."""

import pytest

from bot.gateway.channels.twilio_signature import is_signed, signature

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
PUBLISHED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_published_values() -> None:
    assert signature(TOKEN, URL, FIELDS) == PUBLISHED
    documented = [(name, value.replace("+14158675309", "+12349013030")) for name, value in FIELDS]
    assert signature(TOKEN, URL, documented) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_the_published_value_of_repeated_fields() -> None:
    fields = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
    assert signature(TOKEN, URL, fields) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    assert signature(TOKEN, URL, [*fields, ("Digits", "5678")]) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("url", "published"),
    [
        (URL.replace(".com", ".com:1234"), PUBLISHED),
        (
            URL.replace(".com", ".com:1234").replace("https", "http"),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_the_published_values_with_and_without_a_port(url: str, published: str) -> None:
    assert is_signed(TOKEN, url, FIELDS, published)


@pytest.mark.parametrize(
    ("token", "url", "fields"),
    [
        ("other", URL, FIELDS),
        (TOKEN, URL.replace("https", "http"), FIELDS),
        (TOKEN, URL.replace("mycompany", "theircompany"), FIELDS),
        (TOKEN, URL.replace("bar=2", "bar=3"), FIELDS),
        (TOKEN, URL, FIELDS[:-1]),
        (TOKEN, URL, [*FIELDS, ("Body", "hello")]),
        (TOKEN, URL, [*FIELDS[:-1], ("Caller", "+14158675300")]),
    ],
)
def test_anything_else_is_not_signed(token: str, url: str, fields: list[tuple[str, str]]) -> None:
    assert is_signed(TOKEN, URL, FIELDS, PUBLISHED)
    assert not is_signed(TOKEN, URL, FIELDS, signature(token, url, fields))


@pytest.mark.parametrize("given", ["", PUBLISHED[:-1], PUBLISHED.lower(), "ü" * 28])
def test_what_is_no_signature_is_refused(given: str) -> None:
    assert not is_signed(TOKEN, URL, FIELDS, given)
