"""Comparisons: both sides made comparable, and the checks that go with each operator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit
from leadflow_dsl.meaning.literals import unquoted
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.operators import ORDER, written
from leadflow_dsl.rules.conditions import CONSTANT, EMPTY_TEXT, MISMATCH, OPERANDS, PRESENT, REVERSED, VALUE
from leadflow_dsl.rules.forms import NO_FIGURE
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.terms import Answer, Call, Const, Exactly, ListOf, NamedList, Op, Pattern, Read, Term, Type
from leadflow_dsl.types import (
    BOOLEAN,
    BROKEN,
    NUMBER,
    POSTAL_CODE,
    TEXT,
    comparable,
    described,
    element,
    is_text,
    kind,
    ordered,
)

if TYPE_CHECKING:
    from leadflow_dsl.meaning.expressions import Resolver

NAMES = {"starts with": "starts_with", "ends with": "ends_with"}


def compare(r: Resolver, node: nodes.Compare, want: Type | None, as_path: bool) -> Term:
    """``left OP right``."""
    if node.op in ("in", "not in"):
        inside = _in(r, node)
        return inside if node.op == "in" else Op("not", (inside,), BOOLEAN, node.span)
    name = NAMES.get(node.op, node.op)
    if name == "matches":
        return _matches(r, node)
    if name in ("contains", "starts_with", "ends_with"):
        return _textual(r, node, name)
    if isinstance(node.left, nodes.Usual) or isinstance(node.right, nodes.Usual):
        return _usual(r, node, name)
    left, right = _pair(r, node.left, node.right)
    _check_pair(r, node, left, right)
    return Op(name, (left, right), BOOLEAN, node.span)


NEVER_USUAL: Final = frozenset({"stats.cap_used", "stats.days_to_pay"})
"""Figures of which no earlier weeks are kept."""


def _usual(r: Resolver, node: nodes.Compare, name: str) -> Term:
    """A figure against a share of what it usually is at this hour."""
    usual = [side for side in (node.left, node.right) if isinstance(side, nodes.Usual)]
    other = next((r.value(side) for side in (node.left, node.right) if side not in usual), None)
    if other is None or (not is_figure(other) and other.type != BROKEN):
        no_usual(r, usual[-1])
    elif isinstance(other, Call) and other.name in NEVER_USUAL:
        message = f"`{other.name}` is known of now alone: nothing is usual of it"
        help = "compare it with a number"
        r.draft.found(NO_FIGURE.at(usual[-1].span, message, "of which week?", help))
    figure = other if other is not None else Const("", BROKEN, node.span)
    share = Const(usual[0].share.value, NUMBER, usual[0].share.span)
    of_usual = Op("usual", (share, figure), NUMBER, usual[0].span)
    sides = (of_usual, figure) if isinstance(node.left, nodes.Usual) else (figure, of_usual)
    return Op(name, sides, BOOLEAN, node.span)


def is_figure(term: Term) -> bool:
    """Whether a term is a figure of ``stats``."""
    return isinstance(term, Call) and term.name.startswith("stats.")


def no_usual(r: Resolver, node: nodes.Usual) -> None:
    """Report ``of usual`` where there is no figure beside it."""
    message = "only a figure has something usual"
    help = "write `stats.attempts(BUYER, 1h) < 50% of usual`"
    r.draft.found(NO_FIGURE.at(node.span, message, "of what, and of whom?", help))


def _pair(r: Resolver, left: Any, right: Any) -> tuple[Term, Term]:
    """Both sides; the one that has a type of its own tells the other what its words may be."""
    if r.stands_alone(left) or not r.stands_alone(right):
        first = r.value(left)
        return first, r.value(right, first.type, False)
    second = r.value(right, None, False)
    return r.value(left, second.type), second


def _check_pair(r: Resolver, node: nodes.Compare, left: Term, right: Term) -> None:
    if not comparable(left.type, right.type):
        _mismatch(r, node, left, right)
    elif node.op in ORDER and not (ordered(left.type) and ordered(right.type)):
        unordered = right if ordered(left.type) else left
        _unordered(r, node, node.op, unordered)
    elif isinstance(left, Const) and isinstance(right, Const | Exactly) and _known(left, right):
        label = "both sides are fixed"
        help = "a name stands without quotes" if isinstance(node.left, nodes.Text) else ()
        r.draft.found(CONSTANT.at(node.span, "no lead can change this condition", label, help))
    elif isinstance(right, Const) and right.value == "" and _known(right) and not r.scope.answer:
        word = "is blank" if node.op == "==" else "is present"
        help = f"write `{r.draft.text_at(node.left.span)} {word}`"
        r.draft.found(EMPTY_TEXT.at(node.span, "an empty value is blank and equals nothing", "", help))


def _known(*terms: Term) -> bool:
    return all(term.type.name != "any" for term in terms)


def _mismatch(r: Resolver, node: Any, left: Term, right: Term) -> None:
    message = f"{described(left.type)} and {described(right.type)} never compare"
    r.draft.found(MISMATCH.at(node.span, message, "unknown for every lead", _way_out(node, left, right)))


def _way_out(node: Any, left: Term, right: Term) -> tuple[str, ...]:
    group, other = kind(left.type).group, getattr(node, "right", None)
    if isinstance(left, Answer) and left.kind == "status":
        return (
            'the answer\'s part is written in quotes, `"status"`; bare `status` is the HTTP status, a number',
        )
    if isinstance(other, nodes.Text) and group != "boolean" and (said := unquoted(other.value, left.type)):
        return said
    if isinstance(other, nodes.Number) and group == "text":
        return (f'write it in quotes: "{other.raw}"',)
    if group == "boolean":
        return ("a boolean stands alone, or after `not`",)
    if group == "text" and kind(right.type).group == "number":
        return ("`number(...)` reads a text as a number",)
    return ()


def _unordered(r: Resolver, node: Any, operator: str, term: Term) -> None:
    message = f"`{operator}` needs an order, and {described(term.type)} has none"
    help = "`==` and `in` compare texts; `number(...)` reads a text as a number"
    r.draft.found(OPERANDS.at(node.span, message, "", help))


def _textual(r: Resolver, node: nodes.Compare, name: str) -> Term:
    left = r.value(node.left)
    within = element(left.type) if left.type.name == "list" else TEXT
    right = r.value(node.right, within if left.type.name == "list" else None, False)
    if left.type.name == "list" and name == "contains":
        if not comparable(within, right.type):
            _mismatch(r, node, left, right)
    elif not (is_text(left.type) and is_text(right.type)):
        wrong = left if not is_text(left.type) else right
        message = f"`{written(name)}` needs texts, and this is of type {described(wrong.type)}"
        r.draft.found(OPERANDS.at(wrong.span, message, "", "`text(...)` writes a value as a text"))
    return Op(name, (left, right), BOOLEAN, node.span)


def _matches(r: Resolver, node: nodes.Compare) -> Term:
    left, right = r.value(node.left), r.term(node.right, None, False)
    if not isinstance(right, Pattern) and right.type.name != "any":
        help = "write a pattern between slashes: `matches /^[A-Z]+$/`; a text is compared with `contains`"
        r.draft.found(MISMATCH.at(node.right.span, "`matches` needs a pattern", "not a pattern", help))
    if not is_text(left.type):
        message = f"`matches` needs a text, and this is of type {described(left.type)}"
        r.draft.found(OPERANDS.at(node.left.span, message, "", "`text(...)` writes a value as a text"))
    return Op("matches", (left, right), BOOLEAN, node.span)


def _in(r: Resolver, node: nodes.Compare) -> Term:
    if isinstance(node.right, nodes.ClockRange):
        return _in_clock_range(r, node, node.right)
    left = r.value(node.left)
    if isinstance(node.right, nodes.Word) and not r.knows(node.right):
        return _unknown_list(r, node, left, node.right)
    right = r.term(node.right, left.type, False)
    if isinstance(right, ListOf):
        _check_items(r, node, left, right)
        right = _shared(r, right)
    elif not isinstance(right, NamedList) and right.type.name not in ("list", "any"):
        message = f"`in` needs a list, and this is of type {described(right.type)}"
        help = "write `[a, b]`, a declared `list`, or compare with `==`"
        r.draft.found(OPERANDS.at(node.right.span, message, "not a list", help))
    elif not comparable(left.type, element(right.type)) and not _written_alike(left.type, right):
        _mismatch(r, node, left, right)
    if isinstance(right, NamedList) and not _is_asked(r, left, right):
        r.draft.not_built("in a suppression of what is no field of its type", node.span)
    return Op("in", (left, right), BOOLEAN, node.span)


def _is_asked(r: Resolver, left: Term, right: NamedList) -> bool:
    """Whether it is known when the lead comes: of a suppression, only fields of its own type are asked about."""
    symbol = r.draft.words.get(right.name)
    if symbol is None or symbol.kind != "suppression":
        return True
    whole = isinstance(left, Read) and left.kind == "field" and not left.part
    return whole and symbol.type is not None and left.type.name == symbol.type.name


def _unknown_list(r: Resolver, node: nodes.Compare, left: Term, word: nodes.Word) -> Term:
    lists = [name for name, symbol in r.draft.words.items() if symbol.kind in ("list", "suppression")]
    help = did_you_mean(word.text, lists) or ("write `[a, b]`, or declare `list NAME [...]`",)
    r.draft.found(UNKNOWN.at(word.span, f"unknown list `{word.text}`", "no `list` of this name", help))
    return Op("in", (left, Const("", BROKEN, word.span)), BOOLEAN, node.span)


def _written_alike(type_: Type, right: Term) -> bool:
    """A declared list's values are texts; a number is looked for as it is written."""
    return isinstance(right, NamedList) and kind(type_).group in ("number", "date")


