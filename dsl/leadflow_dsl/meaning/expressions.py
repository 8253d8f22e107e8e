"""Expressions: from the syntax tree to terms, with names and types known.

A ``Resolver`` stands at one place (``Scope``). Each class of node has one function in ``_TERMS``. After a finding the
term is ``broken``: of type ``any``, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.meaning import calls, comparisons, names, texts
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.literals import bare_word, literal, wrong_word
from leadflow_dsl.meaning.paths import path
from leadflow_dsl.meaning.patterns import pattern
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.operators import arithmetic
from leadflow_dsl.rules.conditions import MISMATCH, NOT_A_CONDITION, OPERANDS
from leadflow_dsl.rules.names import AMBIGUOUS, NOT_HERE
from leadflow_dsl.rules.requests import SECRET
from leadflow_dsl.terms import (
    Answer,
    Const,
    Each,
    Exactly,
    Index,
    ListOf,
    NamedList,
    Op,
    Pattern,
    SecretRef,
    Term,
    Type,
)
from leadflow_dsl.types import ANY, BOOLEAN, BROKEN, NUMBER, TEXT, described, element, kind, list_of
from leadflow_dsl.types import SECRET as SECRET_TYPE
from leadflow_dsl.unguarded import dataclass


def broken(span: Span) -> Const:
    """What stands for a term that could not be made; a finding has been reported."""
    return Const("", BROKEN, span)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Makes terms at one place of a flow."""

    draft: Draft
    scope: Scope

    def term(self, node: Any, want: Type | None = None, as_path: bool = True) -> Term:
        """The term of an expression.

        ``want`` is the type of what it is compared with, for words that are literals. ``as_path``: whether a quoted
        text here is a JMESPath expression, where the place has them at all.
        """
        return _TERMS[type(node)](self, node, want, as_path)

    def value(self, node: Any, want: Type | None = None, as_path: bool = True) -> Term:
        """The term of an expression that must give a value: no list by name, no pattern."""
        found = self.term(node, want, as_path)
        if isinstance(found, NamedList | Pattern):
            what = "a list" if isinstance(found, NamedList) else "a pattern"
            help = (
                "a list stands after `in`"
                if isinstance(found, NamedList)
                else "a pattern stands after `matches`"
            )
            self.draft.found(MISMATCH.at(node.span, f"{what} where a value is wanted", "not a value", help))
            return broken(node.span)
        return found

    def condition(self, node: Any) -> Term:
        """The term of an expression that must be true, false or unknown."""
        found = self.value(node, BOOLEAN)
        if kind(found.type).group not in ("boolean", "any"):
            label = f"this is a value of type {described(found.type)}"
            message = f"`{self.draft.text_at(node.span)}` is not a condition"
            help = "compare it with something, or ask `is valid` or `is present`"
            self.draft.found(NOT_A_CONDITION.at(node.span, message, label, help))
        return found

    def at(self, scope: Scope) -> Resolver:
        """The same draft at another place."""
        return replace(self, scope=scope)

    def knows(self, node: nodes.Word) -> bool:
        """Whether a bare word names something here."""
        return names.known(self.draft, self.scope, node.text)

    def stands_alone(self, node: Any) -> bool:
        """Whether an operand has a type of its own (and takes none from the other side)."""
        if isinstance(node, nodes.Word):
            return self.knows(node)
        return not isinstance(node, nodes.Text | nodes.Number) or self.scope.paths


def _literal(r: Resolver, node: Any, want: Type | None, as_path: bool) -> Term:
    return literal(r.draft, node, want) or broken(node.span)


def _text(r: Resolver, node: nodes.Text, want: Type | None, as_path: bool) -> Term:
    if r.scope.paths and as_path:
        return path(r.draft, node)
    if r.scope.places:
        texts.tell_foreign_places(r, node)
        if "{{" in node.value:
            return texts.text_with_places(r, node)
    else:
        for finding in texts.idle_places_of(r.draft, node):
            r.draft.found(finding)
    return literal(r.draft, node, want) or broken(node.span)


