"""Passwords: which are good enough, how they are kept, and new ones to hand out."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 256

#: Of zxcvbn's 0 to 4: at least 10^8 guesses.
_STRONG = 3

#: Without letters that are taken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()

#: What is checked when there is no such user, so that the answer takes as long.
_NOBODY = _hasher.hash(secrets.token_hex(16))


class WeakPasswordError(ValueError):
    """A password that is refused; the message is for whoever chose it."""


def check_strength(password: str, *known: str) -> None:
    """Raise `WeakPasswordError` for one that is short, common, or made of `known` words."""
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"A password has at most {LONGEST} characters.")
    words = [part for each in known for part in (each, each.replace(" ", ""), *each.split())]
    found = zxcvbn(password[:72], user_inputs=words)
    if found["score"] < _STRONG:
        why = found["feedback"]["warning"] or "It is easy to guess."
        raise WeakPasswordError(f"{why} Take three or more words that do not belong together.")


def generate() -> str:
    """A password to hand out: about 99 random bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is none (`stored` is None)."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)