def _check_items(r: Resolver, node: nodes.Compare, left: Term, right: ListOf) -> None:
    for item in right.items:
        if not comparable(left.type, item.type):
            message = f"{described(left.type)} never equals {described(item.type)}"
            r.draft.found(MISMATCH.at(item.span, message, "never found", _item_help(item)))


def _shared(r: Resolver, group: ListOf) -> ListOf:
    """A list whose texts are one object wherever they stand in the flow, at the place of the first list that has them:
    nothing is to be said of single ones any more.

    With an object and a place for every ZIP code of every buyer, 1,000 buyers of 100 took 52 MB instead of 30.
    """
    known = r.draft.constants

    def one(item: Term) -> Term:
        if not isinstance(item, Const) or not isinstance(item.value, str):
            return item
        found = known.get((item.value, item.type))
        if found is None:
            found = known[item.value, item.type] = Const(item.value, item.type, group.span)
        return found

    return ListOf(tuple(map(one, group.items)), group.type, group.span)


def _item_help(item: Term) -> tuple[str, ...]:
    if isinstance(item, Const) and not isinstance(item.value, str):
        return (f'write it in quotes: "{item.value}"',)
    return ()


def _in_clock_range(r: Resolver, node: nodes.Compare, span_of_time: nodes.ClockRange) -> Term:
    left, time = r.value(node.left), Type("time")
    if not comparable(left.type, time):
        message = f"{described(left.type)} and a span of time never compare"
        r.draft.found(MISMATCH.at(node.span, message, "", "`lead.local_time` is a time"))
    low = Const(span_of_time.start, time, span_of_time.span)
    high = Const(span_of_time.end, time, span_of_time.span)
    if span_of_time.start <= span_of_time.end:
        return Op("between", (left, low, high), BOOLEAN, node.span)
    late, soon = Op(">=", (left, low), BOOLEAN, node.span), Op("<=", (left, high), BOOLEAN, node.span)
    return Op("or", (late, soon), BOOLEAN, node.span)


