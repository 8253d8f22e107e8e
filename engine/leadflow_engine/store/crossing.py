"""What goes between a service and the process that writes its journal: frames of pickled data.

Only over a pair of sockets that the one made and the other inherited: what is unpickled is never a stranger's. Entries
are pickled as plain tuples: of five writes a lead, each in a frame of its own, ``pickle`` itself would make 143 us on
the way out and 156 on the way in; so it is 44 and 82.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from leadflow_engine import effects, records
from leadflow_engine.effects import Effect, Fact, Write
from leadflow_engine.store.core import Entry

_LENGTH: Final = struct.Struct("!I")

Plain = tuple[Any, ...]

END: Final = _LENGTH.pack(0)
"""The frame without content: no more comes."""

TURN, YOURS, DONE = b"t", b"y", b"d"
"""What is said about turns: the one asks for it and gives it back, the other grants it."""


def packed(value: object) -> bytes:
    """A frame. Raises what ``pickle`` raises for what cannot be pickled."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


class Frames:
    """Values as they come out of a stream of frames."""

    __slots__ = ("_data", "ended")

    def __init__(self) -> None:
        self._data = bytearray()
        self.ended = False
        """Was ``END`` among them?"""

    def feed(self, data: bytes) -> Iterator[Any]:
        """The values that are whole with these bytes."""
        self._data += data
        while len(self._data) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._data)
            end = _LENGTH.size + length
            if len(self._data) < end:
                return
            frame = bytes(memoryview(self._data)[_LENGTH.size : end])
            del self._data[:end]
            if frame:
                yield pickle.loads(frame)
            else:
                self.ended = True


# ------------------------------------------------------------------ entries


def plain(entry: Entry) -> Plain:
    """An entry as tuples. Raises ``KeyError`` for a record or an effect of an unknown kind."""
    write = entry.write
    data = write.effect.data
    return (
        write.lead,
        write.effect.key,
        _OUT[type(data)](data),
        [_FACT(fact) for fact in write.facts],
        [_OUT[type(record)](record) for record in write.records],
        entry.note,
    )


def entry_of(values: Plain) -> Entry:
    """The inverse of ``plain``."""
    lead, key, data, facts, records, note = values
    write = Write(
        lead,
        Effect(key, _BACK[data[0]](data)),
        tuple([Fact(*fact) for fact in facts]),
        tuple([_BACK[record[0]](record) for record in records]),
    )
    return Entry(write, note)


def _ways(kinds: Sequence[type]) -> tuple[dict[type, _Way], list[_Way]]:
    """For each kind what makes a tuple of it, which begins with its place among them; and by that what makes it again.
    They are written once for all fields, as ``dataclasses`` writes ``__init__``: a loop over these takes twice as long.
    """
    there: dict[type, _Way] = {}
    back: list[_Way] = []
    named = {kind.__name__: kind for kind in kinds}
    for number, kind in enumerate(kinds):
        known = {"kind": kind, "Decimal": Decimal, "there": there, "back": back} | named
        own = fields(kind)
        out = [_out(field.name, str(field.type), named) for field in own]
        again = [_back(place, str(field.type), named) for place, field in enumerate(own, 1)]
        there[kind] = eval(f"lambda r: ({number}, {', '.join(out)})", known)
        back.append(eval(f"lambda t: kind({', '.join(again)})", known))
    return there, back


def _out(name: str, said: str, kinds: Collection[str]) -> str:
    if said == "Decimal":
        return f"str(r.{name})"
    if said == "Decimal | None":
        return f"None if r.{name} is None else str(r.{name})"
    if (kind := _several(said)) in kinds:
        return f"[there[{kind}](each) for each in r.{name}]"
    return f"r.{name}"


def _back(place: int, said: str, kinds: Collection[str]) -> str:
    if said == "Decimal":
        return f"Decimal(t[{place}])"
    if said == "Decimal | None":
        return f"None if t[{place}] is None else Decimal(t[{place}])"
    if _several(said) in kinds:
        return f"tuple([back[each[0]](each) for each in t[{place}]])"
    return f"t[{place}]"


def _several(said: str) -> str:
    return said.removeprefix("tuple[").removesuffix(", ...]")


_Way = Callable[[Any], Any]
_FACT: Final = attrgetter(*Fact.__slots__)
_KINDS: Final = list(
    dict.fromkeys(
        each
        for module in (effects, records)
        for each in vars(module).values()
        if isinstance(each, type) and is_dataclass(each) and each.__module__ == module.__name__
    )
)
_OUT, _BACK = _ways(_KINDS)
