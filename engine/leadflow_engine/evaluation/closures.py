"""What terms are made into: closures, so that of each lead only what differs is looked at. What an operator is called,
what its sides are and what a constant is compared as was settled when the closure was made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.comparing import Open, plain
from leadflow_engine.evaluation.scope import Scope
from leadflow_engine.values import Value

Truth: TypeAlias = bool | None | Open
Made: TypeAlias = Callable[[Scope], object]
"""A term's value in a scope."""
Condition: TypeAlias = Callable[[Scope], Truth]
"""A condition's truth in a scope."""

MAKERS: Final[dict[type, Callable[[Any], Made]]] = {}
"""How each kind of term is made into a closure: ``evaluate.py``, which knows them all, fills it."""


def made(term: t.Term) -> Made:
    """A term's closure, made anew; ``evaluate`` keeps those of whole terms."""
    return MAKERS[type(term)](term)


def made_plain(term: t.Term) -> Made:
    """The closure of a term's value as comparisons and functions see it."""
    if isinstance(term, t.Const):
        constant = plain(term.value)
        return lambda scope: constant
    if isinstance(term, t.Read):

        def read(scope: Scope) -> object:
            value = scope.read(term)
            return value.normal if type(value) is Value and value.valid else plain(value)

        return read
    value_of = made(term)
    return lambda scope: plain(value_of(scope))


def always(value_of: Callable[[Any], object]) -> Callable[[Any], Made]:
    """Makers of what no scope changes."""

    def make(term: Any) -> Made:
        value = value_of(term)
        return lambda scope: value

    return make


def opened(*values: object) -> Open | None:
    """What is still open among operands; None where nothing is."""
    for value in values:
        if type(value) is Open:
            opens = [each for each in values if isinstance(each, Open)]
            return Open(tuple(dict.fromkeys(need for each in opens for need in each.needs)))
    return None