def between(r: Resolver, node: nodes.Between, want: Type | None, as_path: bool) -> Term:
    """``value between low and high``, both included."""
    value = r.value(node.value)
    low, high = r.value(node.low, value.type, False), r.value(node.high, value.type, False)
    for side in (low, high):
        if not comparable(value.type, side.type):
            _mismatch(r, node, value, side)
            break
    else:
        if not ordered(value.type):
            _unordered(r, node, "between", value)
    check_range(r, node, low, high)
    return Op("between", (value, low, high), BOOLEAN, node.span)


def check_range(r: Resolver, node: Any, low: Term, high: Term) -> None:
    """Report a range whose end lies before its beginning."""
    if not (isinstance(low, Const) and isinstance(high, Const)) or type(low.value) is not type(high.value):
        return
    if isinstance(low.value, str | bool) or low.value <= high.value:  # type: ignore[operator]
        return
    first, second = r.draft.text_at(node.low.span), r.draft.text_at(node.high.span)
    message = f"nothing lies between {first} and {second}"
    r.draft.found(REVERSED.at(node.span, message, "never holds", f"write `between {second} and {first}`"))


def is_(r: Resolver, node: nodes.Is, want: Type | None, as_path: bool) -> Term:
    """``value is [not] blank | present | valid``."""
    value = r.value(node.value)
    found = Op(f"is_{node.word.text}", (value,), BOOLEAN, node.span)
    if node.word.text == "present" and not node.negated and _may_be_invalid(value):
        written_as = r.draft.text_at(node.value.span)
        message = f"`{written_as} is present` holds for values that are no {described(value.type)}"
        help = f"write `{written_as} is valid`"
        fix = (Edit(node.word.span, "valid"),)
        r.draft.found(PRESENT.at(node.span, message, "an invalid value is present", help, fix=fix))
    return Op("not", (found,), BOOLEAN, node.span) if node.negated else found


