"""The functions of the language: names, parameters, results. The engine has a body for each."""

from __future__ import annotations

from collections.abc import Mapping

from leadflow_dsl.terms import Type
from leadflow_dsl.types import DATE, DATETIME, MONEY, NUMBER, TEXT, WEEKDAY, element, kind, list_of
from leadflow_dsl.unguarded import dataclass

ANYTHING = ("text", "number", "boolean", "range", "date", "time", "datetime", "duration", "list", "record")
MOMENTS = ("date", "datetime")
ORDERED = ("number", "date", "time", "datetime", "duration")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the groups of types that it takes. ``repeated`` (the last only) means one or more."""

    name: str
    takes: tuple[str, ...]
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function. ``gives`` is a type, or "first" (the type of the first argument), "element" (of the first's
    elements, or its own where it is no list), "branches" (of the values of ``case`` and ``map``), "row".

    ``keyed``: "" or what stands before the colon: "condition" or "literal". ``only_in``: "" or "response".
    """

    name: str
    parameters: tuple[Parameter, ...]
    gives: Type | str
    summary: str
    example: str
    keyed: str = ""
    only_in: str = ""


def _one(name: str, *takes: str, optional: bool = False, repeated: bool = False) -> Parameter:
    return Parameter(name, takes, optional, repeated)


_TEXT = _one("text", "text")
_NUMBER = _one("number", "number")
_VALUE = _one("value", *ANYTHING)

