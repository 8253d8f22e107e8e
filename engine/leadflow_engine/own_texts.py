"""Texts that a flow says itself (``because "too young for us"``): no lead's, so nothing in them is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from leadflow_dsl import model as m


def reasons_of(flow: m.Flow) -> frozenset[str]:
    """Every reason that the flow gives: of criteria, limits, verdicts, refusals."""
    return frozenset(_reasons((flow.fields, flow.sources, flow.steps, flow.named_delivers, flow.buyers)))


def _reasons(part: object) -> Iterator[str]:
    if isinstance(part, tuple | list):
        for item in part:
            yield from _reasons(item)
    elif isinstance(part, Mapping):
        yield from _reasons(tuple(part.values()))
    elif is_dataclass(part) and not isinstance(part, type):
        for one in fields(part):
            value = getattr(part, one.name)
            if isinstance(value, str):
                if one.name == "reason" and value:
                    yield value
            else:
                yield from _reasons(value)
