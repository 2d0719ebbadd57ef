"""Read values out of JSON that others wrote: missing is fine, an unknown word is an error.

Every error is a `ValueError` with one clear sentence that names the key and the value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set
from datetime import datetime, timezone
from enum import Enum
from typing import Any, TypeVar

#: (fewest, most), such as hours.
Range = tuple[float, float]

WordType = TypeVar("WordType", bound=Enum)


class Reader:
    """One JSON object, read key by key; null and missing are both None."""

    def __init__(self, obj: Any, place: str = "") -> None:
        if not isinstance(obj, Mapping):
            raise ValueError(f"{place or 'a reading'} must be a JSON object, not {shown(obj)}")
        self._obj = obj
        self._place = f"{place}: " if place else ""

    def word(self, key: str, words: type[WordType]) -> WordType | None:
        """One word of a closed list."""
        value = self._obj.get(key)
        return None if value is None else self._as_word(key, value, words)

    def words(self, key: str, words: type[WordType]) -> list[WordType]:
        """A list of words of a closed list."""
        return [self._as_word(key, value, words) for value in self._list(key)]

    def ids(self, key: str, known: Set[str]) -> frozenset[str]:
        """A list of ids, all of them in `known`."""
        values = self._list(key)
        for value in values:
            if not isinstance(value, str) or value not in known:
                raise self._error(key, value, "is not known there")
        return frozenset(str(value) for value in values)

    def truth(self, key: str) -> bool | None:
        """True or false."""
        value = self._obj.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._error(key, value, "is neither true nor false")
        return value

    def number(self, key: str) -> float | None:
        """A finite number."""
        value = self._obj.get(key)
        return None if value is None else self._as_number(key, value)

    def range(self, key: str) -> Range | None:
        """A number, or two of them as a range in any order."""
        value = self._obj.get(key)
        if value is None:
            return None
        values = list(value) if isinstance(value, (list, tuple)) else [value, value]
        if len(values) != 2:
            raise self._error(key, value, "is neither a number nor a pair of numbers")
        numbers = sorted(self._as_number(key, each) for each in values)
        return numbers[0], numbers[1]

    def moments(self, key: str) -> tuple[datetime, datetime] | None:
        """Two ISO 8601 moments, earliest first; one without a time zone is in UTC."""
        value = self._obj.get(key)
        values = list(value) if isinstance(value, (list, tuple)) else [value, value]
        if len(values) != 2:
            raise self._error(key, value, "is not a pair of moments")
        if None in values:  # an open end is as good as unknown
            return None
        earliest, latest = sorted(self._as_moment(key, each) for each in values)
        return earliest, latest

    def members(self, key: str) -> Iterator[tuple[str, Reader]]:
        """The objects of an object, by name."""
        value = self._obj.get(key)
        if value is None:
            return
        if not isinstance(value, Mapping):
            raise self._error(key, value, "is not a JSON object")
        for name, member in value.items():
            yield str(name), Reader(member, f"{key}: {shown(name)}")

    def _list(self, key: str) -> list[Any]:
        value = self._obj.get(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self._error(key, value, "is not a list")
        return list(value)

    def _as_word(self, key: str, value: Any, words: type[WordType]) -> WordType:
        try:
            return words(value)
        except (ValueError, TypeError):
            known = ", ".join(str(word) for word in words)
            raise self._error(key, value, f"is none of: {known}") from None

    def _as_number(self, key: str, value: Any) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return number
        raise self._error(key, value, "is not a finite number")

    def _as_moment(self, key: str, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except (ValueError, AttributeError):
            raise self._error(key, value, "is not a moment as in 2026-01-31T14:00+01:00") from None
        # Python's calendar ends in the years 1 and 9999; a time zone must not step over its edge.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        if not 1900 <= moment.year <= 9000:
            raise self._error(key, value, "is not a moment of our time")
        return moment

    def _error(self, key: str, value: Any, trouble: str) -> ValueError:
        return ValueError(f"{self._place}{key}: {shown(value)} {trouble}")


def shown(value: Any) -> str:
    """A value as it stands in an error, cut short."""
    try:
        text = "null" if value is None else repr(value)
    except (ValueError, RecursionError):  # a number or a nesting beyond what can be printed
        return "this value"
    return text if len(text) <= 40 else text[:37] + "..."
