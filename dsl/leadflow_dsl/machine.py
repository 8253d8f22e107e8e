"""The LALR machine: states and the values on them. It knows the table, nothing of words or messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, NamedTuple

from leadflow_dsl.table import END, Chain, Shape, Table, chain
from leadflow_dsl.unguarded import dataclass

Build = Callable[[str, list[Any], int, int, int], Any]


class Entry(NamedTuple):
    """What lies on a state: a value, the symbol that it is of, the offsets of its text, how deep it nests.

    A keyword's value is its text: most are not kept, and ``build`` makes the node of one that is.
    """

    symbol: str
    value: Any
    start: int
    end: int
    depth: int


class Row(NamedTuple):
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
        action = rows[self.states[kept - 1]].get(terminal)
        if action is None or action >= 0:
            return action is not None
        above: list[int] = []
        kept -= 1
        top, symbol = self.states[kept], self.entries[kept - 1].symbol if kept else ""
        while True:
            below = above[-1] if above else self.states[kept - 1]
            top = self._chain(below, top, symbol, terminal).state if kept else top
            if terminal == END and top == self.table.accepted:
                return True
            action = rows[top].get(terminal)
            if action is None or action >= 0:
                return action is not None
            shape = shapes[-1 - action]
            above.append(top)
            from_above = min(len(above), shape.size)
            del above[len(above) - from_above :]
            kept -= shape.size - from_above
            symbol, top = shape.origin, rows[above[-1] if above else self.states[kept - 1]][shape.origin]

    def _chain(self, below: int, state: int, symbol: str, terminal: str) -> Chain:
        """The single reductions before a terminal of what lies, as ``symbol``, in ``state`` on ``below``."""
        known = self.table.chains.get((below, state, terminal))
        return known or chain(self.table, below, state, symbol, terminal)

    def expected(self) -> tuple[str, ...]:
        """Every terminal that would be shifted now."""
        terminals = (symbol for symbol in self.table.rows[self.states[-1]] if _is_terminal(symbol))
        return tuple(terminal for terminal in terminals if self.fits(terminal))

    def feed(self, entry: Entry) -> Any:
        """Reduce what is complete before ``entry`` and shift it; the finished value where it is the end."""
        rows, shapes, states, terminal = self.table.rows, self.table.shapes, self.states, entry.symbol
        while (action := rows[states[-1]][terminal]) < 0:
            shape = shapes[-1 - action]
            if not (shape.single and self._follow(terminal)):
                self._reduce(shape)
            if terminal == END and states[-1] == self.table.accepted:
                return self.entries[-1].value
        states.append(action)
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

    def let_go(self) -> None:
        """Drop the stack, and whoever builds."""
        self.entries.clear()
        self.build = _no_value

    def _follow(self, terminal: str) -> bool:
        """Take the last entry through its single reductions; false where there is none to take."""
        symbol, value, start, end, depth = self.entries[-1]
        below, top = self.states[-2:]
        state, origin, deeper, wraps = self._chain(below, top, symbol, terminal)
        if state == top:
            return False
        if symbol in self.table.words:
            value = self.build(symbol, [value], start, end, 0)
        self.states[-1] = state
        self.entries[-1] = Entry(origin, Row([value], 1) if wraps else value, start, end, depth + deeper)
        return True

    def _reduce(self, shape: Shape) -> None:
        entries, size = self.entries, shape.size
        taken = entries[len(entries) - size :]
        del entries[len(entries) - size :]
        del self.states[len(self.states) - size :]
        start, end, depth = -1, -1, 0
        for _, _, begins, ends, nests in taken:
            start = begins if start < 0 else start
            end = ends if ends >= 0 else end
            depth = nests if nests > depth else depth
        value: Any
        if shape.melts:
            value = self._row(shape, taken)
        else:
            depth += 1
            children = self._children(shape.keep, shape.empties, taken)
            alone = shape.alone and len(children) == 1
            value = children[0] if alone else self.build(shape.name, children, start, end, depth)
        self.states.append(self.table.rows[self.states[-1]][shape.origin])
        entries.append(Entry(shape.origin, value, start, end, depth))

    def _children(
        self, keep: Sequence[tuple[int, bool, int]], empties: int, taken: Sequence[Entry]
    ) -> list[Any]:
        children: list[Any] = []
        words = self.table.words
        for index, melts, before in keep:
            if before:
                children.extend([None] * before)
            symbol, value, start, end, _ = taken[index]
            if melts:
                children.extend(value.items[: value.size])
            elif symbol in words:
                children.append(self.build(symbol, [value], start, end, 0))
            else:
                children.append(value)
        if empties:
            children.extend([None] * empties)
        return children

    def _row(self, shape: Shape, taken: Sequence[Entry]) -> Row:
        """The children of a rule that melts; where it begins with a row, that row made longer."""
        keep = shape.keep
        if keep and keep[0][1] and not keep[0][2]:
            first: Row = taken[keep[0][0]].value
            return first.longer(self._children(keep[1:], shape.empties, taken))
        children = self._children(keep, shape.empties, taken)
        return Row(children, len(children))


def _no_value(rule: str, children: list[Any], start: int, end: int, depth: int) -> None:
    """What a trial builds: nothing."""


def _is_terminal(symbol: str) -> bool:
    return symbol.isupper() or symbol == END
