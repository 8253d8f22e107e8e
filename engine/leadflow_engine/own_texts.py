"""Texts that a flow says itself (``because "too young for us"``): no lead's, so nothing in them is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Final

from leadflow_dsl import model as m

ASSUMED: Final = "assumed"
"""The reason of an answer that nobody gave."""


def texts_of(flow: m.Flow) -> frozenset[str]:
    """Every reason that the flow gives, of criteria, limits, verdicts, refusals; every address that is the same for all
    leads; and our own word for a dry run's answers."""
    parts = (flow.fields, flow.sources, flow.steps, flow.named_delivers, flow.buyers)
    return frozenset((*_texts(parts), ASSUMED))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, tuple | list):
        for item in part:
            yield from _texts(item)
    elif isinstance(part, Mapping):
        yield from _texts(tuple(part.values()))
    elif is_dataclass(part) and not isinstance(part, type):
        if isinstance(part, m.Request):
            yield from _address(part)
        for one in fields(part):
            value = getattr(part, one.name)
            if isinstance(value, str):
                if one.name == "reason" and value:
                    yield value
            else:
                yield from _texts(value)


def _address(request: m.Request) -> Iterator[str]:
    pieces = [piece for piece in request.url.pieces if isinstance(piece, str)]
    if len(pieces) == len(request.url.pieces) and not request.query:
        yield "".join(pieces).partition("#")[0]