def _word(r: Resolver, node: nodes.Word, want: Type | None, as_path: bool) -> Term:
    constant = bare_word(r.draft, node, want)
    if not names.known(r.draft, r.scope, node.text):
        if constant is not None:
            return constant
        if want is not None and (want == BROKEN or wrong_word(r.draft, node, want)):
            return broken(node.span)
    elif constant is not None and want != BOOLEAN:
        return _ambiguous(r, node, constant)
    return _answer(r, names.look_up(r.draft, r.scope, (names.Word(node.text, node.span),), node.span))


def _ambiguous(r: Resolver, node: nodes.Word, constant: Const) -> Term:
    message = f"`{node.text}` could be the {constant.type.name}'s word or the name declared in the flow"
    ways = (f'for the word write "{node.text}"', "for the name put it on the left of the comparison")
    r.draft.found(AMBIGUOUS.at(node.span, message, "two meanings", ways))
    return constant


def _answer(r: Resolver, answered: names.Answered) -> Term:
    if isinstance(answered, names.Problem):
        r.draft.found(answered.finding())
        return broken(answered.span)
    return answered


def chain_of(node: Any) -> tuple[names.Word, ...] | None:
    """``a.b.c`` as words; None for what does not begin with a word."""
    if isinstance(node, nodes.Word):
        return (names.Word(node.text, node.span),)
    if isinstance(node, nodes.Attribute):
        before = chain_of(node.value)
        return None if before is None else (*before, names.Word(node.name.text, node.name.span))
    return None


def _attribute(r: Resolver, node: nodes.Attribute, want: Type | None, as_path: bool) -> Term:
    chain = chain_of(node)
    if chain is not None:
        return _answer(r, names.look_up(r.draft, r.scope, chain, node.span))
    base = r.term(node.value)
    return _answer(r, names.members(base, (names.Word(node.name.text, node.name.span),), node.span))


def _index(r: Resolver, node: nodes.Index, want: Type | None, as_path: bool) -> Term:
    base = r.value(node.value)
    number = node.index.value if isinstance(node.index, nodes.Number) else None
    if number is None or number != int(number) or number < 0:
        message = "an index is a whole number from 0"
        r.draft.found(MISMATCH.at(node.index.span, message, "not an index", "`[0]` is the first element"))
        return broken(node.span)
    return Index(_list_value(r, base, node), int(number), element(base.type), node.span)


def _each(r: Resolver, node: nodes.EachOf, want: Type | None, as_path: bool) -> Term:
    base = r.value(node.value)
    return Each(_list_value(r, base, node), "", list_of(element(base.type)), node.span)


def _list_value(r: Resolver, base: Term, node: Any) -> Term:
    if base.type.name not in ("list", "any"):
        message = f"`{r.draft.text_at(node.value.span)}` is no list"
        label = f"it is of type {described(base.type)}"
        r.draft.found(OPERANDS.at(node.value.span, message, label, "an index needs a `list of` something"))
    return base


def _env(r: Resolver, node: nodes.Env, want: Type | None, as_path: bool) -> Term:
    if not r.scope.secrets:
        r.draft.found(secret_shown(node))
    return SecretRef(node.name.text, SECRET_TYPE, node.span)


def secret_shown(node: nodes.Env, fix: tuple[Edit, ...] = ()) -> Diagnostic:
    """The finding for a secret among values that are logged."""
    message = f"the secret `{node.name.text}` stands where values are shown"
    help = f"write `auth body KEY env {node.name.text}` (or `auth header`, `auth query`) beside the body"
    return SECRET.at(node.span, message, "would be logged with the request", help, fix=fix)


def _all(name: str) -> Callable[[Resolver, Any, Type | None, bool], Term]:
    def make(r: Resolver, node: Any, want: Type | None, as_path: bool) -> Term:
        return Op(name, tuple(r.condition(item) for item in node.items), BOOLEAN, node.span)

    return make


def _not(r: Resolver, node: nodes.Not, want: Type | None, as_path: bool) -> Term:
    return Op("not", (r.condition(node.value),), BOOLEAN, node.span)


