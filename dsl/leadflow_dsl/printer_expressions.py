"""Expressions and types as text, in the one style."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from leadflow_dsl import nodes

OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY, ATOM = range(1, 9)
_SUM_SIGNS: Final = ("+", "-")
_TIME_AT_END: Final = re.compile(r"\d:\d\d$")
"""A time of day, which no colon may follow: ``08:00:`` would be read as one broken word."""

LEVELS: Final[Mapping[type, int]] = {
    nodes.Or: OR,
    nodes.And: AND,
    nodes.Not: NOT,
    nodes.Compare: COMPARISON,
    nodes.Between: COMPARISON,
    nodes.Is: COMPARISON,
    nodes.Near: COMPARISON,
    nodes.InWindow: COMPARISON,
    nodes.Negative: UNARY,
}


def _level(node: nodes.Expression) -> int:
    if isinstance(node, nodes.Arithmetic):
        return SUM if node.op in _SUM_SIGNS else PRODUCT
    return LEVELS.get(type(node), ATOM)


def _at(node: nodes.Expression, least: int) -> str:
    """An expression as an operand: in parentheses where it binds more loosely than its place."""
    text = expression(node)
    return text if _level(node) >= least else f"({text})"


def _or(node: nodes.Or) -> str:
    """An ``and`` inside an ``or`` gets parentheses, though it needs none: so nobody has to know."""
    return " or ".join(_at(item, NOT) for item in node.items)


def _and(node: nodes.And) -> str:
    return " and ".join(_at(item, NOT) for item in node.items)


def _arithmetic(node: nodes.Arithmetic) -> str:
    level = _level(node)
    return f"{_at(node.left, level)} {node.op} {_at(node.right, level + 1)}"


def _negative(node: nodes.Negative) -> str:
    """A sign touches a word, a number or a parenthesis, and nothing else."""
    text = _at(node.value, ATOM)
    return f"-{text}" if text[0].isalnum() or text[0] in "_(" else f"-({text})"


def _between(node: nodes.Between) -> str:
    return f"{_at(node.value, SUM)} between {_at(node.low, SUM)} and {_at(node.high, SUM)}"


def _near(node: nodes.Near) -> str:
    return f"{_at(node.value, SUM)} within {node.miles.raw} miles of {_at(node.place, SUM)}"


def _argument(node: nodes.Argument) -> str:
    if node.kind == "keyed" and node.key is not None:
        key = expression(node.key)
        return f"{key}{' ' if _TIME_AT_END.search(key) else ''}: {expression(node.value)}"
    return f"{'else ' if node.kind == 'else' else ''}{expression(node.value)}"


def _call(node: nodes.Call) -> str:
    return f"{expression(node.function)}({', '.join(_argument(item) for item in node.arguments)})"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    nodes.Word: lambda node: node.text,
    nodes.Attribute: lambda node: f"{expression(node.value)}.{node.name.text}",
    nodes.Index: lambda node: f"{expression(node.value)}[{expression(node.index)}]",
    nodes.EachOf: lambda node: f"{expression(node.value)}[*]",
    nodes.Call: _call,
    nodes.Env: lambda node: f"env {node.name.text}",
    nodes.Or: _or,
    nodes.And: _and,
    nodes.Not: lambda node: f"not {_at(node.value, NOT)}",
    nodes.Compare: lambda node: f"{_at(node.left, SUM)} {node.op} {_at(node.right, SUM)}",
    nodes.Between: _between,
    nodes.Is: lambda node: f"{_at(node.value, SUM)} is {'not ' if node.negated else ''}{node.word.text}",
    nodes.Near: _near,
    nodes.InWindow: lambda node: f"within call_window {node.name.text}",
    nodes.Arithmetic: _arithmetic,
    nodes.Negative: _negative,
    nodes.ListLiteral: lambda node: f"[{', '.join(expression(item) for item in node.items)}]",
    nodes.Exactly: lambda node: f"exactly {node.text.raw}",
    nodes.Usual: lambda node: f"{node.share.raw} of usual",
    nodes.StatusIs: lambda node: f"status {node.raw}",
    nodes.AnswerPart: lambda node: f"{node.kind} {node.text.raw}",
}


def expression(node: nodes.Expression) -> str:
    """An expression on one line (a long text in it keeps its lines). Literals keep their spelling."""
    writer = _WRITERS.get(type(node))
    return writer(node) if writer else str(getattr(node, "raw"))  # noqa: B009 - every literal has it


def operand(node: nodes.Expression) -> str:
    """An expression where only a sum may stand."""
    return _at(node, SUM)


def word(node: object) -> str:
    """A name or a literal as it was written."""
    return node.text if isinstance(node, nodes.Name) else expression(node)  # type: ignore[arg-type]


def words(items: tuple[object, ...]) -> str:
    """Names or literals with commas between."""
    return ", ".join(word(item) for item in items)


def type_text(node: nodes.TypeNode) -> str:
    """A type: ``money``, ``enum(a, b)``, ``list of { name text  born date }``."""
    match node:
        case nodes.TypeName(name=name):
            return name.text
        case nodes.EnumType(members=members):
            return f"enum({words(members)})"
        case nodes.ListType(of=of):
            return f"list of {type_text(of)}"
        case nodes.RecordType(columns=columns):
            return f"{{ {'  '.join(column(each) for each in columns)} }}"


def column(node: nodes.Column) -> str:
    """A column of a record or a table."""
    return f"{node.name.text} {type_text(node.type)}"


def left(node: nodes.Left) -> str:
    """A mapping's left side."""
    first, *further = node.segments
    dotted = ("" if part.kind in {"index", "each"} else "." for part in further)
    return first.raw + "".join(dot + part.raw for dot, part in zip(dotted, further, strict=True))