def _may_be_invalid(value: Term) -> bool:
    return (
        isinstance(value, Read)
        and value.kind == "field"
        and not value.part
        and kind(value.type).can_be_invalid
    )


def near(r: Resolver, node: nodes.Near, want: Type | None, as_path: bool) -> Term:
    """``postal_code within 25 miles of "78701"``."""
    value, place = r.value(node.value), r.value(node.place, POSTAL_CODE, False)
    if node.miles.value <= 0:
        r.draft.found(
            VALUE.at(node.miles.span, "nothing lies within no distance", "", "write `within 25 miles of`")
        )
    for side, term in ((node.value, value), (node.place, place)):
        if term.type.name not in ("postal_code", "any"):
            message = (
                f"a distance is measured between postal codes, and this is of type {described(term.type)}"
            )
            help = 'write `postal_code within 25 miles of "78701"`'
            r.draft.found(OPERANDS.at(side.span, message, "has no place on the map", help))
    _check_zip(r, node.place, place)
    return Op("near", (value, Const(node.miles.value, NUMBER, node.miles.span), place), BOOLEAN, node.span)


def _check_zip(r: Resolver, node: Any, place: Term) -> None:
    if not isinstance(place, Const) or place.type != POSTAL_CODE or r.draft.country != "US":
        return
    if not re.fullmatch(r"\d{5}(-\d{4})?", str(place.value)):
        message = f'there is no postal code "{place.value}"'
        r.draft.found(VALUE.at(node.span, message, "", 'five digits in quotes: "78701"'))


def in_window(r: Resolver, node: nodes.InWindow, want: Type | None, as_path: bool) -> Term:
    """``within call_window NAME``."""
    name, known = node.name.text, r.draft.of("call_window")
    r.draft.used.add(("call_window", name))
    if name not in known:
        help = did_you_mean(name, known) or ("declare it: `call_window NAME { default 08:00-21:00 }`",)
        r.draft.found(UNKNOWN.at(node.name.span, f"unknown call window `{name}`", "not declared", help))
    return Op("in_window", (Const(name, TEXT, node.name.span),), BOOLEAN, node.span)
