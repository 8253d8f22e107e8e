"""The LALR table of ``grammar.lark``: made by Lark, shipped as plain JSON, read in some milliseconds.

Lark builds the table (about a second) and is not needed to read one. Nothing in the shipped file is executed,
and it bears the grammar's hash: a table that does not belong to the grammar beside it is not used, it is built anew
in memory. ``python -m leadflow_dsl.table`` writes the shipped one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from leadflow_dsl.unguarded import dataclass

HERE: Final = Path(__file__).parent
GRAMMAR: Final = HERE / "grammar.lark"
SHIPPED: Final = HERE / "grammar.table.json"
END: Final = "$END"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a reduced rule does with its children.

    ``name`` is the rule's alias or its own name, ``size`` the number of symbols, ``keep`` the kept symbols as (index,
    whether its children melt in, empty places before it), ``empties`` the empty places at the end; with ``alone`` a
    single child stands for itself. ``melts``: its children go into the rule around it. ``single``: it makes nothing,
    one symbol becomes another.
    """

    origin: str
    name: str
    size: int
    keep: tuple[tuple[int, bool, int], ...]
    empties: int
    alone: bool
    melts: bool
    single: bool


class Chain(NamedTuple):
    """Where single reductions, one after the other, lead: the state and symbol at their end, how much deeper the value
    nests, and whether it becomes the only one of a row."""

    state: int
    origin: str
    depth: int
    wraps: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An LALR table. ``rows[state][symbol]`` is a state to go to, or ``-1 - n`` for reducing ``shapes[n]``.

    ``keywords`` takes a word or a sign to its terminal (``words`` are those terminals); ``patterns`` takes a terminal
    to its pattern, the more particular first. ``chains`` fills while texts are read: see ``chain``.
    """

    rows: tuple[Mapping[str, int], ...]
    shapes: tuple[Shape, ...]
    start: int
    accepted: int
    keywords: Mapping[str, str]
    patterns: Mapping[str, re.Pattern[str]]
    words: frozenset[str]
    chains: dict[tuple[int, int, str], Chain] = field(default_factory=dict, compare=False, repr=False)


def chain(table: Table, below: int, state: int, symbol: str, terminal: str) -> Chain:
    """The single reductions before a terminal of what lies, as ``symbol``, in ``state`` on ``below``.

    A number in a condition goes through nine of them (an atom is a product is a sum ...). They are the same every time,
    and so they are found once. The chain ends before a row whose length decides.
    """
    rows, is_row = table.rows, symbol.startswith("_")
    depth, wraps, begun = 0, False, state
    while (action := rows[state].get(terminal, 0)) < 0:
        shape = table.shapes[-1 - action]
        of_row = shape.single and shape.keep[0][1]
        if not shape.single or (is_row and of_row and not shape.melts):
            break
        wraps = shape.melts and (wraps or not of_row)
        depth += not shape.melts
        symbol, state = shape.origin, rows[below][shape.origin]
        if state == table.accepted:
            break
    found = table.chains[below, begun, terminal] = Chain(state, symbol, depth, wraps)
    return found


def fingerprint(grammar: str) -> str:
    """What ties a table to its grammar."""
    return hashlib.sha256(grammar.encode()).hexdigest()


def _kept(rule: Any) -> tuple[list[list[int]], int]:
    """The kept symbols of a Lark rule and the empty places after the last (``maybe_placeholders``)."""
    flags = "".join("1" if empty else "0" for empty in rule.options.empty_indices)
    gaps = [len(gap) for gap in flags.split("0")] if flags else [0] * (len(rule.expansion) + 1)
    kept: list[list[int]] = []
    before = 0
    for index, symbol in enumerate(rule.expansion):
        before += gaps[index]
        if symbol.is_term and symbol.filter_out and not rule.options.keep_all_tokens:
            continue
        kept.append([index, int(not symbol.is_term and symbol.name.startswith("_")), before])
        before = 0
    return kept, before + gaps[len(rule.expansion)]


def _shape(rule: Any) -> list[Any]:
    kept, after = _kept(rule)
    return [
        rule.origin.name,
        rule.alias or rule.origin.name,
        len(rule.expansion),
        kept,
        after,
        int(rule.options.expand1),
    ]


def build(grammar: str, strict: bool = False) -> dict[str, Any]:
    """The table as JSON data. ``strict`` refuses conflicts and terminals that collide (``GrammarError``)."""
    from lark import Lark
    from lark.lexer import PatternStr

    parser = Lark(
        grammar,
        start="file",
        parser="lalr",
        lexer="contextual" if strict else "basic",
        strict=strict,
        maybe_placeholders=True,
    )
    parsed: Any = parser.parser
    table = parsed.parser.parser.parse_table
    order = _in_order(table.states, table.start_states["file"])
    rules = list(
        dict.fromkeys(arg for state in order for arg in _by_symbol(table.states[state]) if _is_rule(arg))
    )
    number = {rule: -1 - index for index, rule in enumerate(rules)} | {s: i for i, s in enumerate(order)}
    rows = [{symbol: number[arg] for symbol, (_, arg) in table.states[state].items()} for state in order]
    by_priority = sorted(parser.terminals, key=lambda terminal: (-terminal.priority, terminal.name))
    return {
        "grammar": fingerprint(grammar),
        "start": number[table.start_states["file"]],
        "accepted": number[table.end_states["file"]],
        "keywords": {t.pattern.value: t.name for t in by_priority if isinstance(t.pattern, PatternStr)},
        "patterns": {
            t.name: t.pattern.to_regexp() for t in by_priority if not isinstance(t.pattern, PatternStr)
        },
        "rules": [_shape(rule) for rule in rules],
        **_packed(rows),
    }


def _in_order(states: Mapping[int, Mapping[str, tuple[Any, Any]]], start: int) -> list[int]:
    """The states as one meets them from the start: the same numbers for the same grammar, on every run."""
    order = {start: None}
    for state in (waiting := [start]):
        fresh = [arg for arg in _by_symbol(states[state]) if not _is_rule(arg) and arg not in order]
        order |= dict.fromkeys(fresh)
        waiting += fresh
    return list(order)


def _by_symbol(row: Mapping[str, tuple[Any, Any]]) -> list[Any]:
    return [row[symbol][1] for symbol in sorted(row)]


def _is_rule(arg: object) -> bool:
    return not isinstance(arg, int)


def _packed(rows: list[dict[str, int]]) -> dict[str, Any]:
    """Rows without their repetition: each is a list of numbers of (symbol, action) pairs."""
    symbols = sorted({symbol for row in rows for symbol in row})
    place = {symbol: index for index, symbol in enumerate(symbols)}
    return {"symbols": symbols, "rows": [_grouped(row, place) for row in rows]}


def _grouped(row: dict[str, int], place: Mapping[str, int]) -> list[list[int]]:
    """``[action, symbol, symbol ...]`` for each action of a row: most symbols share one reduction."""
    groups: dict[int, list[int]] = {}
    for symbol, action in row.items():
        groups.setdefault(action, []).append(place[symbol])
    return [[action, *sorted(found)] for action, found in sorted(groups.items())]


def unpack(data: Mapping[str, Any]) -> Table:
    """The table from its JSON data."""
    symbols: list[str] = data["symbols"]
    rows = tuple(
        {symbols[index]: action for action, *found in row for index in found} for row in data["rows"]
    )
    shapes = tuple(_unpacked(*rule) for rule in data["rules"])
    patterns = {name: re.compile(pattern) for name, pattern in data["patterns"].items()}
    words = frozenset(data["keywords"].values())
    return Table(rows, shapes, data["start"], data["accepted"], data["keywords"], patterns, words)


def _unpacked(
    origin: str, name: str, size: int, kept: Sequence[Sequence[int]], empties: int, alone: int
) -> Shape:
    keep = tuple((index, bool(melts), gap) for index, melts, gap in kept)
    melts = origin.startswith("_")
    single = size == len(keep) == 1 and not empties and not keep[0][2] and (melts or bool(alone))
    return Shape(origin, name, size, keep, empties, bool(alone), melts, single)


def _shipped(grammar: str) -> dict[str, Any] | None:
    """The shipped table, where there is one and it belongs to this grammar."""
    try:
        data: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if data.get("grammar") == fingerprint(grammar) else None


@cache
def load() -> Table:
    """The table of the grammar in this package; built in memory where the shipped one is stale or missing."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    return unpack(_shipped(grammar) or build(grammar))


def main() -> None:
    """Write the shipped table."""
    data = build(GRAMMAR.read_text(encoding="utf-8"))
    SHIPPED.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
