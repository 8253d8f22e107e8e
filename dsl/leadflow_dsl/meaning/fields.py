"""The lead's fields, and the data beside it: lists, tables, calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.comparisons import check_range
from leadflow_dsl.meaning.csv_files import columns_of
from leadflow_dsl.meaning.declaring import aliases_of
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.literals import converted
from leadflow_dsl.meaning.patterns import pattern
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.meaning.typing import record_of, type_of, word_of
from leadflow_dsl.rules.conditions import MISMATCH, VALUE
from leadflow_dsl.rules.names import CYCLE, NO_COLUMN, UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Term, Type, reads
from leadflow_dsl.types import TEXT, comparable, described, kind

BUILTIN_CALENDARS = ("us_federal_holidays",)


def build_lead(draft: Draft) -> None:
    """Fields, ``require any`` and dimensions."""
    taken = _own_names(draft)
    seen: set[str] = set()
    for node, own in draft.field_nodes:
        if node.name.text not in seen:
            draft.fields.append(_field(draft, node, own, taken))
        seen.add(node.name.text)
    _check_circles(draft)
    for item in draft.require_nodes:
        names = tuple(name.text for name in item.names if _is_field(draft, name))
        draft.require_any.append(model.RequireAny(names, item.reason.value, item.span))
    for statement in draft.own_items():
        if isinstance(statement, nodes.Dimension):
            draft.dimensions.extend(name.text for name in statement.names if _is_field(draft, name))


def _is_field(draft: Draft, name: nodes.Name) -> bool:
    symbol = draft.words.get(name.text)
    if symbol is not None and symbol.kind == "field":
        return True
    fields = [word for word, known in draft.words.items() if known.kind == "field"]
    help = did_you_mean(name.text, fields, draft)
    draft.found(UNKNOWN.at(name.span, f"unknown field `{name.text}`", "not declared in `lead`", help))
    return False


def _own_names(draft: Draft) -> set[str]:
    """Names and aliases that the flow's own fields claim: no field from a library answers to them."""
    found: set[str] = set()
    for node, own in draft.field_nodes:
        found |= {node.name.text} | (set(aliases_of(node)) if own else set())
    return found


def _field(draft: Draft, node: nodes.Field, own: bool, taken: set[str]) -> model.Field:
    symbol = draft.words.get(node.name.text)
    type_ = symbol.type if symbol and symbol.type else type_of(draft, node.type)
    said = _modifiers(draft, node)
    low, high = _range(draft, said.get(nodes.Range), type_)
    required = said.get(nodes.Required)
    default = said.get(nodes.Default)
    matches = said.get(nodes.Matches)
    what = f"the default of `{node.name.text}`"
    return model.Field(
        name=node.name.text,
        type=type_,
        required="" if required is None else required.phase.text if required.phase else "always",
        default=converted(draft, default.value, type_, what) if default else None,
        low=low,
        high=high,
        pattern=pattern(draft, matches.pattern) if matches else None,
        aliases=tuple(alias for alias in aliases_of(node) if own or alias not in taken),
        sensitive=nodes.Sensitive in said or kind(type_).sensitive,
        transient=nodes.Transient in said or kind(type_).transient,
        computed=_computed(draft, node, type_),
        span=node.name.span,
    )


def _modifiers(draft: Draft, node: nodes.Field) -> dict[type, Any]:
    said: dict[type, Any] = {}
    for modifier in node.modifiers:
        if type(modifier) in said:
            message = f"`{node.name.text}` says this twice"
            draft.found(SAID_TWICE.at(modifier.span, message, "said again", "take one out"))
        said.setdefault(type(modifier), modifier)
    return said


def _range(draft: Draft, node: nodes.Range | None, type_: Type) -> tuple[Term | None, Term | None]:
    if node is None:
        return None, None
    if not kind(type_).ordered and type_.name != "range":
        message = f"`between` needs an order, and {described(type_)} has none"
        draft.found(MISMATCH.at(node.span, message, "", "`matches /re/` limits texts"))
        return None, None
    low, high = (converted(draft, side, type_, "a limit") for side in (node.low, node.high))
    if low is not None and high is not None:
        check_range(Resolver(draft, Scope()), node, low, high)
    return low, high


def _computed(draft: Draft, node: nodes.Field, type_: Type) -> Term | None:
    if node.computed is None:
        return None
    term = Resolver(draft, Scope()).value(node.computed, type_)
    if not comparable(type_, term.type) and type_ != TEXT:
        message = (
            f"`{node.name.text}` is of type {described(type_)}, its value of type {described(term.type)}"
        )
        draft.found(MISMATCH.at(node.computed.span, message, "", "change the type, or convert the value"))
    return term


def _check_circles(draft: Draft) -> None:
    """Report computed fields that need themselves."""
    needs = {
        field.name: {read.name for read in reads(field.computed) if read.kind == "field"}
        for field in draft.fields
        if field.computed is not None
    }
    for field in draft.fields:
        if field.name in needs and field.name in _reach(field.name, needs):
            message = f"`{field.name}` is computed from itself"
            draft.found(CYCLE.at(field.span, message, "circular", "compute it from fields that are sent"))


def _reach(start: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs.get(name, ()))
    return found


# ------------------------------------------------------------------ lists, tables, calendars


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
    draft.not_built("suppression", item.span)


def _call_window(draft: Draft, item: nodes.CallWindow) -> None:
    draft.not_built("call_window", item.span)


_DATA: dict[type, Any] = {
    nodes.ListValues: _list_values,
    nodes.ListFile: _list_file,
    nodes.Table: _table,
    nodes.Calendar: _calendar,
    nodes.Suppression: _suppression,
    nodes.CallWindow: _call_window,
}
