"""Distances between postal codes, and values that are several at once because a place is not known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values import Value, parse

EARTH_MILES: Final = 3958.7613
"""The mean radius of the earth (IUGG), in statute miles."""

_POSTAL_CODE: Final = Type("postal_code")


class Several(tuple[object, ...]):
    """What a value may be, where the lead does not tell which: the time in each zone of a phone's area.

    A comparison holds where it holds for each of them, is false where it is false for each, and is unknown otherwise.
    """

    __slots__ = ()

    @classmethod
    def of(cls, values: tuple[object, ...]) -> object:
        """The value where there is only one, None where there is none."""
        distinct = tuple(dict.fromkeys(values))
        return cls(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def over_each(compute: Callable[..., object], *values: object) -> object:
    """What a function gives for every value that one of its arguments may be; of truths that differ: unknown."""
    for place, one in enumerate(values):
        if isinstance(one, Several):
            return _spread(compute, values, place, one)
    return compute(*values)


def _spread(
    compute: Callable[..., object], values: tuple[object, ...], place: int, several: Several
) -> object:
    results = tuple(over_each(compute, *values[:place], each, *values[place + 1 :]) for each in several)
    if any(result is None or isinstance(result, bool) for result in results):
        return results[0] if len(set(results)) == 1 else None
    return Several.of(results)


def within_miles(one: object, miles: Decimal, other: object) -> bool | None:
    """Whether two postal codes lie within so many miles of each other; unknown where a place is not known."""
    here, there = _position(one), _position(other)
    return None if here is None or there is None else distance(here, there) <= float(miles)


def _position(code: object) -> tuple[float, float] | None:
    value = code if isinstance(code, Value) else parse(_POSTAL_CODE, code)
    lat, lng = value.part("lat"), value.part("lng")
    return (float(lat), float(lng)) if isinstance(lat, Decimal) and isinstance(lng, Decimal) else None


def distance(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Statute miles between two places (degrees of latitude and longitude) along a great circle."""
    lat, other = math.radians(here[0]), math.radians(there[0])
    half = math.radians(there[1] - here[1]) / 2
    chord = math.sin((other - lat) / 2) ** 2 + math.cos(lat) * math.cos(other) * math.sin(half) ** 2
    return 2 * EARTH_MILES * math.asin(min(1.0, math.sqrt(chord)))
