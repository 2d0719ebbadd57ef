"""How to reach a patient, read from their own words: telephone numbers, e-mail addresses, a name.

Pure. Nothing is looked up anywhere: whether a number can exist is told by its country's numbering
plan, and an address by its shape. What was understood is shown to the patient before it is sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from rapidfuzz.distance import OSA

#: Characters that are read; a way to be reached is short.
_LONGEST = 1000

#: Of each kind; more is a list of somebody else's.
_MOST = 3


class Trouble(str, Enum):
    """Why there is no way to be reached in a text."""

    NOTHING = "nothing"
    TOO_SHORT = "too_short"
    NO_NUMBER = "no_number"
    """Digits that are no telephone number of the clinic's country, nor one with a country code."""
    NO_ADDRESS = "no_address"
    MISSPELT = "misspelt"
    """An address at a provider that exists only under a name one letter away."""


@dataclass(frozen=True)
class Reach:
    """How somebody can be reached; numbers as in `+442079460018`."""

    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    name: str = ""

    def shown(self, country: str) -> str:
        """As people write it: `Anna, 020 7946 0018 or anna@clinic.example`."""
        ways = [*(national(phone, country) for phone in self.phones), *self.emails]
        return ", ".join(part for part in (self.name, " or ".join(ways)) if part)


@dataclass(frozen=True)
class Doubt:
    """Why a text could not be taken as it is."""

    trouble: Trouble
    meant: Reach | None = None
    """If misspelt: what was probably meant."""
    written: Reach | None = None
    """If misspelt: what was written, should it be right after all."""


