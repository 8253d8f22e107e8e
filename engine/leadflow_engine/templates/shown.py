"""What templates get to see: plain values, and typed ones wrapped so that only their parts can be reached."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from leadflow_engine.evaluation.comparing import plain
from leadflow_engine.texts.leaves import Kind
from leadflow_engine.values import Value


class Shown:
    """A typed value in a template: compares and tests as its plain form, and gives its parts by name."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __bool__(self) -> bool:
        return not self.value.blank and plain(self.value) is not False

    def __eq__(self, other: object) -> bool:
        return plain(self.value) is not None and plain(self.value) == bare(other)

    def __hash__(self) -> int:
        return hash(str(plain(self.value)))

    def __lt__(self, other: object) -> bool:
        return _less(plain(self.value), bare(other))

    def __gt__(self, other: object) -> bool:
        return _less(bare(other), plain(self.value))

    def __le__(self, other: object) -> bool:
        return self < other or self == other

    def __ge__(self, other: object) -> bool:
        return self > other or self == other

    def __contains__(self, item: object) -> bool:
        whole = plain(self.value)
        return isinstance(whole, str | list | tuple) and bare(item) in whole


def _less(left: object, right: object) -> bool:
    try:
        return left < right  # type: ignore[operator, no-any-return]
    except TypeError:
        return False


class Written(str):
    """Text that a filter has escaped already for a kind of body: it is not escaped again in a body of that kind."""

    __slots__ = ("kind",)
    kind: Kind

    @classmethod
    def of(cls, text: str, kind: Kind) -> Written:
        """A text escaped for ``kind``."""
        made = str.__new__(cls, text)
        made.kind = kind
        return made


def show(value: object) -> object:
    """A value as templates see it. Records and lists stay as they are, their elements are shown when reached."""
    if isinstance(value, Value):
        if value.elements:
            return [show(item) for item in value.elements]
        if value.columns:
            return {name: show(item) for name, item in value.columns.items()}
        return None if value.blank else Shown(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def part(value: object, name: str) -> object:
    """A part of a typed value or a record by its name; blank where it has none."""
    if isinstance(value, Shown):
        return show(value.value.part(name))
    return show(value.get(name)) if isinstance(value, Mapping) else None


def bare(value: object) -> object:
    """A value as filters and comparisons see it: a scalar, a list, a mapping; ``None`` for blank and invalid."""
    return plain(value.value) if isinstance(value, Shown) else plain(value)


def is_blank(value: object) -> bool:
    """Nothing there: ``None``, an empty list. An empty text that a template wrote itself is no blank."""
    return value is None or (isinstance(value, list | Mapping) and not value)


def number(value: object) -> Decimal | None:
    """A number of any of the kinds that templates meet."""
    plain_value = bare(value)
    if isinstance(plain_value, bool):
        return None
    if isinstance(plain_value, Decimal):
        return plain_value
    return Decimal(plain_value) if isinstance(plain_value, int) else None


def moment(value: object) -> datetime.date | datetime.time | None:
    """A date, a time or both."""
    plain_value = bare(value)
    return plain_value if isinstance(plain_value, datetime.date | datetime.time) else None
