"""The LALR machine: states and the values on them. It knows the table, nothing of words or messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadflow_dsl.table import END, Table

Build = Callable[[str, list[Any], int, int, int], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies on a state: a value, the symbol that it is of, the offsets of its text, how deep it nests."""

    symbol: str
    value: Any
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Row:
    """The children of a rule that melts into the one around it: the first ``size`` of ``items``.

    A list of statements grows by one reduction a statement. The longer row shares the shorter one's list and adds to
    its end, so that n statements cost n steps; where a copy of the stack has added there already, the list is copied.
    """

    items: list[Any]
    size: int

    def longer(self, further: list[Any]) -> Row:
        """This row with more behind it."""
        items = self.items if len(self.items) == self.size else self.items[: self.size]
        items.extend(further)
        return Row(items, len(items))


@dataclass(slots=True)
class Machine:
    """A stack of states with their entries. ``build`` makes a value of a rule's name, children, offsets and depth."""

    table: Table
    build: Build
    states: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.states = self.states or [self.table.start]

    def copy(self) -> Machine:
        """The same stack, apart: for trying a repair, or to come back to."""
        return Machine(self.table, self.build, self.states.copy(), self.entries.copy())

    def fits(self, terminal: str, height: int | None = None) -> bool:
        """Whether a terminal would be shifted now (or with the stack cut to ``height`` states)."""
        rows, shapes = self.table.rows, self.table.shapes
        kept = len(self.states) if height is None else height
        above: list[int] = []
        while True:
            state = above[-1] if above else self.states[kept - 1]
            action = rows[state].get(terminal)
            if action is None:
                return False
            if action >= 0:
                return True
            shape = shapes[-1 - action]
            from_above = min(len(above), shape.size)
            del above[len(above) - from_above :]
            kept -= shape.size - from_above
            above.append(rows[above[-1] if above else self.states[kept - 1]][shape.origin])
            if terminal == END and above[-1] == self.table.accepted:
                return True

    def expected(self) -> tuple[str, ...]:
        """Every terminal that would be shifted now."""
        terminals = (symbol for symbol in self.table.rows[self.states[-1]] if _is_terminal(symbol))
        return tuple(terminal for terminal in terminals if self.fits(terminal))

    def feed(self, entry: Entry) -> Any:
        """Reduce what is complete before ``entry`` and shift it; the finished value where it is the end."""
        rows = self.table.rows
        while (action := rows[self.states[-1]][entry.symbol]) < 0:
            self._reduce(-1 - action)
            if entry.symbol == END and self.states[-1] == self.table.accepted:
                return self.entries[-1].value
        self.states.append(action)
        self.entries.append(entry)
        return None

    def trial(self, terminal: str) -> Machine | None:
        """A copy after a terminal (whose value does not matter); None where it does not fit."""
        if not self.fits(terminal):
            return None
        copy = Machine(self.table, _no_value, self.states.copy(), self.entries.copy())
        copy.feed(Entry(terminal, None, -1, -1, 0))
        return copy

    def cut(self, height: int) -> None:
        """Drop what lies above ``height`` states."""
        del self.states[height:]
        del self.entries[height - 1 :]

    def _reduce(self, number: int) -> None:
        shape = self.table.shapes[number]
        height = len(self.entries) - shape.size
        taken = self.entries[height:]
        self.cut(height + 1)
        start = taken[0].start if taken else -1
        end = next((entry.end for entry in reversed(taken) if entry.end >= 0), -1)
        start = next((entry.start for entry in taken if entry.start >= 0), start)
        value: Any
        melts = shape.origin.startswith("_")
        depth = max((entry.depth for entry in taken), default=0) + (not melts)
        if melts:
            value = _row(shape.keep, shape.empties, taken)
        else:
            children = _children(shape.keep, shape.empties, taken)
            alone = shape.alone and len(children) == 1
            value = children[0] if alone else self.build(shape.name, children, start, end, depth)
        self.states.append(self.table.rows[self.states[-1]][shape.origin])
        self.entries.append(Entry(shape.origin, value, start, end, depth))


def _no_value(rule: str, children: list[Any], start: int, end: int, depth: int) -> None:
    """What a trial builds: nothing."""


def _children(keep: Sequence[tuple[int, bool, int]], empties: int, taken: Sequence[Entry]) -> list[Any]:
    children: list[Any] = []
    for index, melts, before in keep:
        children.extend([None] * before)
        value = taken[index].value
        if melts:
            children.extend(value.items[: value.size])
        else:
            children.append(value)
    return children + [None] * empties


def _row(keep: Sequence[tuple[int, bool, int]], empties: int, taken: Sequence[Entry]) -> Row:
    """The children of a rule that melts; where it begins with a row, that row made longer."""
    if keep and keep[0][1] and not keep[0][2]:
        return taken[keep[0][0]].value.longer(_children(keep[1:], empties, taken))  # type: ignore[no-any-return]
    children = _children(keep, empties, taken)
    return Row(children, len(children))


def _is_terminal(symbol: str) -> bool:
    return symbol.isupper() or symbol == END