def read_reach(text: str, country: str) -> Reach | Doubt:
    """The ways to be reached that a text names, or why there is none.

    `country` is the one whose numbers need no country code, as in `GB`.

    >>> read_reach("Anna, 020 7946 0018", "GB")
    Reach(phones=('+442079460018',), emails=(), name='Anna')
    >>> read_reach("it is 39.2 since 5 pm", "GB").trouble.value
    'nothing'
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST])
    emails, wrong_emails, rest = _emails(text)
    phones, wrong_phones, rest = _phones(rest, country)
    written = Reach(phones[:_MOST], emails[:_MOST], _name(rest))
    meant = replace(written, emails=tuple(map(_respelt, written.emails)))
    if meant != written:
        return Doubt(Trouble.MISSPELT, meant, written)
    if phones or emails:
        return written
    if wrong_emails:
        return Doubt(Trouble.NO_ADDRESS)
    return Doubt(wrong_phones or Trouble.NOTHING)


def national(phone: str, country: str) -> str:
    """A number as one writes it in this country."""
    number = phonenumbers.parse(phone)
    own = phonenumbers.country_code_for_region(country) == number.country_code
    form = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, form))


# ---- e-mail addresses

_PLAIN = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")
#: "a dot b at gmail dot com", and the ways to write it that are meant for people only.
_SIGN = r"(?:\s+(?:dot|dash|hyphen|underscore)\s+|\s*[(\[]dot[)\]]\s*)"
_SPOKEN = re.compile(
    rf"([\w.+-]+(?:{_SIGN}[\w+-]+)*)(?:\s+at\s+|\s*[(\[]\s*at\s*[)\]]\s*)"
    rf"([\w-]+(?:(?:\.|{_SIGN})[\w-]+)+)",
    re.IGNORECASE,
)
_SIGNS = {"dot": ".", "dash": "-", "hyphen": "-", "underscore": "_"}

#: Providers of whom most people have their address.
_PROVIDERS = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "hotmail.com", "hotmail.co.uk",
    "outlook.com", "icloud.com", "btinternet.com", "protonmail.com",
)  # fmt: skip


def _emails(text: str) -> tuple[tuple[str, ...], int, str]:
    """The addresses in a text, how many are none, and the text without them."""
    found: list[str] = []
    wrong = 0
    for match in [*_PLAIN.finditer(text), *_SPOKEN.finditer(text)]:
        spoken = match.re is _SPOKEN
        written = _unspoken(*match.groups()) if spoken else match[0].strip(".!?'’")
        if spoken and not _surely_address(match, written):
            continue
        try:
            address = validate_email(written, check_deliverability=False).normalized
        except EmailNotValidError:
            wrong += 1
        else:
            if address not in found:
                found.append(address)
        text = text.replace(match[0], "\n", 1)
    return tuple(found), wrong, text


def _unspoken(*parts: str) -> str:
    written = "@".join(parts)
    for word, sign in _SIGNS.items():
        written = re.sub(rf"\s*[(\[]?\b{word}\b[)\]]?\s*", sign, written, flags=re.IGNORECASE)
    return written.lower()


def _surely_address(match: re.Match[str], written: str) -> bool:
    """Whether "at" stands for the sign: "I am at work.call me" names no address."""
    provider = written.partition("@")[2]
    return bool(re.search(_SIGN, match[2], re.IGNORECASE)) or provider in _PROVIDERS


def _respelt(address: str) -> str:
    """The address at the provider that is surely meant.

    One letter too many, too few, another or two swapped, and the first one right: `mail.com` and
    `ymail.com` exist beside `gmail.com`.
    """
    own, _, domain = address.rpartition("@")
    domain = domain.lower()
    likely = [each for each in _PROVIDERS if each[0] == domain[:1] and _one_off(each, domain)]
    return f"{own}@{likely[0]}" if domain not in _PROVIDERS and len(likely) == 1 else address


def _one_off(one: str, other: str) -> bool:
    return bool(OSA.distance(one, other, score_cutoff=1) == 1)


# ---- telephone numbers

#: Digits with the signs that people put between them.
_RUN = re.compile(r"(?<![\w.,:])\+?\(?\d(?:[\s().\-/–]{0,3}\d){3,}(?![\w:%°])")
#: Dates, and figures with a fraction; both are made of digits and signs as well.
_FIGURES = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})(?![./-]?\d)"
    r"|(?<![\d.,])\d{1,3}[.,]\d{1,2}(?![\d.,]*\d)"
)
#: A number has at least so many digits; fewer are taken for a mistake only if nothing else is said.
_FEWEST = 7
#: Numbers that are kept for fiction belong to nobody, so that a demonstration may name them.
_FICTION = re.compile(r"\+447700900\d{3}|\+1\d{3}55501\d\d")


def _phones(text: str, country: str) -> tuple[tuple[str, ...], Trouble | None, str]:
    """The numbers in a text, what is wrong if there are none, and the text without them."""
    text = _FIGURES.sub("\n", text)
    found: list[str] = []
    trouble = None
    for match in _RUN.finditer(text):
        numbers = list(_numbers(match[0], country))
        digits = sum(map(str.isdigit, match[0]))
        if numbers:
            found += [each for each in numbers if each not in found]
        elif digits >= _FEWEST:
            trouble = Trouble.NO_NUMBER
        elif not re.search(r"\w", text.replace(match[0], "")):
            trouble = Trouble.TOO_SHORT
    return tuple(found), trouble, _RUN.sub("\n", text)


def _numbers(run: str, country: str) -> Iterator[str]:
    """The number that a run of digits is, or the two that were written one after the other."""
    whole = _number(run, country)
    if whole:
        yield whole
        return
    for gap in re.finditer(r"[\s/]+", run):
        pair = _number(run[: gap.start()], country), _number(run[gap.end() :], country)
        if pair[0] and pair[1]:
            yield from (each for each in pair if each)
            return


def _number(written: str, country: str) -> str | None:
    if not _FEWEST <= sum(map(str.isdigit, written)) <= 20:
        return None
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    form = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if _FICTION.fullmatch(form):
        return form
    dear = phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE
    return form if phonenumbers.is_valid_number(number) and not dear else None


# ---- the name

_INTRODUCES = re.compile(r"\b(?:my name is|my name's|name is|name:|ask for)\s+", re.IGNORECASE)
_PRESENTS = re.compile(r"\b(?:i am|i'm|i’m|this is|it is|it's|it’s)\s+", re.IGNORECASE)
_NO_NAMES = """
    a after afternoon afternoons am and any anytime april at august before best but call cell
    contact day december e-mail email evening evenings february friday from here hey hi hello home
    i in is it january july june landline mail march may me mobile monday morning mornings my no
    not november number october of ok okay on only or phone please reach ring saturday september
    sms so sunday sure tel telephone text thank thanks the them then this thursday to today tomorrow
    tuesday until use via wednesday weekday weekdays weekend weekends whatsapp when with work yes
    you your
"""
_NOT_NAMES = frozenset(_NO_NAMES.split())


def _name(text: str) -> str:
    """The name in what is left of a text; empty unless it is plainly one."""
    for introduced, small in ((_INTRODUCES, True), (_PRESENTS, False)):
        found = introduced.search(text)
        name = _leading_name(text[found.end() :], small) if found else ""
        if name:
            return name
    pieces = (piece.strip(" .!-–") for piece in re.split(r"[\n,;:()]+", text))
    whole = (piece for piece in pieces if piece and _leading_name(piece, False) == piece)
    return next(whole, "")


def _leading_name(text: str, small: bool) -> str:
    """Up to three words that a text begins with, if they can be a name; `small`: in any case."""
    words: list[str] = []
    for word in text.split()[:3]:
        bare = word.strip(".,;:!?()")
        letters = re.sub(r"['’.-]", "", bare)
        if not letters.isalpha() or bare.lower() in _NOT_NAMES:
            break
        if not (bare[0].isupper() or small):
            break
        words.append(bare)
        if bare != word:
            break
    return " ".join(words)[:80]
