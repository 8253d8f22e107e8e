"""Ranges, as people and forms write them: ``200-300``, ``50-70k``, ``700+``, ``under 100``.

A unit behind the second number is the first one's too (``50-70k``, ``10-20%``), unless the range would then run
backwards: ``500-1k`` is 500 to 1000.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.numbers import EXACT, MOST_DIGITS, UNITS, canonical, number_of, plain_number
from leadflow_engine.values.reading import (
    INVALID,
    Context,
    Parts,
    Reader,
    Reading,
    number_text,
    one_line,
    short_text,
)

_FROM_TO = re.compile(
    r"(?:between |from )?(.*?\d[^-–—]*?) ?(?:-|–|—|\bto\b|(?<=\d)to(?=\d)|\bthru\b|\bthrough\b|\band\b) ?(.*\d.*)",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(?:(?:over|above|(?:more|greater) than|at least|no less than|from|min(?:imum)?|>=?|≥) ?(.*\d.*)"
    r"|(.*\d.*?)(?: ?\+| plus| (?:or|and|&) (?:more|above|over|up|greater|higher)))",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:(?:under|below|less than|at most|no more than|up to|max(?:imum)?|<=?|≤) ?(.*\d.*)"
    r"|(.*\d.*?) (?:or|and|&) (?:less|fewer|below|under|lower))",
    re.IGNORECASE,
)

_UNIT_BEHIND = re.compile(r"\d ?(%|(?:percent|[kmb]|bn|thousand|million|billion)\b)", re.IGNORECASE)

Bounds = tuple[Decimal | None, Decimal | None]

RANGE_PARTS: Final[Mapping[str, Callable[[Bounds], object]]] = {
    "min": lambda bounds: bounds[0],
    "max": lambda bounds: bounds[1],
    "avg": lambda bounds: None if None in bounds else canonical((bounds[0] + bounds[1]) / 2),  # type: ignore[operator]
}


def bounds_of(text: str) -> Bounds | None:
    """The ends of a range: ``200-300``, ``$200 to $300``, ``700+``, ``under 100``; a number is both its
    ends."""
    number = number_of(text)
    if number is not None:
        return number, number
    for pattern, place in ((_AT_LEAST, 0), (_AT_MOST, 1)):
        match = pattern.fullmatch(text)
        end = number_of((match[1] or match[2]).strip()) if match else None
        if end is not None:
            return (end, None) if place == 0 else (None, end)
    return _from_to(text)


def _from_to(text: str) -> Bounds | None:
    match = _FROM_TO.fullmatch(text)
    if not match:
        return None
    low, high = number_of(match[1].strip()), number_of(match[2].strip())
    if low is None or high is None:
        return None
    shared = _UNIT_BEHIND.search(match[2]) if low >= 0 else None
    if shared and not _UNIT_BEHIND.search(match[1]):  # 50-70k is 50k-70k, and 500-1k is 500-1000
        scaled = canonical(EXACT.multiply(low, UNITS[shared[1].lower()]))
        low = scaled if scaled <= high else low
    return (low, high) if low <= high else None


def range_normal(bounds: Bounds) -> Decimal | str | None:
    """A range as it is written: a number where both ends are one, else ``200-300``, ``700+``, ``up to
    100``."""
    low, high = bounds
    if low is None:
        return None if high is None else f"up to {number_text(high)}"
    if high is None:
        return f"{number_text(low)}+"
    return low if low == high else f"{number_text(low)}-{number_text(high)}"


def _ends(raw: Any) -> list[Any] | None:
    """The two ends where a range came as ``[200, 300]`` or ``{"min": 200, "max": 300}``."""
    if isinstance(raw, dict) and raw.keys() <= {"min", "max"}:
        return [raw.get("min"), raw.get("max")]
    return list(raw) if isinstance(raw, list | tuple) and len(raw) == 2 else None


def _bounds_of_pair(ends: list[Any]) -> Bounds | None:
    low, high = (None if end is None else plain_number(end) for end in ends)
    unread = (low is None and ends[0] is not None) or (high is None and ends[1] is not None)
    backwards = low is not None and high is not None and low > high
    return None if unread or backwards or (low is None and high is None) else (low, high)


def read_range(raw: object, type_: Type, context: Context) -> Reading:
    """A range with one end or two."""
    ends = _ends(raw)
    text = None if ends else short_text(raw, 4 * MOST_DIGITS)
    bounds = _bounds_of_pair(ends) if ends else bounds_of(one_line(text)) if text else None
    return Reading(True, range_normal(bounds), Parts(bounds, RANGE_PARTS)) if bounds else INVALID


READERS: Final[Mapping[str, Reader]] = {"range": read_range}
