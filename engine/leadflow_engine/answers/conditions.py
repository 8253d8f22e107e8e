"""Whether a request is one that an answer is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import re2

from leadflow_engine.answers.request_fields import RequestFields
from leadflow_engine.answers.spec import Test


def holds(tests: Iterable[Test], fields: RequestFields) -> bool:
    """True where every test holds. A list in the request holds where one of its elements does."""
    return all(_holds(test, fields.value(test.path)) for test in tests)


def _holds(test: Test, value: Any) -> bool:
    check = TESTS[test.kind]
    if isinstance(value, list) and test.kind not in {"present", "not"}:
        return any(check(item, test.value) for item in value)
    return check(value, test.value)


def is_blank(value: Any) -> bool:
    """Null, an empty text, an empty list."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def text_of(value: Any) -> str:
    """A value as it would be compared and shown."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _same(value: Any, wanted: Any) -> bool:
    if wanted is None:
        return is_blank(value)
    if isinstance(wanted, (int, Decimal)) and not isinstance(wanted, bool):
        return _number(value) == wanted
    return text_of(value).strip().casefold() == text_of(wanted).strip().casefold()


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _compares(by: Callable[[Decimal, Decimal], bool]) -> Callable[[Any, Any], bool]:
    def check(value: Any, limit: Any) -> bool:
        number = _number(value)
        return number is not None and by(number, Decimal(limit))

    return check


def _is(value: Any, wanted: Any) -> bool:
    return any(_same(value, item) for item in wanted)


def _is_not(value: Any, wanted: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return not any(_is(item, wanted) for item in values)


def _is_present(value: Any, wanted: Any) -> bool:
    return is_blank(value) is not wanted


@lru_cache(maxsize=256)
def _pattern(source: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(source, options)


def _matches(value: Any, pattern: Any) -> bool:
    return value is not None and _pattern(pattern).search(text_of(value)) is not None


TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "not": _is_not,
    "below": _compares(lambda number, limit: number < limit),
    "above": _compares(lambda number, limit: number > limit),
    "from": _compares(lambda number, limit: number >= limit),
    "to": _compares(lambda number, limit: number <= limit),
    "matches": _matches,
    "present": _is_present,
}
