"""Operators but for logic: comparisons, arithmetic, membership, what a value is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.calls import told
from leadflow_engine.evaluation.closures import Made, Truth, made, made_plain, opened
from leadflow_engine.evaluation.comparing import (
    ARITHMETIC,
    COMPARE,
    Open,
    at_most,
    contains,
    countable,
    equal,
    folded,
    plain,
    text_of,
)
from leadflow_engine.evaluation.logic import LOGIC, made_truth
from leadflow_engine.evaluation.places import Several, over_each, within_miles
from leadflow_engine.evaluation.scope import Scope
from leadflow_engine.evaluation.shortcuts import among_texts, between_numbers, with_constant
from leadflow_engine.figures import USUAL, usual_of
from leadflow_engine.texts.patterns import search
from leadflow_engine.values import Value


def _two_sided(term: t.Op) -> Made:
    left_of, right_of, compare = made_plain(term.args[0]), made_plain(term.args[1]), COMPARE[term.name]
    if isinstance(term.args[1], t.Exactly):
        name, text = term.name, term.args[1].text
        return lambda scope: _strict(name, left_of(scope), text)

    def compared(left: object, right: object) -> object:
        found = opened(left, right)
        if found:
            return found
        if type(left) is Several or type(right) is Several:
            return over_each(compare, left, right)
        return compare(left, right)

    if isinstance(term.args[1], t.Const):
        return with_constant(term.name, left_of, term.args[1].value, compared)
    return lambda scope: compared(left_of(scope), right_of(scope))


def _strict(name: str, left: object, text: str) -> Truth:
    if left is None or isinstance(left, Open):
        return left
    tests = {"==": text_of(left) == text, "!=": text_of(left) != text, "contains": text in text_of(left)}
    tests |= {"starts_with": text_of(left).startswith(text), "ends_with": text_of(left).endswith(text)}
    return tests.get(name)


def _arithmetic(term: t.Op) -> Made:
    left_of, right_of, compute = made_plain(term.args[0]), made_plain(term.args[1]), ARITHMETIC[term.name]

    def computed(scope: Scope) -> object:
        left, right = countable(left_of(scope)), countable(right_of(scope))
        found = opened(left, right)
        if found or left is None or right is None:
            return found
        try:
            return compute(left, right)
        except (TypeError, InvalidOperation, DivisionByZero, OverflowError, ZeroDivisionError):
            return None

    return computed


def _negative(term: t.Op) -> Made:
    value_of = made_plain(term.args[0])

    def negative(scope: Scope) -> object:
        value = countable(value_of(scope))
        if isinstance(value, Decimal | datetime.timedelta):
            return -value
        return value if isinstance(value, Open) else None

    return negative


def _between(term: t.Op) -> Made:
    value_of, low_of, high_of = map(made_plain, term.args)

    def between(value: object, low: object, high: object) -> object:
        return opened(value, low, high) or over_each(_lies_between, value, low, high)

    low, high = term.args[1:]
    if isinstance(low, t.Const) and isinstance(high, t.Const):
        return between_numbers(value_of, low.value, high.value, between)
    return lambda scope: between(value_of(scope), low_of(scope), high_of(scope))


def _lies_between(value: object, low: object, high: object) -> bool | None:
    sides = at_most(low, value), at_most(value, high)
    return False if False in sides else None if None in sides else True


def _in(term: t.Op) -> Made:
    value_of, is_in = made_plain(term.args[0]), _membership(term.args[1])

    def member(scope: Scope) -> object:
        value = value_of(scope)
        if value is None or isinstance(value, Open):
            return value
        return is_in(value, scope)

    return member


def _membership(group: t.Term) -> Callable[[object, Scope], object]:
    if isinstance(group, t.NamedList):
        name = group.name
        return lambda value, scope: folded(text_of(value)) in scope.named_list(name)
    if isinstance(group, t.ListOf):
        items: tuple[Callable[[object, Scope], Truth], ...] | None = None

        def among(value: object, scope: Scope) -> object:
            nonlocal items
            if items is None:  # of a list of texts hardly anybody comes here
                items = tuple(map(_equality, group.items))
            each = items
            return over_each(lambda one: _some(item(one, scope) for item in each), value)

        return among_texts(group.items, among)
    group_of = made_plain(group)
    return lambda value, scope: contains(group_of(scope), value)


def _equality(item: t.Term) -> Callable[[object, Scope], Truth]:
    if isinstance(item, t.Exactly):
        text = item.text
        return lambda value, scope: _strict("==", value, text)
    item_of = made_plain(item)
    return lambda value, scope: equal(value, item_of(scope))


def _some(truths: Iterable[Truth]) -> bool | None:
    found = list(truths)
    return True if True in found else None if None in found else False


def _matches(term: t.Op) -> Made:
    value_of, said = made_plain(term.args[0]), term.args[1]

    def matches(scope: Scope) -> object:
        value = value_of(scope)
        if value is None or isinstance(value, Open) or not isinstance(said, t.Pattern):
            return value if isinstance(value, Open) else None
        return search(said.source, text_of(value), flags=said.flags) is not None

    return matches


def _state_of(good: Callable[[Value], bool], other: Callable[[object], bool]) -> Callable[[t.Op], Made]:
    """Makers of conditions on a value itself: ``good`` on what came for a field, ``other`` on anything else."""

    def make(term: t.Op) -> Made:
        value_of = made(term.args[0])

        def state(scope: Scope) -> object:
            value = value_of(scope)
            if isinstance(value, Open):
                return value
            return good(value) if isinstance(value, Value) else other(value)

        return state

    return make


def _near(term: t.Op) -> Made:
    one_of, miles_of, other_of = map(made, term.args)

    def near(scope: Scope) -> object:
        one, miles, other = one_of(scope), miles_of(scope), other_of(scope)
        found = opened(one, other)
        return found if found else within_miles(one, plain(miles), other)  # type: ignore[arg-type]

    return near


def _in_window(term: t.Op) -> Made:
    window = term.args[0]
    assert isinstance(window, t.Const)
    read = t.Read("call_window", str(window.value), "", term.type, term.span)
    return lambda scope: scope.read(read)


def _usual(term: t.Op) -> Made:
    """``50% of usual``: that share of what the figure beside it usually is; blank where nothing is known of it."""
    share_of, usual_is = made_plain(term.args[0]), told(usual_of(term), term)

    def usual_share(scope: Scope) -> object:
        share, usual = share_of(scope), usual_is(scope)
        return share * usual if isinstance(share, Decimal) and isinstance(usual, Decimal) else None

    return usual_share


OPERATORS: Final[Mapping[str, Callable[[t.Op], Made]]] = {
    **dict.fromkeys(COMPARE, _two_sided),
    **dict.fromkeys(ARITHMETIC, _arithmetic),
    "neg": _negative,
    "between": _between,
    "in": _in,
    "matches": _matches,
    "is_blank": _state_of(lambda value: value.blank, lambda other: other is None),
    "is_present": _state_of(lambda value: not value.blank, lambda other: other is not None),
    "is_valid": _state_of(lambda value: value.valid and not value.blank, lambda other: other is not None),
    "near": _near,
    "in_window": _in_window,
    USUAL: _usual,
}


def operator(term: t.Op) -> Made:
    """An operator on its operands."""
    return made_truth(term) if term.name in LOGIC else OPERATORS[term.name](term)
