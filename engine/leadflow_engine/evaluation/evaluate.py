"""Evaluating terms: three-valued logic, blanks, and look-ups that have not been asked yet.

A blank or invalid value makes a comparison *unknown* (``None``). A value that only a look-up could give which has not
been asked is ``OPEN``: not blank, but either. Whatever does not depend on it is decided all the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Final

from leadflow_dsl import terms as t
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
from leadflow_engine.evaluation.functions import FUNCTIONS, NEEDS_NOW
from leadflow_engine.evaluation.places import Several, over_each, within_miles
from leadflow_engine.evaluation.scope import Scope as Scope
from leadflow_engine.figures import PREFIX, USUAL, Figure, figure_of, usual_of
from leadflow_engine.texts.patterns import pattern, search
from leadflow_engine.values import Value, written


def evaluate(term: t.Term, scope: Scope) -> object:
    """A term's value: a ``Value`` where a field or part stands alone, else a scalar, list, ``None`` or ``Open``.

    Raises nothing for what lead data can bring: what cannot be computed is blank.
    """
    return _EVALUATE[type(term)](term, scope)


def holds(term: t.Term, scope: Scope) -> bool | None | Open:
    """A condition's truth: true, false, unknown (``None``), or ``Open`` where a look-up would decide it."""
    if isinstance(term, t.Op) and term.name in _LOGIC:
        return _LOGIC[term.name](term.args, scope)
    return leaf_truth(term, scope)


def leaf_truth(term: t.Term, scope: Scope) -> bool | None | Open:
    """The truth of a condition that is neither ``and``, ``or`` nor ``not``."""
    value = plain(evaluate(term, scope))
    if isinstance(value, str):  # a text of an answer alone holds only where it says true
        return value.strip().casefold() == "true" or None
    return value if isinstance(value, bool | Open) else None


def _and(args: tuple[t.Term, ...], scope: Scope) -> bool | None | Open:
    result: bool | None | Open = True
    for arg in args:
        truth = holds(arg, scope)
        if truth is False:
            return False
        result = _weaker(result, truth)
    return result


def _weaker(one: bool | None | Open, other: bool | None | Open) -> bool | None | Open:
    """Of two operands that do not decide alone, what remains: unknown over open over the neutral value.

    Unknown is kept over open because the whole can then never be true (in ``and``); what a look-up could still
    turn from unknown to false matters to nobody: both do not hold.
    """
    if one is None or other is None:
        return None
    if isinstance(one, Open) and isinstance(other, Open):
        return Open(tuple(dict.fromkeys(one.needs + other.needs)))
    return one if isinstance(one, Open) else other


def _or(args: tuple[t.Term, ...], scope: Scope) -> bool | None | Open:
    unknown = False
    still_open: tuple[str, ...] = ()
    for arg in args:
        truth = holds(arg, scope)
        if truth is True:
            return True
        unknown = unknown or truth is None
        if isinstance(truth, Open):
            still_open += tuple(name for name in truth.needs if name not in still_open)
    if still_open:
        return Open(still_open)
    return None if unknown else False


def _not(args: tuple[t.Term, ...], scope: Scope) -> bool | None | Open:
    return _negated(args[0], scope)


def _negated(term: t.Term, scope: Scope) -> bool | None | Open:
    """NOT pushed to the leaves, so that open and unknown parts are weighed as in the positive form."""
    if isinstance(term, t.Op) and term.name == "not":
        return holds(term.args[0], scope)
    if isinstance(term, t.Op) and term.name in {"and", "or"}:
        turned = tuple(t.Op("not", (arg,), term.type, term.span) for arg in term.args)
        return _or(turned, scope) if term.name == "and" else _and(turned, scope)
    truth = leaf_truth(term, scope)
    return truth if truth is None or isinstance(truth, Open) else not truth


_LOGIC: Final = {"and": _and, "or": _or, "not": _not}


# ------------------------------------------------------------------ one function a kind of term


def _two_sided(term: t.Op, scope: Scope) -> object:
    left, right = plain(evaluate(term.args[0], scope)), plain(evaluate(term.args[1], scope))
    if isinstance(term.args[1], t.Exactly):
        return _strict(term.name, left, term.args[1].text)
    opened = _opened(left, right)
    if opened:
        return opened
    if type(left) is Several or type(right) is Several:
        return over_each(COMPARE[term.name], left, right)
    return COMPARE[term.name](left, right)


def _strict(name: str, left: object, text: str) -> bool | None | Open:
    if left is None or isinstance(left, Open):
        return left
    tests = {"==": text_of(left) == text, "!=": text_of(left) != text, "contains": text in text_of(left)}
    tests |= {"starts_with": text_of(left).startswith(text), "ends_with": text_of(left).endswith(text)}
    return tests.get(name)


