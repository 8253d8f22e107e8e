"""The shapes that statements are printed in: a line, a line with a tail, a block; and the columns of a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.printer_expressions import expression, type_text, word, words
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A statement on one line. ``tail`` stands in a column that all lines of the same ``group`` share."""

    text: str
    tail: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A statement with a block; ``after`` follows its closing brace. ``group`` lines up a one-line block's brace."""

    header: str
    items: tuple[object, ...]
    span: Span
    after: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide the columns of a block are; all 0 in a block on one line."""

    field: int = 0
    type: int = 0
    map: int = 0
    verdict: int = 0
    value: int = 0
    set_name: int = 0
    set_type: int = 0
    points: int = 0


Statement = Line | Block


Writer = Callable[[Any, Widths], Statement]


REASON: Final = "reason"


OPTIONS: Final = "options"


WIDEST_TYPE: Final = 16


def _longest(texts: list[str]) -> int:
    return max((len(text) for text in texts), default=0)


def widths(items: tuple[object, ...]) -> Widths:
    """The columns of a block. A long type, and one without modifiers, does not push the others aside."""
    fields = [item for item in items if isinstance(item, nodes.Field)]
    described = [type_text(item.type) for item in fields if item.modifiers or item.computed]
    sets = [item for item in items if isinstance(item, nodes.SetValue)]
    return Widths(
        _longest([item.name.text for item in fields]),
        _longest([text for text in described if len(text) <= WIDEST_TYPE]),
        _longest([item.name.text for item in items if isinstance(item, nodes.MapPair)]),
        _longest([item.outcome.text for item in items if isinstance(item, nodes.Verdict)]),
        _longest([item.name.text for item in items if isinstance(item, nodes.Value)]),
        _longest([item.name.text for item in sets]),
        _longest([type_text(item.type) for item in sets]),
        _longest([points_text(item) for item in items if isinstance(item, nodes.Points)]),
    )


def points_text(node: nodes.Points) -> str:
    """``add N`` or ``subtract N``."""
    return f"{node.word.text} {expression(node.amount)}"


def clause(before: str, node: object | None, after: str = "") -> str:
    """`` before NODE after``, or nothing where there is none."""
    return "" if node is None else f" {before}{word(node)}{after}"


def when(node: nodes.Expression | None) -> str:
    """`` when C``, or nothing."""
    return clause("when ", node)


def plain(template: str, *parts: str) -> Writer:
    """A line from the words of a node's fields: ``{}`` for each of ``parts``."""
    return lambda node, _: Line(template.format(*(_part(getattr(node, part)) for part in parts)))


def _part(value: object) -> str:
    return words(value) if isinstance(value, tuple) else word(value)


def titled(keyword: str) -> Writer:
    """A step's header: its keyword, name, title and ``on demand``."""

    def write(node: Any, _: Widths) -> Block:
        demand = " on demand" if getattr(node, "on_demand", False) else ""
        like = clause("like ", getattr(node, "like", None))
        return Block(
            f"{keyword} {node.name.text}{clause('', node.title)}{like}{demand}", node.items, node.span
        )

    return write


def block(header: str) -> Writer:
    """A block whose header is always the same words."""
    return lambda node, _: Block(header, node.items, node.span)


def conditional(keyword: str, part: str = "") -> Writer:
    """A keyword, perhaps a value, and ``when C``."""

    def write(node: Any, _: Widths) -> Line:
        return Line(keyword + (clause("", getattr(node, part)) if part else "") + when(node.when))

    return write


def optional(keyword: str, *clauses: tuple[str, str]) -> Writer:
    """A keyword and clauses that may be absent: (words before, field)."""
    return lambda node, _: Line(
        keyword + "".join(clause(before, getattr(node, part)) for before, part in clauses)
    )


def bearing(template: str, *clauses: tuple[str, str]) -> Writer:
    """A line whose first field fills the template; then clauses that may be absent."""
    name = template[template.index("{") + 1 : template.index("}")]

    def write(node: Any, _: Widths) -> Line:
        text = template.replace("{" + name + "}", _part(getattr(node, name)))
        return Line(text + "".join(clause(before, getattr(node, part)) for before, part in clauses))

    return write
