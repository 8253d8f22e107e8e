"""JMESPath over answers and payloads: the published language on a function table of our own.

Numbers are ``Decimal`` throughout (the library's own functions know only floats). Parsing and walking are the
library's; what a function does is decided in ``jmes_functions`` and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias, cast

from jmespath import exceptions, parser, visitor

from leadflow_engine.texts.jmes_functions import FUNCTIONS, Each, Unfit, arity_problem, as_number, kind_of
from leadflow_engine.texts.patterns import pattern, search

__all__ = ["Expression", "PathError", "Unfit", "as_number", "compile_path", "normalised", "pattern", "search"]

Json: TypeAlias = Any

MAX_SOURCE = 2_000
MAX_DEPTH = 32


class PathError(ValueError):
    """An expression that is not JMESPath. ``position`` counts characters from 0 within the text."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class _Calls:
    """What the interpreter asks for a function's result: the kinds of the arguments are checked here."""

    def call_function(self, name: str, arguments: Sequence[Json]) -> Json:
        function = FUNCTIONS[name]
        given = [Each(_visitor(one)) if kind_of(one) == "expression" else one for one in arguments]
        if function.null_is_null and given and given[0] is None:
            return None
        for place, value in enumerate(given):
            wanted = function.takes[min(place, len(function.takes) - 1)].rstrip("?.")
            if wanted != "any" and kind_of(value) not in wanted.split("|") and not isinstance(value, Each):
                raise Unfit(
                    f"`{name}` was given {kind_of(value)} where it takes {wanted.replace('|', ' or ')}"
                )
            if isinstance(value, Each) != (wanted == "expression"):
                raise Unfit(f"`{name}` takes an `&` expression only where it says so")
        return function.call(*given)


def _visitor(expression: Any) -> Callable[[Json], Json]:
    return lambda item: expression.visit(expression.expression, item)


_INTERPRETER = visitor.TreeInterpreter(visitor.Options(custom_functions=cast(Any, _Calls())))


class _OfOne(visitor.TreeInterpreter):
    """Where a list is asked for and one thing is there, that is a list of one."""

    def visit_index(self, node: Json, value: Json) -> Json:
        return super().visit_index(node, _listed(value))

    def visit_projection(self, node: Json, value: Json) -> Json:
        return super().visit_projection(_on_list(node), value)

    def visit_filter_projection(self, node: Json, value: Json) -> Json:
        return super().visit_filter_projection(_on_list(node), value)

    def visit_flatten(self, node: Json, value: Json) -> Json:
        return super().visit_flatten(_on_list(node), value)

    def visit_listed(self, node: Json, value: Json) -> Json:
        """What the node below gives, as a list."""
        return _listed(self.visit(node["children"][0], value))


def _on_list(node: Json) -> Json:
    first, *others = node["children"]
    return {**node, "children": [{"type": "listed", "children": [first]}, *others]}


def _listed(value: Json) -> Json:
    return value if value is None or isinstance(value, list) else [value]


_OF_ONE = _OfOne(visitor.Options(custom_functions=cast(Any, _Calls())))


# ------------------------------------------------------------------ compiling

_TOKENS = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[@#][A-Za-z_][\w.-]*?(?=[^\w-]|$)"""
)


def normalised(source: str) -> str:
    """``Result.@Id`` and ``Result.#text`` (an XML attribute and an element's text) as JMESPath has to have them:
    with the name in quotes. Quoted names and literals are left as they are."""

    def quote(found: re.Match[str]) -> str:
        text = found.group()
        return f'"{text}"' if text[0] in "@#" else text

    return _TOKENS.sub(quote, source)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. ``source`` is as it was written; ``steps`` are its names and indexes where it has nothing
    else, as most have: walking them needs no interpreter. ``name`` is the name where it is one alone."""

    source: str
    tree: Json
    steps: tuple[str | int, ...] | None = None
    name: str | None = None

    def of(self, body: Json, once_is_one: bool = False) -> Json:
        """What the expression gives for a body. ``once_is_one``: one thing is a list of one where a list is asked for.
        Raises ``Unfit`` where it does not fit."""
        if self.steps is not None:
            return _walked(self.steps, body, once_is_one)
        try:
            return (_OF_ONE if once_is_one else _INTERPRETER).visit(self.tree, body)
        except Unfit:
            raise
        except (exceptions.JMESPathError, RecursionError, ArithmeticError, TypeError, ValueError) as problem:
            raise Unfit("it does not fit this body") from problem


def _walked(steps: tuple[str | int, ...], found: Json, once_is_one: bool) -> Json:
    for step in steps:
        if isinstance(step, str):
            found = found.get(step) if isinstance(found, dict) else None
        else:
            found = _listed(found) if once_is_one else found
            fits = isinstance(found, list) and -len(found) <= step < len(found)
            found = found[step] if fits else None
    return found


def _steps(tree: Json) -> tuple[str | int, ...] | None:
    """``a.b[0].c`` as its steps; None for anything that is more than names and indexes."""
    if tree["type"] in {"field", "index"}:
        return (tree["value"],)
    if tree["type"] not in {"subexpression", "index_expression"}:
        return None
    inner = [_steps(child) for child in tree["children"]]
    return None if None in inner else tuple(step for steps in inner if steps for step in steps)


@lru_cache(maxsize=4096)
def compile_path(source: str) -> Expression:
    """An expression, parsed and checked once. Raises ``PathError``: bad syntax, an unknown function, a wrong number
    of arguments, more than 2,000 characters or 32 levels."""
    if len(source) > MAX_SOURCE:
        raise PathError(f"the expression is longer than {MAX_SOURCE} characters")
    try:
        tree = parser.Parser().parse(normalised(source)).parsed
    except RecursionError as problem:
        raise PathError(f"the expression is nested deeper than {MAX_DEPTH} levels") from problem
    except exceptions.ParseError as problem:
        raise PathError(_parse_message(problem), min(problem.lex_position or 0, len(source))) from problem
    except (exceptions.JMESPathError, ValueError) as problem:
        raise PathError("the expression is empty" if not source.strip() else "not JMESPath") from problem
    steps = _steps(tree)
    name = steps[0] if steps and len(steps) == 1 and isinstance(steps[0], str) else None
    return Expression(source, _checked(tree, 0), steps, name)


def _parse_message(problem: exceptions.ParseError) -> str:
    if isinstance(problem, exceptions.IncompleteExpressionError) or problem.token_type in {None, "EOF"}:
        return "the expression ends too early"
    return f"`{problem.token_value}` cannot stand here"


def _checked(tree: Json, depth: int) -> Json:
    """The tree with exact numbers in its literals, its functions known and its depth bounded."""
    if depth > MAX_DEPTH * 2:  # the parser makes about two nodes for a level as people count them
        raise PathError(f"the expression is nested deeper than {MAX_DEPTH} levels")
    if tree["type"] == "literal":
        return {**tree, "value": _exact(tree["value"])}
    if tree["type"] == "function_expression" and (
        problem := arity_problem(tree["value"], len(tree["children"]))
    ):
        raise PathError(problem)
    children = [
        _checked(child, depth + 1) if isinstance(child, dict) else child for child in tree["children"]
    ]
    return {**tree, "children": children}


def _exact(value: Json) -> Json:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return {name: _exact(item) for name, item in value.items()} if isinstance(value, dict) else value
