"""Figures: ``stats.NAME(WHOM, WINDOW)``, of a buyer, a source or a dimension of the lead over a time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.meaning.like import with_like
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.conditions import ARGUMENTS, VALUE
from leadflow_dsl.rules.forms import NO_SUCH_CAP
from leadflow_dsl.rules.names import UNKNOWN, UNKNOWN_PART
from leadflow_dsl.terms import Call, Const, Party, Read, Term, Type
from leadflow_dsl.types import BROKEN, DURATION, MONEY, NUMBER, TEXT
from leadflow_dsl.unguarded import dataclass

if TYPE_CHECKING:
    from leadflow_dsl.meaning.expressions import Resolver

PERIODS: Final = ("minute", "hour", "day", "week", "month", "total")
EVERYBODY: Final = ("buyer", "source", "dimension")


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure gives, and of whom it is known."""

    gives: Type
    of: tuple[str, ...] = EVERYBODY


FIGURES: Final[Mapping[str, Figure]] = {
    "leads": Figure(NUMBER),
    "attempts": Figure(NUMBER),
    "sold": Figure(NUMBER),
    "acceptance_rate": Figure(NUMBER),
    "return_rate": Figure(NUMBER),
    "conversion_rate": Figure(NUMBER),
    "fraud_rate": Figure(NUMBER),
    "timeout_rate": Figure(NUMBER),
    "margin": Figure(MONEY),
    "cap_used": Figure(NUMBER, ("buyer", "source")),
    "days_to_pay": Figure(NUMBER, ("buyer",)),
}
"""Rates and ``cap_used`` are fractions (``60%``), ``days_to_pay`` days, the others counts and money."""


def is_stats(node: object) -> bool:
    """Whether a call's function is ``stats.NAME``."""
    return (
        isinstance(node, nodes.Attribute)
        and isinstance(node.value, nodes.Word)
        and node.value.text == "stats"
    )


def figure(r: Resolver, node: nodes.Call) -> Term:
    """The call of a figure; ``broken`` after a finding."""
    assert isinstance(node.function, nodes.Attribute)
    name = node.function.name
    known = FIGURES.get(name.text)
    if known is None:
        help = (*did_you_mean(name.text, FIGURES), f"figures are {listed(FIGURES)}")
        r.draft.found(UNKNOWN_PART.at(name.span, f"unknown figure `{name.text}`", "", help))
    plain = [argument.value for argument in node.arguments if argument.kind == "plain"]
    if len(plain) != 2 or len(node.arguments) != 2:
        message = f"a figure is asked of somebody over a time, not with {len(node.arguments)} arguments"
        help = (f"for example `{_example(name.text)}`",)
        r.draft.found(ARGUMENTS.at(node.span, message, "", help))
        return Const("", BROKEN, node.span)
    whom = _of_whom(r, plain[0])
    over = _window(r, plain[1], name.text)
    if known is None or whom is None or over is None:
        return Const("", BROKEN, node.span)
    _check_whom(r, name.text, known, whom)
    _check_cap(r, name.text, whom, over)
    return Call(f"stats.{name.text}", (whom, over), (), None, known.gives, node.span)


def _example(name: str) -> str:
    return f"stats.{name if name in FIGURES else 'sold'}(BUYER, {'day' if name == 'cap_used' else '1h'})"


def _of_whom(r: Resolver, node: Any) -> Party | Read | None:
    """A buyer or a source by its name, or a dimension of the lead: the value that it has in this lead."""
    word = node.text if isinstance(node, nodes.Word) else ""
    for kind in ("buyer", "source"):
        if word in r.draft.of(kind):
            r.draft.used.add((kind, word))
            return Party(kind, word, TEXT, node.span)
    if word in _dimensions(r):
        term = r.value(node)
        return term if isinstance(term, Read) else None
    known = (*r.draft.of("buyer"), *r.draft.of("source"), *_dimensions(r))
    help = did_you_mean(word, known)
    if word in r.draft.words:
        help = (f"write `dimension {word}` at the top of the flow, and it is counted by its values",)
    message = f"unknown buyer or source `{r.draft.text_at(node.span)}`"
    r.draft.found(UNKNOWN.at(node.span, message, "neither a buyer, a source nor a dimension", help))
    return None


def _dimensions(r: Resolver) -> tuple[str, ...]:
    return tuple(
        name.text
        for item in r.draft.own_items()
        if isinstance(item, nodes.Dimension)
        for name in item.names
        if name.text in r.draft.words
    )


def _window(r: Resolver, node: Any, name: str) -> Const | None:
    if name == "cap_used":
        if isinstance(node, nodes.Word) and node.text in PERIODS:
            return Const(node.text, TEXT, node.span)
        if isinstance(node, nodes.Duration):
            return Const(node.raw, TEXT, node.span)
        help = f"name the period of the cap: {listed(PERIODS)}"
        r.draft.found(VALUE.at(node.span, f"`{r.draft.text_at(node.span)}` is no cap's period", "", help))
        return None
    if isinstance(node, nodes.Duration) and node.value > datetime.timedelta(0):
        return Const(node.value, DURATION, node.span)
    help = f"write how far back it looks: `{_example(name)}`"
    r.draft.found(VALUE.at(node.span, f"`{r.draft.text_at(node.span)}` is no time", "", help))
    return None


def _check_whom(r: Resolver, name: str, known: Figure, whom: Party | Read) -> None:
    kind = whom.kind if isinstance(whom, Party) else "dimension"
    if kind not in known.of:
        message = f"`{name}` is known of a {' or a '.join(known.of)}, not of a {kind}"
        r.draft.found(VALUE.at(whom.span, message, "", f"for example `{_example(name)}`"))


def _check_cap(r: Resolver, name: str, whom: Party | Read, over: Const) -> None:
    if name != "cap_used" or not isinstance(whom, Party):
        return
    caps = {_written(cap.period) for cap in _statements(r, whom) if isinstance(cap, nodes.Cap)}
    if over.value not in caps:
        help = (
            f"its caps are per {listed(sorted(caps))}" if caps else f"give it one: `cap 100 per {over.value}`"
        )
        message = f"`{whom.name}` has no cap per {over.value}"
        r.draft.found(NO_SUCH_CAP.at(over.span, message, "nothing to use up", help))


def _written(period: nodes.Name | nodes.Duration) -> str:
    return period.raw if isinstance(period, nodes.Duration) else period.text


def _statements(r: Resolver, whom: Party) -> tuple[Any, ...]:
    """What a buyer or a source says, with what it takes from another buyer."""
    node = r.draft.of(whom.kind)[whom.name].node
    if isinstance(node, nodes.Buyer):
        return with_like(r.draft, node, ())
    return node.items if isinstance(node, nodes.Source) else ()
