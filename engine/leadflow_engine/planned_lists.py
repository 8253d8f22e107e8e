"""A flow's lists and tables, made ready to be looked into: made once a plan."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from leadflow_dsl import model as m
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.values import Value, parse


def list_values(entry: m.NamedValues, texts: Mapping[str, str]) -> frozenset[str]:
    """A list's values as comparisons see them; ``texts`` are the flow's files by path."""
    if not entry.file:
        return frozenset(folded(value) for value in entry.values)
    rows = csv.DictReader(io.StringIO(texts[entry.file].removeprefix("\ufeff")))
    return frozenset(folded(row[entry.column]) for row in rows if (row.get(entry.column) or "").strip())


def table_rows(table: m.Table, texts: Mapping[str, str], flow: m.Flow) -> dict[str, dict[str, Value]]:
    """A table's rows by key."""
    rows = csv.DictReader(io.StringIO(texts[table.file].removeprefix("\ufeff")))
    return {
        folded(row[table.key]): {
            name: parse(type_, row.get(name), flow.country, flow.timezone) for name, type_ in table.columns
        }
        for row in rows
    }
