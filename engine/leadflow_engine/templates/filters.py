"""The filters and tests that templates have: a small table of our own, each with a bounded result.

Jinja's own are not offered: many take any object, and several make gigabytes of a few characters.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from leadflow_dsl.terms import Type
from leadflow_engine.evaluation.functions import FUNCTIONS
from leadflow_engine.templates.problems import TemplateError
from leadflow_engine.templates.shown import Shown, Written, bare, is_blank, moment, number, part, show
from leadflow_engine.texts.escapes import url_quote, xml_quote
from leadflow_engine.texts.json_text import dumps, scalar_text
from leadflow_engine.texts.leaves import Secret, shown
from leadflow_engine.values import parse, written

MAX_TEXT = 65_536
MAX_ITEMS = 1_000


def text(value: object) -> str | None:
    """A value as text, as it would be written; ``None`` for a blank. Raises ``TemplateError`` for what is no text."""
    if isinstance(value, Undefined):
        return str(value)  # a strict one raises with its name
    if isinstance(value, Secret):
        raise TemplateError("a secret takes no filter")
    if is_blank(value):
        return None
    plain = written(value.value, "form") if isinstance(value, Shown) else value
    return bounded(plain if isinstance(plain, str) else scalar_text(plain))


def bounded(result: str) -> str:
    """The text, if it has not grown too long."""
    if len(result) > MAX_TEXT:
        raise TemplateError(f"a text grew over {MAX_TEXT} characters")
    return result


def _on_text(name: str) -> Callable[..., object]:
    """A function of the language as a filter on a text."""

    def apply(value: object, *arguments: object) -> object:
        return show(FUNCTIONS[name](text(value), *(bare(one) for one in arguments)))

    return apply


def _on_value(name: str) -> Callable[..., object]:
    """A function of the language as a filter on a number, a moment or a list."""

    def apply(value: object, *arguments: object) -> object:
        plain = [bare(item) for item in value] if isinstance(value, list) else bare(value)
        return show(FUNCTIONS[name](plain, *(bare(one) for one in arguments)))

    return apply


def _phone(value: object, form: str = "e164") -> object:
    if form not in {"e164", "national", "digits"}:
        raise TemplateError(f"`phone` writes e164, national or digits, not `{form}`")
    source = value.value if isinstance(value, Shown) else parse(Type("phone"), text(value))
    part = source.part(form)
    return part if part is not None else text(value)


def _money(value: object, places: int = 2) -> str | None:
    amount = number(value)
    if amount is None:
        return text(value)
    try:
        return format(amount.quantize(Decimal(1).scaleb(-min(max(places, 0), 6)), ROUND_HALF_EVEN), "f")
    except InvalidOperation:
        return text(value)


def _date(value: object, pattern: str = "YYYY-MM-DD") -> object:
    when = moment(value)
    return text(value) if when is None else FUNCTIONS["format"](when, pattern)


def _state_name(value: object) -> object:
    source = value.value if isinstance(value, Shown) else parse(Type("state"), text(value))
    return source.part("name") or text(value)


def _yesno(value: object, yes: str = "Yes", no: str = "No") -> object:
    truth = bare(value)
    return text(value) if not isinstance(truth, bool) else yes if truth else no


def _default(value: object, instead: object = "") -> object:
    if isinstance(value, Undefined):
        return str(value)
    return instead if is_blank(value) else value


@pass_context
def _days_since(context: Context, value: object) -> object:
    return FUNCTIONS["days_since"](bare(value), now=context.parent["_scope"].now())


@pass_context
def _years_since(context: Context, value: object) -> object:
    return FUNCTIONS["years_since"](bare(value), now=context.parent["_scope"].now())


def _truncate(value: object, length: int = 255) -> str | None:
    whole = text(value)
    return whole if whole is None else whole[: max(length, 0)]


def _elements(value: object) -> list[object]:
    """A list's elements; a single value is a list of one, a blank one of none."""
    if is_blank(value):
        return []
    plain = bare(value)
    return [show(item) for item in plain] if isinstance(plain, list) else [value]


def _map(value: object, attribute: str) -> list[object]:
    return [part(item, attribute) for item in _elements(value)]


def _unique(value: object) -> list[object]:
    found: dict[str | None, object] = {}
    for item in _elements(value):
        found.setdefault(text(item), item)
    return list(found.values())


