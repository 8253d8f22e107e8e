"""``dataclass`` for what is made many times: frozen for the type checker, plain where it runs.

Making a frozen record calls ``object.__setattr__`` for every field: 0.9 us for a place in a text, where a plain one
takes 0.2; a flow of 1,000 buyers is 300,000 of them. Making the class costs too: ``dataclasses`` writes and compiles
six functions for each of some 560 that a command loads, 0.4 ms each. Here it writes one, ``__init__``; what compares,
hashes and shows is the same for all. Nothing else differs: records are equal, replaced and shown as frozen ones are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

Record = TypeVar("Record", bound=type)

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, eq: bool = True, repr: bool = True, **options: Any) -> Any:
        """A decorator as that of ``dataclasses``, for the options that are used here."""

        def made(kind: Record) -> Record:
            said = vars(kind)
            ordered = options.get("order", False)
            record = dataclasses.dataclass(repr=False, eq=ordered, **options)(kind)
            if repr and "__repr__" not in said:
                record.__repr__ = _shown
            if eq:
                compared, hashed = _getters(record)
                _unless_said(record, said, "__eq__", _equal(compared))
                record.__hash__ = said.get("__hash__") or (_hash(hashed) if frozen else None)
            return record

        return made


def _unless_said(record: type, said: Any, name: str, function: Callable[..., Any]) -> None:
    if name not in said:
        setattr(record, name, function)


def _getters(record: type) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """What of a record is compared, and what is hashed."""
    parts = dataclasses.fields(record)
    compared = [part.name for part in parts if part.compare]
    hashed = [part.name for part in parts if (part.compare if part.hash is None else part.hash)]
    return _getter(compared), _getter(hashed)


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _equal(compared: Callable[[Any], Any]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(compared(self) == compared(other))

    return __eq__


def _hash(hashed: Callable[[Any], Any]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(hashed(self))

    return __hash__


def _shown(self: Any) -> str:
    parts = (f"{part.name}={getattr(self, part.name)!r}" for part in dataclasses.fields(self) if part.repr)
    return f"{type(self).__qualname__}({', '.join(parts)})"