def _opened(*values: object) -> Open | None:
    opens = [value for value in values if isinstance(value, Open)]
    return Open(tuple(dict.fromkeys(n for o in opens for n in o.needs))) if opens else None


def _arithmetic(term: t.Op, scope: Scope) -> object:
    left, right = (countable(plain(evaluate(arg, scope))) for arg in term.args)
    opened = _opened(left, right)
    if opened or left is None or right is None:
        return opened
    try:
        return ARITHMETIC[term.name](left, right)
    except (TypeError, InvalidOperation, DivisionByZero, OverflowError, ZeroDivisionError):
        return None


def _negative(term: t.Op, scope: Scope) -> object:
    value = countable(plain(evaluate(term.args[0], scope)))
    if isinstance(value, Decimal | datetime.timedelta):
        return -value
    return value if isinstance(value, Open) else None


def _between(term: t.Op, scope: Scope) -> object:
    value, low, high = (plain(evaluate(arg, scope)) for arg in term.args)
    opened = _opened(value, low, high)
    if opened:
        return opened
    return over_each(_lies_between, value, low, high)


def _lies_between(value: object, low: object, high: object) -> bool | None:
    sides = at_most(low, value), at_most(value, high)
    return False if False in sides else None if None in sides else True


def _in(term: t.Op, scope: Scope) -> object:
    value, group = plain(evaluate(term.args[0], scope)), term.args[1]
    if value is None or isinstance(value, Open):
        return value
    if isinstance(group, t.NamedList):
        return folded(text_of(value)) in scope.named_list(group.name)
    if isinstance(group, t.ListOf):
        return over_each(lambda one: _in_items(one, group.items, scope), value)
    return contains(plain(evaluate(group, scope)), value)


def _in_items(value: object, items: tuple[t.Term, ...], scope: Scope) -> bool | None:
    truths = [
        _strict("==", value, item.text)
        if isinstance(item, t.Exactly)
        else equal(value, plain(evaluate(item, scope)))
        for item in items
    ]
    return True if True in truths else None if None in truths else False


def _matches(term: t.Op, scope: Scope) -> object:
    value, said = plain(evaluate(term.args[0], scope)), term.args[1]
    if value is None or isinstance(value, Open) or not isinstance(said, t.Pattern):
        return value if isinstance(value, Open) else None
    return search(said.source, text_of(value), flags=said.flags) is not None


def _is_blank(term: t.Op, scope: Scope) -> object:
    value = evaluate(term.args[0], scope)
    if isinstance(value, Open):
        return value
    return value.blank if isinstance(value, Value) else value is None


def _is_present(term: t.Op, scope: Scope) -> object:
    blank = _is_blank(term, scope)
    return blank if isinstance(blank, Open) else not blank


def _is_valid(term: t.Op, scope: Scope) -> object:
    value = evaluate(term.args[0], scope)
    if isinstance(value, Open):
        return value
    return value.valid and not value.blank if isinstance(value, Value) else value is not None


def _near(term: t.Op, scope: Scope) -> object:
    one, miles, other = (evaluate(arg, scope) for arg in term.args)
    opened = _opened(one, other)
    return opened if opened else within_miles(one, plain(miles), other)  # type: ignore[arg-type]


def _in_window(term: t.Op, scope: Scope) -> object:
    window = term.args[0]
    assert isinstance(window, t.Const)
    return scope.read(t.Read("call_window", str(window.value), "", term.type, term.span))


_OPERATORS: Final[dict[str, Callable[[t.Op, Scope], object]]] = {
    **dict.fromkeys(COMPARE, _two_sided),
    **dict.fromkeys(ARITHMETIC, _arithmetic),
    "neg": _negative,
    "between": _between,
    "in": _in,
    "matches": _matches,
    "is_blank": _is_blank,
    "is_present": _is_present,
    "is_valid": _is_valid,
    "near": _near,
    "in_window": _in_window,
    USUAL: lambda term, scope: _usual(term, scope),
}


def _op(term: t.Op, scope: Scope) -> object:
    return holds(term, scope) if term.name in _LOGIC else _OPERATORS[term.name](term, scope)


def _call(term: t.Call, scope: Scope) -> object:
    special = _SPECIAL.get(term.name) or (_figure if term.name.startswith(PREFIX) else None)
    if special:
        return special(term, scope)
    args = [plain(evaluate(arg, scope)) for arg in term.args]
    opened = _opened(*args)
    if opened:
        return opened
    if term.name in NEEDS_NOW:
        return over_each(lambda *each: FUNCTIONS[term.name](*each, now=scope.now()), *args)
    return over_each(FUNCTIONS[term.name], *args)