_TABLE: tuple[Function, ...] = (
    Function(
        "years_since", (_one("date", *MOMENTS),), NUMBER, "whole years gone by", "years_since(birth_date)"
    ),
    Function("days_since", (_one("date", *MOMENTS),), NUMBER, "whole days gone by", "days_since(born) < 30"),
    Function("weekday", (_one("date", *MOMENTS),), WEEKDAY, "mon to sun", "weekday(now) in [sat, sun]"),
    Function("hour", (_one("time", "time", "datetime"),), NUMBER, "0 to 23", "hour(now) >= 8"),
    Function("date_of", (_one("moment", *MOMENTS),), DATE, "the day of a moment", "date_of(now)"),
    Function(
        "in_zone",
        (_one("moment", "datetime"), _one("zone", "text")),
        DATETIME,
        "a moment as clocks show it in a time zone of the tz database",
        'in_zone(now, "America/Chicago")',
    ),
    Function("epoch", (_one("moment", "datetime"),), NUMBER, "whole seconds since 1970", "epoch(now)"),
    Function(
        "parse_date",
        (_TEXT, _one("pattern", "text")),
        DATE,
        "a day written by a pattern; blank where it is not",
        'parse_date("03/04/1987", "DD/MM/YYYY")',
    ),
    Function(
        "format",
        (_one("value", "date", "datetime", "time", "number"), _one("pattern", "text")),
        TEXT,
        "a date, time or number written by a pattern",
        'format(birth_date, "MM/DD/YYYY")',
    ),
    Function("lower", (_TEXT,), TEXT, "in lower case", "lower(city)"),
    Function("upper", (_TEXT,), TEXT, "in upper case", "upper(last_name)"),
    Function("title", (_TEXT,), TEXT, "each word with a capital", "title(first_name)"),
    Function("trim", (_TEXT,), TEXT, "without outer white space", "trim(city)"),
    Function(
        "replace",
        (_TEXT, _one("old", "text", "pattern"), _one("new", "text")),
        TEXT,
        "each piece replaced",
        'replace(city, "St.", "Saint")',
    ),
    Function(
        "split", (_TEXT, _one("separator", "text")), list_of(TEXT), "the pieces of a text", 'split(name, " ")'
    ),
    Function(
        "join",
        (_one("list", "list", *ANYTHING), _one("separator", "text", optional=True)),
        TEXT,
        "the elements in one text",
        'join(children, ", ")',
    ),
    Function(
        "length", (_one("value", "text", "list"),), NUMBER, "characters or elements", "length(comments) > 3"
    ),
    Function("digits", (_TEXT,), TEXT, "only the digits of a text", "digits(ssn)"),
    Function("ascii", (_TEXT,), TEXT, "without accents, and what has no ASCII letter", 'ascii("Núñez")'),
    Function(
        "concat",
        (_one("value", *ANYTHING, repeated=True),),
        TEXT,
        "texts one after another; blanks are left out",
        'concat(first_name, " ", last_name)',
    ),
    Function(
        "round",
        (_NUMBER, _one("places", "number", optional=True)),
        "first",
        "rounded, halves to even",
        "round(electric_bill, 0)",
    ),
    Function("floor", (_NUMBER,), "first", "the whole number below", "floor(electric_bill)"),
    Function("ceil", (_NUMBER,), "first", "the whole number above", "ceil(electric_bill)"),
    Function(
        "min", (_one("value", *ORDERED, "list", repeated=True),), "element", "the least", "min(bid, 80.00)"
    ),
    Function(
        "max", (_one("value", *ORDERED, "list", repeated=True),), "element", "the greatest", "max(bid, 8.00)"
    ),
    Function("abs", (_NUMBER,), "first", "without its sign", "abs(balance)"),
    Function(
        "coalesce",
        (_one("value", *ANYTHING, repeated=True),),
        "first",
        "the first that is not blank",
        "coalesce(phone_1, phone_2)",
    ),
    Function(
        "case",
        (),
        "branches",
        "the value of the first condition that holds",
        'case(bill < 100: "0-99", else "100+")',
        keyed="condition",
    ),
    Function(
        "map",
        (_VALUE,),
        "branches",
        "a word for each word",
        'map(project, purchase: "BUY", lease: "LEASE", else "N/A")',
        keyed="literal",
    ),
    Function(
        "lookup",
        (_one("table", "table"), _one("key", "text", "number")),
        "row",
        "the row of a table",
        "lookup(zip_facts, postal_code).income",
    ),
    Function("text", (_VALUE,), TEXT, "the value as a text", "text(electric_bill)"),
    Function(
        "number", (_one("value", "text", "number", "boolean"),), NUMBER, "read as a number", "number(rooms)"
    ),
    Function("sha256", (_VALUE,), TEXT, "hash in lower-case hexadecimal", "sha256(lower(email))"),
    Function("md5", (_VALUE,), TEXT, "hash in lower-case hexadecimal", "md5(lower(email))"),
    Function("tojson", (_VALUE,), TEXT, "as JSON, with its quotes; `null` for a blank", "tojson(name)"),
    Function("xml", (_TEXT,), TEXT, "escaped for XML", "xml(last_name)"),
    Function("urlencode", (_TEXT,), TEXT, "escaped for an URL", "urlencode(city)"),
    Function("urldecode", (_TEXT,), TEXT, "an URL's piece as it was", 'urldecode("St.+Paul%21")'),
    Function("mask", (_VALUE,), TEXT, "hidden but for what may be shown", "mask(phone_1)"),
    Function(
        "count", (_one("list", "list"),), NUMBER, "how many elements are not blank", "count(children) > 0"
    ),
    Function("first", (_one("list", "list"),), "element", "the first element", "first(children)"),
    Function("last", (_one("list", "list"),), "element", "the last element", "last(children)"),
    Function(
        "substring",
        (_TEXT, _one("start", "number"), _one("length", "number", optional=True)),
        TEXT,
        "a piece of a text, from 0",
        "substring(postal_code, 0, 3)",
    ),
    Function(
        "extract",
        (_TEXT, _one("pattern", "pattern"), _one("group", "number", optional=True)),
        TEXT,
        "what a pattern finds first in a text, or one of its groups; blank where it finds nothing",
        r"extract(comments, /call (\w+)/, 1)",
    ),
    Function(
        "match",
        (_one("pattern", "pattern"), _one("group", "number", optional=True)),
        TEXT,
        "what a pattern finds in the answer's text",
        r"match(/id=(\d+)/, 1)",
        only_in="response",
    ),
)

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _TABLE}


def signature(function: Function) -> str:
    """A function's call as a person writes it: ``round(number, [places])``."""
    names = [
        f"[{parameter.name}]"
        if parameter.optional
        else parameter.name + (" ..." if parameter.repeated else "")
        for parameter in function.parameters
    ]
    if function.keyed:
        names += [f"{function.keyed}: value, ...", "else value"]
    return f"{function.name}({', '.join(names)})"


def result(function: Function, arguments: tuple[Type, ...], branches: tuple[Type, ...]) -> Type:
    """What a call gives, by the types of its arguments and of its branches."""
    if isinstance(function.gives, Type):
        return function.gives
    if function.gives == "branches":
        return _common(branches)
    if not arguments:
        return TEXT
    first = arguments[0]
    return element(first) if function.gives == "element" and first.name == "list" else first


def _common(types: tuple[Type, ...]) -> Type:
    if not types:
        return TEXT
    if all(one == types[0] for one in types):
        return types[0]
    groups = {kind(one).group for one in types}
    if groups == {"number"}:
        return MONEY if MONEY in types else NUMBER
    return TEXT if groups == {"text"} else types[0]
