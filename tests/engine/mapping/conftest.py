"""Requests written shortly: ``built("json", {"a.b": field("city")}, city="Austin")`` is a body."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.effects import HttpRequest
from leadflow_engine.evaluation.evaluate import part_of
from leadflow_engine.mapping import RequestProblem, compile_request
from leadflow_engine.templates import Templates
from leadflow_engine.values import parse

TEXT = t.Type("text")


class Lead:
    """A scope with fields by name; a value that is no ``Value`` is a text of that content."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = {
            name: parse(TEXT, value) if isinstance(value, str) else value for name, value in fields.items()
        }

    def read(self, read: t.Read) -> object:
        if read.kind not in {"field", "lead"}:
            return None
        value = self.fields.get(read.name)
        return part_of(value, read.part) if read.part else value

    def path(self, path: t.Path) -> object:
        return None

    def answer(self, answer: t.Answer) -> object:
        return None

    def named_list(self, name: str) -> frozenset[str]:
        return frozenset()

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        return None

    def now(self) -> datetime.datetime:
        return datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)


_SEGMENT = re.compile(r'"([^"]*)"|@(\w+)|\[(\*|\d+)\]|([^.\[\]]+)')


def left(text: str) -> tuple[m.Segment, ...]:
    """``Pet[*].@id`` as the front end would give it."""
    return tuple(_segment(*found.groups()) for found in _SEGMENT.finditer(text))


def _segment(quoted: str | None, attribute: str | None, index: str | None, name: str | None) -> m.Segment:
    if attribute:
        return m.Segment("attribute", attribute)
    if index:
        return m.Segment("each") if index == "*" else m.Segment("index", index=int(index))
    return m.Segment("name", quoted if quoted is not None else name or "")


def pairs(mapping: Mapping[str, t.Term | str]) -> tuple[m.Pair, ...]:
    """A mapping's pairs; a plain text is a constant."""
    return tuple(
        m.Pair(left(name), t.Const(term, TEXT, NOWHERE) if isinstance(term, str) else term)
        for name, term in mapping.items()
    )


def request_of(**parts: Any) -> m.Request:
    """A request to one place, with these parts."""
    url = parts.pop("url", "https://buyer.example/leads")
    pieces = (url,) if isinstance(url, str) else tuple(url)
    return m.Request("POST", t.Text(pieces, TEXT, NOWHERE), **parts)


@pytest.fixture
def field() -> Callable[..., t.Read]:
    """A field, or a part of one."""
    return lambda name, part="", type_="text": t.Read("field", name, part, t.Type(type_), NOWHERE)


@pytest.fixture
def typed() -> Callable[..., Any]:
    """A value of a type."""
    return lambda type_, raw: parse(t.Type(type_) if isinstance(type_, str) else type_, raw)


@pytest.fixture
def request_for() -> Callable[..., HttpRequest | RequestProblem]:
    """The request that these parts make for a lead; the same where all of it is made for each lead."""

    def make(lead: Mapping[str, Any], extra: tuple[Any, ...] = (), root: str = ".", **parts: Any) -> Any:
        builder = compile_request(request_of(**parts), Templates(root))
        request = builder.build(Lead(lead), extra)
        assert extra or replace(builder, settled=None).build(Lead(lead)) == request
        return request

    return make


@pytest.fixture
def built(request_for: Callable[..., Any]) -> Callable[..., str]:
    """The body that a mapping makes for a lead."""

    def make(kind: str, mapping: Mapping[str, Any], keep: bool = False, **lead: Any) -> str:
        request = request_for(lead, body=m.Body(kind, pairs(mapping), keep_blanks=keep))
        assert isinstance(request, HttpRequest), request
        return request.body or ""

    return make


@pytest.fixture
def rendered(request_for: Callable[..., Any]) -> Callable[..., Any]:
    """The body that an inline template makes for a lead, or the problem."""

    def make(kind: str, template: str, **lead: Any) -> Any:
        request = request_for(lead, body=m.Body(kind, inline=template))
        return request.body if isinstance(request, HttpRequest) else request

    return make


@pytest.fixture
def as_pairs() -> Callable[..., tuple[m.Pair, ...]]:
    """A mapping as pairs."""
    return pairs