def _figure(term: t.Call, scope: Scope) -> object:
    """``stats.NAME(WHOM, TIME)``: as the journal told it when the segment began."""
    return _told(figure_of(term), term, scope)


def _told(figure: Figure | None, term: t.Call | t.Op, scope: Scope) -> object:
    return scope.read(t.Read("figure", figure.key, "", term.type, term.span)) if figure is not None else None


def _usual(term: t.Op, scope: Scope) -> object:
    """``50% of usual``: that share of what the figure beside it usually is; blank where nothing is known of it."""
    share, usual = plain(evaluate(term.args[0], scope)), _told(usual_of(term), term, scope)
    return share * usual if isinstance(share, Decimal) and isinstance(usual, Decimal) else None


def _case(term: t.Call, scope: Scope) -> object:
    for condition, value in term.keyed:
        truth = holds(condition, scope)
        if isinstance(truth, Open):
            return truth
        if truth:
            return evaluate(value, scope)
    return evaluate(term.otherwise, scope) if term.otherwise else None


def _map(term: t.Call, scope: Scope) -> object:
    subject = plain(evaluate(term.args[0], scope))
    if isinstance(subject, Open):
        return subject
    for literal, value in term.keyed:
        if equal(subject, plain(evaluate(literal, scope))):
            return evaluate(value, scope)
    return evaluate(term.otherwise, scope) if term.otherwise else None


def _lookup(term: t.Call, scope: Scope) -> object:
    key = plain(evaluate(term.args[1], scope))
    if key is None or isinstance(key, Open):
        return key
    table = term.args[0]
    return scope.lookup(
        table.name if isinstance(table, t.NamedList) else text_of(table), folded(text_of(key))
    )


_SPECIAL: Final = {"case": _case, "map": _map, "lookup": _lookup}


def _index(term: t.Index, scope: Scope) -> object:
    value = evaluate(term.value, scope)
    if isinstance(value, Open):
        return value
    if isinstance(term.value, t.Each) and _of_lists(term.value.type):
        return [_at(item, term.index) for item in value] if isinstance(value, list) else None
    return _at(value, term.index)


def _of_lists(type_: t.Type) -> bool:
    """Whether each element is a list of its own: ``kids[*].tags[0]`` is then the first tag of each."""
    return type_.of is not None and type_.of.name == "list"


def _at(value: object, index: int) -> object:
    items = _items(value)
    return items[index] if items is not None and -len(items) <= index < len(items) else None


def _items(value: object) -> Sequence[object] | None:
    """What a list is made of, what is invalid in it included; None for what is no list."""
    if isinstance(value, Value) and value.elements:
        return value.elements
    found = plain(value)
    return found if isinstance(found, list | tuple) else None


def _member(term: t.Member, scope: Scope) -> object:
    return part_of(evaluate(term.value, scope), term.name)


def part_of(value: object, name: str) -> object:
    """A part of a value by name: of a typed value, of a row, of a record; blank where it has none."""
    if isinstance(value, Value):
        return value.columns.get(name) if value.columns else value.part(name)
    if isinstance(value, Mapping):
        return value.get(name)
    return value if isinstance(value, Open) else None


def _each(term: t.Each, scope: Scope) -> object:
    value = evaluate(term.value, scope)
    if isinstance(value, Open):
        return value
    items = _items(value)
    return None if items is None else [_named(item, term.name) for item in items]


def _named(item: object, name: str) -> object:
    """A part of an element, or a part of its part (``phone.e164``); the element itself where no name is given."""
    for word in name.split(".") if name else ():
        item = part_of(item, word)
    return item


def _text_term(term: t.Text, scope: Scope) -> object:
    """A text with places in it; blank where any of them is, because half a text is worse than none."""
    values = [piece if isinstance(piece, str) else evaluate(piece, scope) for piece in term.pieces]
    opened = _opened(*values)
    if opened:
        return opened
    texts = [written(value, "text") for value in values]
    return None if any(text is None for text in texts) else "".join(map(str, texts))


_EVALUATE: Final[dict[type, Callable[..., object]]] = {
    t.Const: lambda term, scope: term.value,
    t.Read: lambda term, scope: scope.read(term),
    t.Op: _op,
    t.Call: _call,
    t.ListOf: lambda term, scope: [plain(evaluate(item, scope)) for item in term.items],
    t.NamedList: lambda term, scope: sorted(scope.named_list(term.name)),
    t.Exactly: lambda term, scope: term.text,
    t.Pattern: lambda term, scope: pattern(term.source, term.flags),
    t.Index: _index,
    t.Member: _member,
    t.Each: _each,
    t.Text: _text_term,
    t.SecretRef: lambda term, scope: None,  # a secret is no value: requests handle it apart
    t.Path: lambda term, scope: scope.path(term),
    t.Answer: lambda term, scope: scope.answer(term),
}
