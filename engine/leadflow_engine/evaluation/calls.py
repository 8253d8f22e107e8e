"""Functions, ``case``, ``map``, ``lookup``, and figures of ``stats``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.closures import Made, made, made_plain, opened
from leadflow_engine.evaluation.comparing import Open, equal, folded, text_of
from leadflow_engine.evaluation.functions import FUNCTIONS, NEEDS_NOW
from leadflow_engine.evaluation.logic import made_truth
from leadflow_engine.evaluation.places import over_each
from leadflow_engine.evaluation.scope import Scope
from leadflow_engine.figures import PREFIX, Figure, figure_of


def call(term: t.Call) -> Made:
    """A function on its arguments."""
    special = _SPECIAL.get(term.name) or (_figure if term.name.startswith(PREFIX) else None)
    if special:
        return special(term)
    function, with_now, arguments = (
        FUNCTIONS[term.name],
        term.name in NEEDS_NOW,
        tuple(map(made_plain, term.args)),
    )

    def called(scope: Scope) -> object:
        args = [argument(scope) for argument in arguments]
        found = opened(*args)
        if found:
            return found
        if with_now:
            return over_each(lambda *each: function(*each, now=scope.now()), *args)
        return over_each(function, *args)

    return called


def _figure(term: t.Call) -> Made:
    """``stats.NAME(WHOM, TIME)``: as the journal told it when the segment began."""
    return told(figure_of(term), term)


def told(figure: Figure | None, term: t.Call | t.Op) -> Made:
    """What the journal told of a figure; blank for what is none."""
    if figure is None:
        return lambda scope: None
    read = t.Read("figure", figure.key, "", term.type, term.span)
    return lambda scope: scope.read(read)


def _otherwise(term: t.Call) -> Made:
    return made(term.otherwise) if term.otherwise else lambda scope: None


def _case(term: t.Call) -> Made:
    cases = tuple((made_truth(condition), made(value)) for condition, value in term.keyed)
    otherwise = _otherwise(term)

    def case(scope: Scope) -> object:
        for condition, value in cases:
            truth = condition(scope)
            if isinstance(truth, Open):
                return truth
            if truth:
                return value(scope)
        return otherwise(scope)

    return case


def _map(term: t.Call) -> Made:
    subject_of, otherwise = made_plain(term.args[0]), _otherwise(term)
    cases = tuple((made_plain(literal), made(value)) for literal, value in term.keyed)

    def mapped(scope: Scope) -> object:
        subject = subject_of(scope)
        if isinstance(subject, Open):
            return subject
        for literal, value in cases:
            if equal(subject, literal(scope)):
                return value(scope)
        return otherwise(scope)

    return mapped


def _lookup(term: t.Call) -> Made:
    key_of, table = made_plain(term.args[1]), term.args[0]
    name = table.name if isinstance(table, t.NamedList) else text_of(table)

    def found(scope: Scope) -> object:
        key = key_of(scope)
        if key is None or isinstance(key, Open):
            return key
        return scope.lookup(name, folded(text_of(key)))

    return found


_SPECIAL: Final[Mapping[str, Callable[[t.Call], Made]]] = {"case": _case, "map": _map, "lookup": _lookup}
