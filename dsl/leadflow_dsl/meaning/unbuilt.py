"""Forms that the engine cannot run yet: their names, texts and types are checked all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from leadflow_dsl import nodes
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.requests import TIMEOUTS, request, said
from leadflow_dsl.meaning.responses import response
from leadflow_dsl.meaning.scope import Scope


def check_loosely(r: Resolver, block: Any, free: frozenset[str]) -> None:
    """Check what stands in a form that is not built. ``free`` are words that only this form knows."""
    here = r.at(Scope(free=free, ping=r.scope.ping))
    items = tuple(getattr(block, "items", ()))
    parts = said(here, items)
    if parts.method is not None:
        request(here, parts, parts.method, TIMEOUTS["deliver"], block.span)
    if parts.response is not None:
        response(here, parts.response)
    inside = here.at(replace(here.scope, places=True, delivery=True))
    for value in _values(block):
        inside.value(value)


def _values(block: Any) -> Iterator[Any]:
    form = getattr(block, "form", None)
    if isinstance(form, nodes.Mapping):
        yield from (pair.value for pair in form.pairs)
    for item in getattr(block, "items", ()):
        if isinstance(item, nodes.EmailTo | nodes.EmailSubject):
            yield item.value
