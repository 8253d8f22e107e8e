"""Where a cursor stands in a flow's text: read by the parser itself up to the cursor, over every mistake before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.machine import Entry, Machine, Row
from leadflow_dsl.reader import Reader
from leadflow_dsl.syntax_places import opened, statement
from leadflow_dsl.table import load
from leadflow_dsl.tokens import BROKEN_TEXT, source
from leadflow_dsl.unguarded import dataclass

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_COMPARES: Final = frozenset(
    "k_compare EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL IN CONTAINS".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor: ``start`` is where the word under it begins (or the open text: ``inside`` "text", "long", "comment").

    ``blocks``: the opening words of the open blocks, the innermost first. ``statement``: the word of the statement that
    is being written. ``expected``: the terminals that may follow.
    """

    text: str
    offset: int
    start: int
    inside: str
    machine: Machine
    blocks: tuple[str, ...]
    statement: str
    expected: frozenset[str]

    @property
    def written(self) -> str:
        """What stands between the beginning of the word or text and the cursor."""
        return self.text[self.start : self.offset]

    @property
    def begins_line(self) -> bool:
        """Whether nothing but blanks stands before the word."""
        line = self.text.rfind("\n", 0, self.start) + 1
        return not self.text[line : self.start].strip()

    @property
    def block(self) -> str:
        """The innermost open block's opening word; empty outside of all."""
        return self.blocks[0] if self.blocks else ""

    def symbols(self) -> tuple[str, ...]:
        """What lies on the parser's stack, the last first."""
        return tuple(entry.symbol for entry in reversed(self.machine.entries))

    def value(self, depth: int) -> Any:
        """The value of an entry, counted from the last; where it holds several, all of them."""
        found = held(self.machine.entries[-1 - depth])
        return found[0] if len(found) == 1 else found

    def keyword(self) -> str:
        """The last keyword of the statement: what says of which kind a name here is."""
        keywords = set(self.machine.table.keywords.values())
        for symbol in self.symbols():
            if symbol == "LBRACE" or (symbol.startswith("__") and symbol.endswith("_items_star")):
                break
            if symbol.startswith("k_") or (symbol in keywords and symbol not in _NO_KEYWORDS):
                return symbol
        return ""

    def compared(self) -> Any:
        """The left side of the comparison whose right side is being written; None where none is."""
        symbols = self.symbols()
        depth = 0
        while depth < len(symbols) and (symbols[depth] in _IN_A_LIST or symbols[depth].startswith("__list_")):
            depth += 1
        if depth and "LSQB" not in symbols[:depth]:
            depth = 0
        if depth >= len(symbols) or symbols[depth] not in _COMPARES:
            return None
        while depth < len(symbols) and (symbols[depth] in _COMPARES or symbols[depth] == "NOT"):
            depth += 1
        return self.value(depth)

    def named(self, keyword: str) -> str:
        """The name of the enclosing declaration of a kind: the buyer in whose block the cursor stands."""
        entries = self.machine.entries
        for place in range(len(entries) - 2, -1, -1):
            if entries[place].symbol == keyword and isinstance(entries[place + 1].value, nodes.Name):
                return str(entries[place + 1].value.text)
        return ""

    def of_buyer(self) -> Iterator[Any]:
        """The finished statements of the buyer in whose block the cursor stands, as far as they are written."""
        symbols = [entry.symbol for entry in self.machine.entries]
        first = len(symbols) - symbols[::-1].index("BUYER") if "BUYER" in symbols else len(symbols)
        for entry in self.machine.entries[first:]:
            yield from held(entry)

    def before(self, kind: type) -> Iterator[Any]:
        """Finished statements of a class in the innermost block, before the cursor."""
        for entry in reversed(self.machine.entries):
            if entry.symbol == "LBRACE":
                return
            yield from (value for value in held(entry) if isinstance(value, kind))


_IN_A_LIST: Final = frozenset({"LSQB", "COMMA", "expression", "operand", "NAME", "word", "STRING"})
_NO_KEYWORDS: Final = frozenset({"LSQB", "LPAR", "COMMA", "DOT", "RBRACE", "RSQB", "RPAR"})


def held(entry: Entry) -> tuple[Any, ...]:
    """The values of an entry: of a rule that melts into the one around it, all its children."""
    value = entry.value
    if isinstance(value, Row):
        return tuple(value.items[: value.size])
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def place_at(text: str, offset: int) -> Place:
    """The place of an offset of a normalised text."""
    word = _WORD.search(text, max(text.rfind("\n", 0, offset), 0), offset)
    start = word.start() if word else offset
    reader = Reader(source("", text[:start]), load())
    machine, token = reader.reach()
    inside = ""
    if token.readings[-1].terminal == BROKEN_TEXT:
        start, inside = token.start, "long" if text.startswith('"""', token.start) else "text"
    elif reader.comments and "\n" not in text[reader.comments[-1].span.start : start]:
        start, inside = reader.comments[-1].span.start, "comment"
    blocks = tuple(_blocks(machine))
    return Place(
        text, offset, start, inside, machine, blocks, statement(machine), frozenset(machine.expected())
    )


def _blocks(machine: Machine) -> Iterator[str]:
    rest = machine.copy()
    while block := opened(rest):
        yield block[0] if block[0] != "block" else _opening(rest, block[1] - 2)
        rest.cut(block[1] - 1)


def _opening(machine: Machine, brace: int) -> str:
    """The word of a block whose statement the parser does not name: the first of its line's kind before the brace."""
    for entry in reversed(machine.entries[:brace]):
        text = getattr(entry.value, "text", "")
        if entry.symbol.isupper() and entry.symbol == text.upper():
            return str(text)
    return "block"
