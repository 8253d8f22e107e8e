"""The data beside the lead: lists, tables, calendars, suppressions, call windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.call_windows import call_window
from leadflow_dsl.meaning.csv_files import columns_of
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.limits import longer_than_nothing
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.meaning.typing import record_of, word_of
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.names import NO_COLUMN
from leadflow_dsl.types import TEXT

BUILTIN_CALENDARS = ("us_federal_holidays",)


def build_data(draft: Draft) -> None:
    """Lists, tables and calendars, those of imports included."""
    for loaded in draft.files:
        for item in loaded.tree.items:
            if type(item) in _DATA:
                _DATA[type(item)](draft, item)


def _list_values(draft: Draft, item: nodes.ListValues) -> None:
    values = tuple(_written(draft, value) for value in item.values)
    draft.lists.append(model.NamedValues(item.name.text, TEXT, values, span=item.name.span))


def _written(draft: Draft, node: Any) -> str:
    """A list's value as a text."""
    if isinstance(node, nodes.Text):
        return node.value
    return word_of(node) or draft.text_at(node.span)


def _list_file(draft: Draft, item: nodes.ListFile) -> None:
    column = _column_name(item.column)
    _check_columns(draft, item.path, ((column, item.column),))
    draft.lists.append(
        model.NamedValues(item.name.text, TEXT, file=item.path.value, column=column, span=item.name.span)
    )


def _column_name(node: nodes.Name | nodes.Text) -> str:
    return node.value if isinstance(node, nodes.Text) else node.text


def _check_columns(draft: Draft, path: nodes.Text, wanted: Sequence[tuple[str, Any]]) -> None:
    known = columns_of(draft, path)
    for name, node in wanted if known is not None else ():
        if known is not None and name not in known:
            help = (*did_you_mean(name, known), f"its columns are {listed(known)}")
            message = f"`{path.value}` has no column `{name}`"
            draft.found(NO_COLUMN.at(node.span, message, "no such column", help))


def _table(draft: Draft, item: nodes.Table) -> None:
    key = _column_name(item.key)
    wanted = [(key, item.key), *((column.name.text, column.name) for column in item.columns)]
    _check_columns(draft, item.path, wanted)
    row = record_of(draft, item.columns)
    symbol = draft.of("table").get(item.name.text)
    if symbol is not None:
        draft.of("table")[item.name.text] = replace(symbol, type=row)
    draft.tables.append(model.Table(item.name.text, item.path.value, key, row.columns, item.name.span))


def _calendar(draft: Draft, item: nodes.Calendar) -> None:
    if item.builtin and item.name.text not in BUILTIN_CALENDARS:
        help = did_you_mean(item.name.text, BUILTIN_CALENDARS) or (f"built in: {listed(BUILTIN_CALENDARS)}",)
        message = f"there is no built-in calendar `{item.name.text}`"
        draft.found(VALUE.at(item.name.span, message, "", help))
    dates = tuple(day.date.value for day in item.days)
    draft.calendars.append(model.Calendar(item.name.text, item.builtin, dates, item.name.span))


def _suppression(draft: Draft, item: nodes.Suppression) -> None:
    symbol = draft.words.get(item.name.text)
    type_ = symbol.type if symbol and symbol.type else TEXT
    if item.expires is not None:
        longer_than_nothing(draft, item.expires, "how long an entry stays")
    expires = item.expires.value if item.expires else None
    draft.suppressions.append(model.Suppression(item.name.text, type_, expires, item.name.span))


def _call_window(draft: Draft, item: nodes.CallWindow) -> None:
    draft.call_windows.append(call_window(draft, item))


_DATA: dict[type, Any] = {
    nodes.ListValues: _list_values,
    nodes.ListFile: _list_file,
    nodes.Table: _table,
    nodes.Calendar: _calendar,
    nodes.Suppression: _suppression,
    nodes.CallWindow: _call_window,
}
