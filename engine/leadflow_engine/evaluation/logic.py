"""``and``, ``or``, ``not`` over three values and look-ups that have not been asked yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.closures import Condition, Truth, made, made_plain
from leadflow_engine.evaluation.comparing import COMPARE, Open
from leadflow_engine.evaluation.scope import Scope


def made_truth(term: t.Term) -> Condition:
    """The closure of a condition's truth."""
    if isinstance(term, t.Op) and term.name in LOGIC:
        return LOGIC[term.name](term.args)
    return _leaf(term)


ALREADY_TRUTHS: Final = frozenset(COMPARE) | {"between", "in", "matches", "near"}
"""Operators that give a truth and nothing else."""


def _leaf(term: t.Term) -> Condition:
    if isinstance(term, t.Op) and term.name in ALREADY_TRUTHS:
        return made(term)  # type: ignore[return-value]
    value_of = made_plain(term)

    def leaf(scope: Scope) -> Truth:
        value = value_of(scope)
        if value is True or value is False or value is None:
            return value
        if isinstance(value, str):  # a text of an answer alone holds only where it says true
            return value.strip().casefold() == "true" or None
        return value if isinstance(value, Open) else None

    return leaf


def _and(args: tuple[t.Term, ...]) -> Condition:
    return _all(tuple(map(made_truth, args)))


def _or(args: tuple[t.Term, ...]) -> Condition:
    return _any(tuple(map(made_truth, args)))


def _not(args: tuple[t.Term, ...]) -> Condition:
    return _negated(args[0])


def _all(parts: tuple[Condition, ...]) -> Condition:
    def all_hold(scope: Scope) -> Truth:
        result: Truth = True
        for part in parts:
            truth = part(scope)
            if truth is False:
                return False
            if truth is not True:
                result = _weaker(result, truth)
        return result

    return all_hold


def _weaker(one: Truth, other: Truth) -> Truth:
    """Of two operands that do not decide alone, what remains: unknown over open over the neutral value.

    Unknown is kept over open because the whole can then never be true (in ``and``); what a look-up could still
    turn from unknown to false matters to nobody: both do not hold.
    """
    if one is None or other is None:
        return None
    if isinstance(one, Open) and isinstance(other, Open):
        return Open(tuple(dict.fromkeys(one.needs + other.needs)))
    return one if isinstance(one, Open) else other


def _any(parts: tuple[Condition, ...]) -> Condition:
    def any_holds(scope: Scope) -> Truth:
        unknown = False
        still_open: tuple[str, ...] = ()
        for part in parts:
            truth = part(scope)
            if truth is True:
                return True
            unknown = unknown or truth is None
            if isinstance(truth, Open):
                still_open += tuple(name for name in truth.needs if name not in still_open)
        if still_open:
            return Open(still_open)
        return None if unknown else False

    return any_holds


def _negated(term: t.Term) -> Condition:
    """NOT pushed to the leaves, so that open and unknown parts are weighed as in the positive form."""
    if isinstance(term, t.Op) and term.name == "not":
        return made_truth(term.args[0])
    if isinstance(term, t.Op) and term.name in {"and", "or"}:
        turned = tuple(map(_negated, term.args))
        return _any(turned) if term.name == "and" else _all(turned)
    leaf = _leaf(term)

    def opposite(scope: Scope) -> Truth:
        truth = leaf(scope)
        return truth if truth is None or isinstance(truth, Open) else not truth

    return opposite


LOGIC: Final[Mapping[str, Callable[[tuple[t.Term, ...]], Condition]]] = {"and": _and, "or": _or, "not": _not}
"""How each of them is made into a closure."""