def _arithmetic(r: Resolver, node: nodes.Arithmetic, want: Type | None, as_path: bool) -> Term:
    left, right = r.value(node.left), r.value(node.right)
    given = arithmetic(node.op, left.type, right.type)
    if given is None:
        message = f"`{node.op}` does not work on {described(left.type)} and {described(right.type)}"
        help = "`concat(a, b)` joins texts" if kind(left.type).group == "text" else "it needs numbers"
        r.draft.found(OPERANDS.at(node.span, message, "", help))
    return Op(node.op, (left, right), given or BROKEN, node.span)


def _negative(r: Resolver, node: nodes.Negative, want: Type | None, as_path: bool) -> Term:
    inner = r.value(node.value, want)
    if isinstance(inner, Const) and isinstance(node.value, nodes.Number):
        return Const(-node.value.value, inner.type, node.span)
    if kind(inner.type).group not in ("number", "duration", "any"):
        message = f"a minus before a value of type {described(inner.type)}"
        r.draft.found(OPERANDS.at(node.span, message, "", "it needs a number"))
    return Op("neg", (inner,), NUMBER if inner.type.name == "any" else inner.type, node.span)


def _list(r: Resolver, node: nodes.ListLiteral, want: Type | None, as_path: bool) -> Term:
    items: list[Term] = []
    for item in node.items:
        found = r.value(item, want, False)
        items.extend(found.items if isinstance(found, ListOf) else (found,))
    return ListOf(tuple(items), list_of(want or (items[0].type if items else ANY)), node.span)


def _exactly(r: Resolver, node: nodes.Exactly, want: Type | None, as_path: bool) -> Term:
    return Exactly(node.text.value, TEXT, node.span)


def _regex(r: Resolver, node: nodes.Regex, want: Type | None, as_path: bool) -> Term:
    return pattern(r.draft, node)


def _usual(r: Resolver, node: nodes.Usual, want: Type | None, as_path: bool) -> Term:
    comparisons.no_usual(r, node)
    return broken(node.span)


def _of_answer(r: Resolver, span: Span, term: Answer) -> Term:
    if not r.scope.answer and not (r.scope.called and term.kind in ("header", "cookie")):
        message = "there is no answer to read here"
        r.draft.found(NOT_HERE.at(span, message, "", "`status`, `header` and `css` stand in a `response`"))
        return broken(span)
    return term


def _status(r: Resolver, node: nodes.StatusIs, want: Type | None, as_path: bool) -> Term:
    return _of_answer(r, node.span, Answer("status_class", node.raw, BOOLEAN, node.span))


def _answer_part(r: Resolver, node: nodes.AnswerPart, want: Type | None, as_path: bool) -> Term:
    return _of_answer(r, node.span, Answer(node.kind, node.text.value, ANY, node.span))


_TERMS: dict[type, Callable[[Resolver, Any, Type | None, bool], Term]] = {
    nodes.Text: _text,
    **dict.fromkeys(
        (nodes.Number, nodes.Percent, nodes.Duration, nodes.Clock, nodes.ClockRange, nodes.Date, nodes.Days),
        _literal,
    ),
    nodes.Regex: _regex,
    nodes.Word: _word,
    nodes.Attribute: _attribute,
    nodes.Index: _index,
    nodes.EachOf: _each,
    nodes.Call: calls.call,
    nodes.Env: _env,
    nodes.Or: _all("or"),
    nodes.And: _all("and"),
    nodes.Not: _not,
    nodes.Compare: comparisons.compare,
    nodes.Between: comparisons.between,
    nodes.Is: comparisons.is_,
    nodes.Near: comparisons.near,
    nodes.InWindow: comparisons.in_window,
    nodes.Arithmetic: _arithmetic,
    nodes.Negative: _negative,
    nodes.ListLiteral: _list,
    nodes.Exactly: _exactly,
    nodes.Usual: _usual,
    nodes.StatusIs: _status,
    nodes.AnswerPart: _answer_part,
}