def _sort(value: object) -> list[object]:
    """Numbers and moments by size, everything else as text; blanks go."""
    present = [item for item in _elements(value) if not is_blank(item)]
    numbers = [number(item) for item in present]
    if None in numbers:
        return sorted(present, key=lambda item: text(item) or "")
    return [item for _, item in sorted(zip(numbers, present, strict=True), key=lambda pair: pair[0] or 0)]


def _sum(value: object) -> Decimal:
    return sum((number(item) or Decimal(0) for item in _elements(value)), Decimal(0))


def _tojson(value: object) -> Written:
    if isinstance(value, Shown) and (made := value.value.json):
        return Written.of(bounded(made), "json")
    if isinstance(value, Undefined | Secret):
        text(value)
    return Written.of(bounded(dumps(json_of(value))), "json")


def json_of(value: object) -> object:
    """A value as JSON has it: numbers exact, lists and records through and through."""
    if isinstance(value, Shown):
        return shown(value.value, "json")
    if isinstance(value, list):
        return [json_of(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): json_of(item) for name, item in value.items()}
    return value if isinstance(value, int) else shown(value, "json")


def _concat(value: object, *others: object) -> str:
    return bounded("".join(text(one) or "" for one in (value, *others)))


def _number(value: str) -> Decimal:
    return Decimal(value)


@pass_context
def _items(context: Context, value: object) -> list[object]:
    """A loop's list. All loops of one rendering together go over a bounded number of elements."""
    plain = bare(value) if isinstance(value, Shown) else value
    if isinstance(plain, Undefined):
        text(plain)
    if plain is not None and not isinstance(plain, list | tuple):
        raise TemplateError("a loop goes over a list")
    items = [show(item) for item in plain or ()]
    budget = context.parent["_budget"]
    budget.append(len(items))
    if sum(budget) > MAX_ITEMS:
        raise TemplateError(f"the loops go over more than {MAX_ITEMS} elements")
    return items


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    **{name: _on_text(name) for name in ("lower", "upper", "title", "trim", "replace", "split", "digits")},
    **{name: _on_text(name) for name in ("ascii", "md5", "sha256", "substring", "urldecode")},
    **{name: _on_value(name) for name in ("join", "round", "first", "last", "length", "count", "format")},
    **{name: _on_value(name) for name in ("abs", "floor", "ceil", "max", "min", "number", "mask")},
    "capitalize": lambda value: (text(value) or "").capitalize() or None,
    "concat": _concat,
    "d": _default,
    "date": _date,
    "days_since": _days_since,
    "default": _default,
    "float": _on_value("number"),
    "int": lambda value: FUNCTIONS["floor"](FUNCTIONS["number"](bare(value))),
    "list": _elements,
    "map": _map,
    "money": _money,
    "phone": _phone,
    "reject": lambda value: [item for item in _elements(value) if not item],
    "select": lambda value: [item for item in _elements(value) if item],
    "sort": _sort,
    "state_name": _state_name,
    "string": text,
    "sum": _sum,
    "text": text,
    "tojson": _tojson,
    "truncate": _truncate,
    "unique": _unique,
    "urlencode": lambda value: Written.of(url_quote(text(value) or ""), "form"),
    "xml": lambda value: Written.of(xml_quote(text(value) or ""), "xml"),
    "years_since": _years_since,
    "yesno": _yesno,
}
"""Filters by name: what a flow's author may write."""

INNER_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "_concat": _concat,
    "_items": _items,
    "_number": _number,
}
"""What the profile puts in place of ``~``, a loop's list and a float."""


def _valid(value: object) -> bool:
    return value.value.valid if isinstance(value, Shown) else not is_blank(value)


def _in(value: object, group: object) -> bool:
    whole = bare(group)
    return isinstance(whole, str | list | tuple) and bare(value) in whole


TESTS: Final[Mapping[str, Callable[..., bool]]] = {
    "blank": is_blank,
    "none": is_blank,
    "present": lambda value: not is_blank(value),
    "defined": lambda value: not isinstance(value, Undefined) and not is_blank(value),
    "valid": _valid,
    "in": _in,
}


def printed(value: object) -> str:
    """What stands in the output for a value: blank is nothing; a list or record has to say how it is written."""
    if isinstance(value, list | Mapping):
        raise TemplateError("a list or record is written with `tojson`, `join` or a loop")
    if isinstance(value, float) or (value is not None and not isinstance(value, _PRINTABLE)):
        raise TemplateError("this is a name and not a value: a part of it has to follow a dot")
    return text(value) or ""


_PRINTABLE = (str, bool, int, Decimal, datetime.date, datetime.time, datetime.timedelta, Shown, Undefined)
