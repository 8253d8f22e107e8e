"""Calls: functions of the language, and the figures of ``stats``."""

from __future__ import annotations

import re
import zoneinfo
from typing import TYPE_CHECKING, Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.date_patterns import date_pattern, foreign_tokens, says_nothing
from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.functions import FUNCTIONS, Function, Parameter, result, signature
from leadflow_dsl.meaning.draft import Symbol
from leadflow_dsl.meaning.figures import figure, is_stats
from leadflow_dsl.meaning.literals import bare_word
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.rules.conditions import ARGUMENTS
from leadflow_dsl.rules.names import UNKNOWN, UNKNOWN_FUNCTION
from leadflow_dsl.rules.responses import TEXT_LIKE_A_PATH
from leadflow_dsl.terms import Call, Const, NamedList, Term, Type
from leadflow_dsl.types import BROKEN, TEXT, described, kind, list_of

if TYPE_CHECKING:
    from leadflow_dsl.meaning.expressions import Resolver


def call(r: Resolver, node: nodes.Call, want: Type | None, as_path: bool) -> Term:
    """``function(arguments)``."""
    name = node.function.text if isinstance(node.function, nodes.Word) else ""
    if not name and is_stats(node.function):
        return figure(r, node)
    function = FUNCTIONS.get(name)
    if function is None or (function.only_in == "response" and not r.scope.answer):
        return _unknown(r, node, name)
    if name == "lookup":
        return _lookup(r, node, function)
    return _call(r, node, function, want)


def _unknown(r: Resolver, node: nodes.Call, name: str) -> Term:
    written = r.draft.text_at(node.function.span)
    help = did_you_mean(name, FUNCTIONS)
    fix = slip(written, node.function.span, FUNCTIONS)
    if name in ("if", "when"):
        help = ("`case(condition: value, else value)` chooses a value",)
    message = f"unknown function `{written}`"
    r.draft.found(UNKNOWN_FUNCTION.at(node.function.span, message, "no such function", help, fix=fix))
    return Const("", BROKEN, node.span)


def _call(r: Resolver, node: nodes.Call, function: Function, want: Type | None) -> Term:
    plain = [argument for argument in node.arguments if argument.kind == "plain"]
    args = tuple(r.term(argument.value, None, as_path=place == 0) for place, argument in enumerate(plain))
    keyed = tuple(
        _keyed(r, argument, function, args, want) for argument in node.arguments if argument.kind == "keyed"
    )
    otherwise = next((a for a in node.arguments if a.kind == "else"), None)
    last = r.value(otherwise.value, want, False) if otherwise else None
    _check_count(r, node, function, len(args), bool(keyed), otherwise)
    _check_types(r, function, plain, args)
    if function.name in ("format", "parse_date") and len(args) > 1:
        _check_date_pattern(r, function.name, args[0], args[1])
    if r.scope.answer:
        _check_later_paths(r, function.name, plain[1:])
    if function.name == "in_zone" and len(args) > 1:
        _check_zone(r, args[1])
    branches = (*(value for _, value in keyed), *((last,) if last else ()))
    type_ = result(function, tuple(arg.type for arg in args), tuple(branch.type for branch in branches))
    return Call(function.name, args, keyed, last, type_, node.span)


def _keyed(
    r: Resolver, argument: nodes.Argument, function: Function, args: tuple[Term, ...], want: Type | None
) -> tuple[Term, Term]:
    if function.keyed == "condition":
        key = r.condition(argument.key)
    else:
        subject = args[0].type if args else None
        if subject == BROKEN and isinstance(argument.key, nodes.Word):
            return Const(argument.key.text, BROKEN, argument.key.span), r.value(argument.value, want, False)
        want_key = TEXT if subject and subject.name == "any" else subject
        # A word stands there: the enum's own is meant, whatever else has the name.
        word = bare_word(r.draft, argument.key, want_key) if isinstance(argument.key, nodes.Word) else None
        key = word or r.value(argument.key, want_key, False)
    return key, r.value(argument.value, want, False)


def _check_count(
    r: Resolver, node: nodes.Call, function: Function, count: int, keyed: bool, otherwise: object
) -> None:
    needed = sum(not parameter.optional for parameter in function.parameters)
    most = len(function.parameters)
    endless = _endless(function)
    if count < needed or (count > most and not endless):
        message = f"`{function.name}` takes {_counted(needed, most, endless)}, not {count}"
        r.draft.found(ARGUMENTS.at(node.span, message, "", f"write `{signature(function)}`"))
    elif function.keyed and not keyed:
        message = f"`{function.name}` has nothing to choose from"
        r.draft.found(ARGUMENTS.at(node.span, message, "", f"for example `{function.example}`"))
    elif not function.keyed and (keyed or otherwise):
        message = f"`{function.name}` takes no `key: value` and no `else`"
        r.draft.found(ARGUMENTS.at(node.span, message, "", f"write `{signature(function)}`"))


