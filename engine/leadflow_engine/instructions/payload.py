"""Where a source puts a field: a JMESPath read the other way round, from the value to the payload that holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast

from jmespath import exceptions, parser

from leadflow_dsl import terms as t

Json: TypeAlias = Any
Node: TypeAlias = dict[str, Any]

MOST_ELEMENTS: Final = 50
"""An index beyond is not filled up to: the example would be nothing but empty places."""


class NoPlace(ValueError):
    """The expression reads its value from no single place that could be filled."""


def paths_of(term: t.Term) -> Iterator[str]:
    """Every path into the payload that a ``map``'s value reads, in written order."""
    if isinstance(term, t.Path):
        yield term.source
    elif isinstance(term, t.Read) and term.kind == "payload":
        yield f"{term.name}.{term.part}" if term.part else term.name
    for child in t.children(term):
        yield from paths_of(child)


def is_place(term: t.Term) -> bool:
    """Whether a ``map``'s value is one plain path: what is put there is what is read."""
    if isinstance(term, t.Read):
        return term.kind == "payload"
    return isinstance(term, t.Path) and _plain(_parsed(term.source))


def place(payload: Json, path: str, value: Json) -> Json:
    """The payload with a value at a path, made where it is not there. Raises ``NoPlace``."""
    return _put(_parsed(path), payload, value)


def nested(path: str) -> tuple[str | int, ...]:
    """The steps of a plain path: names, and numbers for elements. Raises ``NoPlace``."""
    found = _steps(_parsed(path))
    if found is None:
        raise NoPlace(path)
    return found


@lru_cache(maxsize=1_024)
def _parsed(path: str) -> Node:
    try:
        return cast(Node, parser.Parser().parse(path).parsed)
    except (exceptions.JMESPathError, RecursionError) as problem:
        raise NoPlace(path) from problem


def _plain(node: Node) -> bool:
    return _steps(node) is not None


def _steps(node: Node) -> tuple[str | int, ...] | None:
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] == "index":
        return (node["value"],) if 0 <= node["value"] < MOST_ELEMENTS else None
    if node["type"] in {"subexpression", "index_expression"}:
        parts = [_steps(child) for child in node["children"]]
        return None if None in parts else tuple(step for part in parts for step in part or ())
    return None


def _put(node: Node, whole: Json, value: Json) -> Json:
    put = _PUT.get(node["type"])
    if put is None:
        raise NoPlace(node["type"])
    return put(node, whole, value)


def _field(node: Node, whole: Json, value: Json) -> Json:
    if whole is not None and not isinstance(whole, dict):
        raise NoPlace(node["value"])
    return {**(whole or {}), node["value"]: value}


def _index(node: Node, whole: Json, value: Json) -> Json:
    number = node["value"]
    items = list(whole) if isinstance(whole, list) else []
    if whole is not None and not isinstance(whole, list):
        raise NoPlace(str(number))
    if number < 0:
        number = max(len(items) + number, 0)
    if number >= MOST_ELEMENTS:
        raise NoPlace(str(number))
    items += [None] * (number + 1 - len(items))
    items[number] = value
    return items


def _chain(node: Node, whole: Json, value: Json) -> Json:
    """``a.b[0]``: the last step is put into what the steps before it lead to."""
    *before, last = node["children"]
    inner = whole
    for step in before:
        inner = _get(step, inner)
    result = _put(last, inner, value)
    for place_ in range(len(before) - 1, -1, -1):
        outer = whole
        for step in before[:place_]:
            outer = _get(step, outer)
        result = _put(before[place_], outer, result)
    return result


def _get(node: Node, whole: Json) -> Json:
    """What stands at a step now; None where there is nothing."""
    if node["type"] == "field":
        return whole.get(node["value"]) if isinstance(whole, dict) else None
    if node["type"] == "index":
        fits = isinstance(whole, list) and -len(whole) <= node["value"] < len(whole)
        return whole[node["value"]] if fits else None
    if node["type"] in {"subexpression", "index_expression"}:
        for child in node["children"]:
            whole = _get(child, whole)
        return whole
    if node["type"] == "identity":
        return whole
    raise NoPlace(node["type"])


def _filtered(node: Node, whole: Json, value: Json) -> Json:
    """``fields[?name == 'email'].value``: an element that the filter lets through, with the value in it."""
    left, right, condition = node["children"]
    if condition["type"] != "comparator" or condition["value"] != "eq":
        raise NoPlace("filter")
    key, literal = condition["children"]
    if literal["type"] != "literal":
        raise NoPlace("filter")
    element = _put(right, _put(key, None, literal["value"]), value) if right["type"] != "identity" else value
    items = _get(left, whole) or []
    if not isinstance(items, list):
        raise NoPlace("filter")
    return _put(left, whole, [*items, element])


def _piped(node: Node, whole: Json, value: Json) -> Json:
    """``fields[?...].value | [0]``: a projection gives a list, of which the value is the first element."""
    left, right = node["children"]
    if left["type"] in {"filter_projection", "projection"}:
        return _put(left, whole, value)
    inner = _put(right, None, value)
    return _put(left, whole, inner)


def _projected(node: Node, whole: Json, value: Json) -> Json:
    left, right = node["children"]
    element = _put(right, None, value) if right["type"] != "identity" else value
    return _put(left, whole, [element])


def _flattened(node: Node, whole: Json, value: Json) -> Json:
    """``entry[]``: the list that is flattened."""
    return _put(node["children"][0], whole, value)


def _first(node: Node, whole: Json, value: Json) -> Json:
    """``a || b``: the first of them is the usual place."""
    return _put(node["children"][0], whole, value)


def _argument(node: Node, whole: Json, value: Json) -> Json:
    """``lower(a)``: what a function is given stands at its first argument."""
    for child in node["children"]:
        if child["type"] != "literal":
            return _put(child, whole, value)
    raise NoPlace("function")


_PUT: Final[Mapping[str, Callable[[Node, Json, Json], Json]]] = {
    "field": _field,
    "index": _index,
    "subexpression": _chain,
    "index_expression": _chain,
    "filter_projection": _filtered,
    "projection": _projected,
    "flatten": _flattened,
    "pipe": _piped,
    "or_expression": _first,
    "function_expression": _argument,
    "identity": lambda node, whole, value: value,
}
