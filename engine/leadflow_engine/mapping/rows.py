"""A lead as a row of a file of comma-separated values: kept as JSON, column by column, until its batch is closed."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow_dsl import model as m
from leadflow_engine.mapping.bodies import flat, text_of
from leadflow_engine.mapping.problems import MappingError
from leadflow_engine.mapping.tree import Node, written_left
from leadflow_engine.texts.json_text import dumps


def csv_row(root: Node, values: Sequence[object], keep_blanks: bool) -> str:
    """The row as JSON: column to text, in written order. Every column is there, a blank one empty; several values
    for one are joined by commas."""
    found: dict[str, list[str]] = {}
    for name, value in flat(root, values, True):
        found.setdefault(name, []).append(text_of(value))
    return dumps({name: ", ".join(filter(None, texts)) for name, texts in found.items()})


def check_columns(body: m.Body) -> None:
    """A column has one value a row. Raises ``MappingError``."""
    for pair in body.pairs:
        if any(part.kind == "each" for part in pair.left):
            said = f"`{written_left(pair.left)}` is a column of its own for each element"
            raise MappingError(f"{said}, and every row has the same columns", pair.span)
