"""Look-ups that wait for one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Enhance, Flow
from leadflow_dsl.rules.names import CYCLE
from leadflow_dsl.terms import Read


def circular_lookups(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """On-demand look-ups whose request needs, directly or through others, their own answer."""
    lookups = {step.name: step for step in flow.steps if isinstance(step, Enhance) and step.on_demand}
    needs = {name: set(_results(lookup)) & lookups.keys() for name, lookup in lookups.items()}
    for name, lookup in lookups.items():
        if name in _reached(name, needs):
            message = f"`{name}` waits for its own answer"
            help = "send what is known before the look-up"
            yield CYCLE.at(lookup.span, message, "circular", help)


def _results(value: object) -> Iterator[str]:
    """Names of the look-ups that anything inside ``value`` reads."""
    if isinstance(value, Read) and value.kind == "result":
        yield value.name
    elif isinstance(value, tuple):
        for item in value:
            yield from _results(item)
    elif is_dataclass(value) and not isinstance(value, Span):
        for part in fields(value):
            yield from _results(getattr(value, part.name))


def _reached(start: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs[name])
    return found