def _endless(function: Function) -> bool:
    return bool(function.parameters) and function.parameters[-1].repeated


def _counted(needed: int, most: int, endless: bool) -> str:
    if endless:
        return f"{needed} or more arguments"
    return f"{needed} argument{'s' * (needed != 1)}" if needed == most else f"{needed} to {most} arguments"


def _check_types(
    r: Resolver, function: Function, plain: list[nodes.Argument], args: tuple[Term, ...]
) -> None:
    for place, (argument, term) in enumerate(zip(plain, args, strict=True)):
        if place >= len(function.parameters) and not _endless(function):
            return
        parameter = function.parameters[min(place, len(function.parameters) - 1)]
        if not _takes(parameter, term):
            what = "a list" if isinstance(term, NamedList) else described(term.type)
            message = (
                f"`{function.name}` takes {listed(parameter.takes)} for its {parameter.name}, not {what}"
            )
            r.draft.found(ARGUMENTS.at(argument.value.span, message, "", f"for example `{function.example}`"))


def _check_date_pattern(r: Resolver, name: str, value: Term, term: Term) -> None:
    if not isinstance(term, Const) or not isinstance(term.value, str):
        return
    meant = foreign_tokens(term.value)
    if meant:
        message = f'`"{term.value}"` is no pattern of the language'
        r.draft.found(
            ARGUMENTS.at(term.span, message, "", f'write `"{meant}"`', fix=(Edit(term.span, f'"{meant}"'),))
        )
    elif name == "parse_date" and date_pattern(term.value) is None:
        message = f'`"{term.value}"` is no pattern of a day'
        help = 'say a year, a month and a day, each once: `"DD/MM/YYYY"`, `"MMM D, YYYY"`, `"DDMMYY"`'
        r.draft.found(ARGUMENTS.at(term.span, message, "", help))
    elif name == "format" and says_nothing(term.value, kind(value.type).group):
        message = f'`"{term.value}"` says nothing of the value'
        help = 'patterns are `"MM/DD/YYYY"`, `"YYYY-MM-DD HH:mm:ss"`, of numbers `"0.00"`, `"0,0"`, `"000"`'
        r.draft.found(ARGUMENTS.at(term.span, message, "the same for every lead", help))


_PATH: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_@]\w*|\[\d*\])+")
"""A text with the dots or brackets of a path, and nothing else."""
_OF_ALTERNATIVES: Final = frozenset({"coalesce"})
"""Functions whose later arguments could as well be paths."""


def _check_later_paths(r: Resolver, name: str, later: list[nodes.Argument]) -> None:
    """Report texts that are taken as they stand where a path was probably meant."""
    for argument in later if name in _OF_ALTERNATIVES else ():
        value = argument.value
        if isinstance(value, nodes.Text) and _PATH.fullmatch(value.value):
            message = f'`"{value.value}"` is a text here, and looks like a path'
            help = f'write both paths in one text: `"... || {value.value}"`'
            r.draft.found(TEXT_LIKE_A_PATH.at(value.span, message, "no path", help))


def _check_zone(r: Resolver, term: Term) -> None:
    if isinstance(term, Const) and isinstance(term.value, str) and not is_zone(term.value):
        help = did_you_mean(term.value.replace(" ", "_"), zoneinfo.available_timezones())
        message = f"there is no time zone `{term.value}`"
        r.draft.found(ARGUMENTS.at(term.span, message, "", help or "names are such as `America/New_York`"))


def is_zone(name: str) -> bool:
    """Whether the tz database has a zone of this name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _takes(parameter: Parameter, term: Term) -> bool:
    group = kind(term.type).group
    return group == "any" or group in parameter.takes


# ------------------------------------------------------------------ tables


def _lookup(r: Resolver, node: nodes.Call, function: Function) -> Term:
    arguments = [argument.value for argument in node.arguments if argument.kind == "plain"]
    if len(arguments) != 2 or len(node.arguments) != 2:
        message = f"`lookup` takes a table and a key, not {len(node.arguments)} arguments"
        r.draft.found(ARGUMENTS.at(node.span, message, "", f"for example `{function.example}`"))
        return Const("", BROKEN, node.span)
    table = _table(r, arguments[0])
    key = r.value(arguments[1], None, False)
    if table is None:
        return Const("", BROKEN, node.span)
    row = table.type or BROKEN
    name = NamedList(table.name, list_of(row), arguments[0].span)
    return Call("lookup", (name, key), (), None, row, node.span)


def _table(r: Resolver, node: Any) -> Symbol | None:
    tables = r.draft.of("table")
    name = node.text if isinstance(node, nodes.Word) else ""
    if name in tables:
        r.draft.used.add(("table", name))
        return tables[name]
    help = did_you_mean(name, tables) or (
        f"declared tables: {listed(tables)}" if tables else "none is declared",
    )
    written = r.draft.text_at(node.span)
    r.draft.found(UNKNOWN.at(node.span, f"unknown table `{written}`", "no `table` of this name", help))
    return None
