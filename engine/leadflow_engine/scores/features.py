"""From a value of a lead to the number that a model looks at: one function for each ``as`` of the file's schema."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from leadflow_dsl.model import Feature
from leadflow_engine.evaluation.comparing import Open, folded, plain
from leadflow_engine.values import written

ONE, ZERO = Decimal(1), Decimal(0)


def number_of(feature: Feature, read: object) -> Decimal:
    """A feature's number for a value as the lead gives it. What is blank, invalid, several at once or was not asked is
    ``typical``, or 0 and 1 where the feature asks just that."""
    value = plain(read)
    known = None if isinstance(value, Open | tuple) or value is None else value
    found = _WAYS[feature.way](feature, known)
    return feature.typical if found is None else found


def _itself(feature: Feature, value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _true(feature: Feature, value: object) -> Decimal | None:
    return None if not isinstance(value, bool) else ONE if value else ZERO


def _is(feature: Feature, value: object) -> Decimal | None:
    if value is None:
        return None
    return ONE if folded(str(written(value, "text"))) == folded(feature.value) else ZERO


def _present(feature: Feature, value: object) -> Decimal:
    return ZERO if value is None else ONE


def _missing(feature: Feature, value: object) -> Decimal:
    return ONE if value is None else ZERO


def _hour(feature: Feature, value: object) -> Decimal | None:
    return Decimal(value.hour) if isinstance(value, datetime.time | datetime.datetime) else None


def _weekday(feature: Feature, value: object) -> Decimal | None:
    return Decimal(value.isoweekday()) if isinstance(value, datetime.date) else None


_WAYS: Final[Mapping[str, Callable[[Feature, object], Decimal | None]]] = {
    "number": _itself,
    "true": _true,
    "is": _is,
    "present": _present,
    "missing": _missing,
    "hour": _hour,
    "weekday": _weekday,
}
