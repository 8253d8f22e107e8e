"""From a value of a lead to the number that a model looks at: one function for each ``as`` of the file's schema."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_dsl.model import Feature
from leadflow_dsl.terms import Read
from leadflow_engine.evaluation.comparing import Open, folded, plain
from leadflow_engine.evaluation.places import Several
from leadflow_engine.lead import Lead
from leadflow_engine.values import written

ONE, ZERO = Decimal(1), Decimal(0)


def value_of(lead: Lead, read: Read) -> object:
    """What a model sees of a lead: a plain value, a moment in the flow's zone; None for what is blank, invalid, several
    at once (a time in one of two zones) or was not asked."""
    value = plain(lead.read(read))
    if isinstance(value, Open | Several):
        return None
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(ZoneInfo(lead.plan.flow.timezone))
    return value


def number_of(feature: Feature, value: object) -> Decimal:
    """A feature's number for a value as ``value_of`` gives it; what is not there is ``typical``, or 0 and 1 where the
    feature asks just that."""
    found = _WAYS[feature.way](feature, value)
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
