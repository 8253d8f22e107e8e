"""Responses written shortly, as the front end would hand them over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.response import Reading, compile_response

ANY, TEXT, BOOLEAN = t.Type("any"), t.Type("text"), t.Type("boolean")


def path(source: str) -> t.Path:
    """A JMESPath text."""
    return t.Path(source, ANY, NOWHERE)


def piece(kind: str, name: str = "") -> t.Answer:
    """``status``, ``text``, ``header "X"``, ``css "..."``."""
    return t.Answer(kind, name, ANY, NOWHERE)


def const(value: Any) -> t.Const:
    """A literal."""
    return t.Const(
        Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value, TEXT, NOWHERE
    )


def op(name: str, *args: Any) -> t.Op:
    """An operator; what is no term is a literal."""
    terms = tuple(arg if hasattr(arg, "span") else const(arg) for arg in args)
    return t.Op(name, terms, BOOLEAN, NOWHERE)


def one_of(value: t.Term, *items: Any) -> t.Op:
    """``value in [items]``."""
    return op("in", value, t.ListOf(tuple(const(item) for item in items), t.Type("list"), NOWHERE))


def call(name: str, *args: Any) -> t.Call:
    """A function of the language."""
    terms = tuple(arg if hasattr(arg, "span") else const(arg) for arg in args)
    return t.Call(name, terms, (), None, TEXT, NOWHERE)


def item(value: t.Term, index: int) -> t.Index:
    """``value[index]``."""
    return t.Index(value, index, TEXT, NOWHERE)


def pattern(source: str, flags: str = "") -> t.Pattern:
    """``/source/flags``."""
    return t.Pattern(source, flags, t.Type("pattern"), NOWHERE)


def mapped(value: t.Term, pairs: dict[str, str], otherwise: str = "") -> t.Call:
    """``map(value, a: "b", else "c")``."""
    keyed = tuple((const(key), const(word)) for key, word in pairs.items())
    return t.Call("map", (value,), keyed, const(otherwise) if otherwise else None, TEXT, NOWHERE)


def rule(outcome: str, condition: t.Term, **more: Any) -> m.Verdict:
    """A verdict rule; whether it names ``status`` is found out."""
    return m.Verdict(outcome, condition, names_status="'status" in repr(condition), **more)


def response(kind: str, *rules: m.Verdict, otherwise: str = "rejected", **values: t.Term) -> m.Response:
    """A response with its rules and values."""
    return m.Response(kind, rules, otherwise, tuple(values.items()))


@pytest.fixture
def say() -> SimpleNamespace:
    """The words above."""
    words = (path, piece, const, op, one_of, call, item, pattern, mapped, rule, response)
    return SimpleNamespace(**{word.__name__: word for word in words})


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read an answer by a response."""

    def reading(
        described: m.Response, body: str, status: int = 200, content_type: str = "", **headers: str
    ) -> Reading:
        given = [("Content-Type", content_type)] if content_type else []
        given += [(name.replace("_", "-"), value) for name, value in headers.items()]
        return compile_response(described).read(status, given, body)

    return reading
