"""Alerts and policies: what is watched over all leads, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.auth import secret
from leadflow_dsl.meaning.comparisons import is_figure
from leadflow_dsl.meaning.deliveries import OF_A_LEAD, check_address
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import THROTTLE_PERIODS, longer_than_nothing, period, share, whole
from leadflow_dsl.meaning.requests import url
from leadflow_dsl.meaning.routes import buyer_exists
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.forms import ONE_FIGURE, UNTIL
from leadflow_dsl.rules.names import NOT_HERE, UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Call, Const, Op, Read, SecretRef, Term, Text, children
from leadflow_dsl.types import BROKEN, TEXT

SAMPLED: Final = frozenset({"stats.leads", "stats.attempts", "stats.sold"})
"""Counts by which a policy says how much must have been seen before its figure is believed."""

MIRRORED: Final = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


def alert(r: Resolver, item: nodes.Alert) -> None:
    """``alert "..." when C notify webhook TARGET``."""
    r.draft.not_built("alert", item.span)
    condition = _watched(r, item.condition)
    target = _target(r, item)
    r.draft.alerts.append(model.Alert(item.title.value, condition, item.channel.text, target, item.span))


def _watched(r: Resolver, node: Any) -> Term:
    """A condition over figures: there is no lead of which anything else could be asked."""
    condition = r.condition(node)
    reads = [term for term in _outside_figures(condition) if getattr(term, "kind", "") in OF_A_LEAD]
    for read in reads:
        message = f"`{r.draft.text_at(read.span)}` is of one lead, and this looks at many"
        help = "write a figure such as `stats.acceptance_rate(BUYER, 1h)`"
        r.draft.found(NOT_HERE.at(read.span, message, "", help))
    for figure in _figures(condition):
        if isinstance(figure.args[0], Read):
            message = f"`{figure.args[0].name}` has another value in each lead, and this looks at many"
            help = "write a figure of a buyer or of a source"
            r.draft.found(NOT_HERE.at(figure.args[0].span, message, "of which value?", help))
    if (
        not reads
        and not any(is_figure(term) for term in _outside_figures(condition))
        and not _broken(condition)
    ):
        message = "this condition watches no figure"
        help = "write a figure such as `stats.acceptance_rate(BUYER, 1h) < 60%`"
        r.draft.found(ONE_FIGURE.at(node.span, message, "nothing changes it", help))
    return condition


def _outside_figures(term: Term) -> Iterator[Term]:
    """The terms of a condition, a figure as one."""
    yield term
    if not is_figure(term):
        for child in children(term):
            yield from _outside_figures(child)


def _broken(term: Term) -> bool:
    return any(one.type == BROKEN for one in _outside_figures(term))


def _target(r: Resolver, item: nodes.Alert) -> SecretRef | Text:
    if isinstance(item.target, nodes.Env):
        return secret(item.target)
    if item.channel.text == "webhook":
        return url(r, item.target)
    target = Text((item.target.value,), TEXT, item.target.span)
    check_address(r, target)
    return target


# ------------------------------------------------------------------ policies


def policy(r: Resolver, item: nodes.Policy) -> None:
    """``policy "..." when C for D { actions } until below N``."""
    _check_title(r, item)
    condition = _watched(r, item.condition)
    figure = _one_figure(r, item, condition)
    actions = tuple(_actions(r, item))
    if not item.actions:
        help = "write `pause BUYER`, `weight BUYER N` or `slow source NAME to N per hour`"
        r.draft.found(VALUE.at(item.span, "this policy does nothing", "", help))
    until = _until(r, item, condition, figure)
    lasting = longer_than_nothing(r.draft, item.length, "how long it must hold") if item.length else None
    sampling = _sampling(condition)
    built = model.Policy(item.title.value, condition, figure, actions, lasting, until, sampling, item.span)
    r.draft.policies.append(built)


def _check_title(r: Resolver, item: nodes.Policy) -> None:
    """A policy goes by its title: what it set is undone by it."""
    earlier = next((policy for policy in r.draft.policies if policy.title == item.title.value), None)
    if earlier is not None:
        place = Label(earlier.span, "the first")
        message = f'there is a policy "{item.title.value}" already'
        help = "give this one another title: what a policy has set is undone by its title"
        r.draft.found(SAID_TWICE.at(item.title.span, message, "said again", help, (place,)))


def _one_figure(r: Resolver, item: nodes.Policy, condition: Term) -> Call | None:
    counts = [figure for arm in _sampling(condition) for figure in _figures(arm)]
    figures = [figure for figure in _figures(condition) if figure not in counts]
    if len(figures) > 1:
        first, second = figures[:2]
        message = "a policy watches one figure, and this one watches several"
        place = Label(first.span, "the first")
        help = "make a policy of each"
        r.draft.found(ONE_FIGURE.at(second.span, message, "another figure", help, (place,)))
    return next(iter(figures), None)


def _figures(condition: Term) -> list[Call]:
    """The figures of a condition, each once."""
    found = (term for term in _outside_figures(condition) if isinstance(term, Call) and is_figure(term))
    return list(dict.fromkeys(found))


def _sampling(condition: Term) -> tuple[Term, ...]:
    """The parts that only ask a count to be high enough to judge by: ``and stats.attempts(acme, 1h) >= 20``; none where
    there is nothing else to judge."""
    found = tuple(arm for arm in _arms(condition) if _is_sample(arm))
    counts = [figure for arm in found for figure in _figures(arm)]
    return found if any(figure not in counts for figure in _figures(condition)) else ()


def _is_sample(arm: Term) -> bool:
    match arm:
        case Op(name=">" | ">=", args=(Call(name=name), Const())):
            return name in SAMPLED
        case _:
            return False


def _arms(condition: Term) -> tuple[Term, ...]:
    return condition.args if isinstance(condition, Op) and condition.name == "and" else (condition,)


def _actions(r: Resolver, item: nodes.Policy) -> Iterator[model.PolicyAction]:
    seen: set[tuple[type, str]] = set()
    for action in item.actions:
        name = action.source if isinstance(action, nodes.PolicySlow) else action.buyer
        if (type(action), name.text) in seen:
            r.draft.found(SAID_TWICE.at(action.span, "this is said twice", "said again", "take one out"))
        seen.add((type(action), name.text))
        yield _action(r, action)


def _action(r: Resolver, action: Any) -> model.PolicyAction:
    match action:
        case nodes.PolicySlow():
            _source_exists(r, action.source)
            maximum = whole(r.draft, action.maximum, "a throttle")
            throttle = model.Throttle(maximum, period(r.draft, action.period, THROTTLE_PERIODS), action.span)
            return model.SlowSource(action.source.text, throttle, action.span)
        case nodes.PolicyWeight():
            buyer_exists(r, action.buyer)
            value = share(r.draft, action.value, "a weight")
            percent = isinstance(action.value, nodes.Percent)
            return model.ShiftWeight(action.buyer.text, value, percent, action.span)
        case _:
            buyer_exists(r, action.buyer)
            return model.PauseBuyer(action.buyer.text, action.span)


def _source_exists(r: Resolver, name: nodes.Name) -> None:
    known = r.draft.of("source")
    if name.text not in known and not (name.text == "default" and not known):
        help = did_you_mean(name.text, known)
        message = f"unknown source `{name.text}`"
        r.draft.found(UNKNOWN.at(name.span, message, "no source of this name", help))


def _until(r: Resolver, item: nodes.Policy, condition: Term, figure: Call | None) -> model.Until | None:
    if item.until is None:
        return None
    limit = item.until.limit.value
    trigger = _trigger(condition, figure)
    if trigger is not None:
        _check_until(r, item.until, *trigger)
    return model.Until(item.until.side.text, limit, item.until.span)


def _trigger(condition: Term, figure: Call | None) -> tuple[str, Decimal] | None:
    """The operator and the number with which a policy begins, the figure on the left; None where it is not so plain."""
    found: list[tuple[str, Decimal]] = []
    for arm in _arms(condition):
        match arm:
            case Op(name=name, args=(left, Const(value=Decimal() as number))) if (
                left == figure and name in MIRRORED
            ):
                found.append((name, number))
            case Op(name=name, args=(Const(value=Decimal() as number), right)) if (
                right == figure and name in MIRRORED
            ):
                found.append((MIRRORED[name], number))
    return found[0] if len(found) == 1 else None


def _check_until(r: Resolver, node: nodes.Until, operator: str, trigger: Decimal) -> None:
    rises = operator in (">", ">=")
    wanted = "below" if rises else "above"
    limit = node.limit.value
    if node.side.text != wanted:
        message = f"what begins with `{operator}` ends {wanted} a figure"
        help = f"write `until {wanted} {node.limit.raw}`"
        r.draft.found(UNTIL.at(node.span, message, "over as soon as it begins, or never", help))
    elif (limit > trigger) if rises else (limit < trigger):
        than = "at most" if rises else "at least"
        message = f"this ends where it begins: {node.limit.raw} must be {than} {_written(trigger, node)}"
        r.draft.found(UNTIL.at(node.limit.span, message, "over as soon as it begins", ()))


def _written(number: Decimal, like: nodes.Until) -> str:
    return (
        f"{number * 100:f}%".replace(".00%", "%") if isinstance(like.limit, nodes.Percent) else f"{number:f}"
    )
