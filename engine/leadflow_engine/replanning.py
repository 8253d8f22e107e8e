"""A plan of a flow that was loaded again: where only some buyers changed they are patched in, and everything that was
made for leads stays made; a lead that began on the plan before ends on it, and neither waits for the other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.criteria.changing import may_open_from, volatile_from
from leadflow_engine.figures import figures_in
from leadflow_engine.limits.planned import NOTHING, across_all
from leadflow_engine.plan import Plan, make_plan, plan_buyer, plan_name

MOST_PATCHED: Final = 50
"""Where more buyers changed than this, the plan is made whole."""

MOST_LEFT: Final = 2
"""How many times as many predicates as at first a plan may carry from those before it, until it is made whole."""

_KEPT: Final = ("lists", "tables", "templates", "planned_fields", "hidden_fields", "maps", "caps_once_sold")
"""What a plan makes at first use and no buyer changes."""


def replanned(before: Plan, flow: m.Flow) -> Plan:
    """The plan of a flow that was checked again, ready; it decides as ``make_plan(flow)`` does.

    A buyer that did not change keeps the places in the text that it had before."""
    changed = changed_buyers(before.flow, flow)
    if changed is None or len(changed) > MOST_PATCHED or _carries_much(before):
        return make_plan(flow).ready()
    plan = patched(before, flow, changed)
    # where fields are counted, what is steady of the buyers that did not change is another
    return plan if plan.counts_fields is before.counts_fields else make_plan(flow).ready()


def _carries_much(plan: Plan) -> bool:
    return len(plan.interned.terms) > MOST_LEFT * plan.interned.at_first + 100 or len(plan.replaced) > 1000


def changed_buyers(before: m.Flow, after: m.Flow) -> tuple[str, ...] | None:
    """The buyers that differ; None where anything else does, or where one counts or looks across all of them."""
    if [buyer.name for buyer in before.buyers] != [buyer.name for buyer in after.buyers]:
        return None
    if not _alike(replace(before, buyers=(), sources_text=()), replace(after, buyers=(), sources_text=())):
        return None
    if dict(before.sources_text).keys() != dict(after.sources_text).keys() or not _same_data(before, after):
        return None
    differing = [
        new.name for old, new in zip(before.buyers, after.buyers, strict=True) if not _alike(old, new)
    ]
    together = across_all(before) != NOTHING or across_all(after) != NOTHING
    return None if together and differing else tuple(differing)


def _same_data(before: m.Flow, after: m.Flow) -> bool:
    """Do templates, lists and tables say the same? They are files beside those in which buyers are written."""
    texts = dict(after.sources_text)
    return all(
        texts[path] == text for path, text in before.sources_text if not path.endswith((".flow", ".toml"))
    )


def patched(before: Plan, flow: m.Flow, changed: Collection[str]) -> Plan:
    """The plan before with these buyers of the flow; the two differ in nothing else."""
    new = {buyer.name: buyer for buyer in flow.buyers if buyer.name in changed}
    buyers = tuple(new.get(buyer.name, buyer) for buyer in before.flow.buyers)
    whole = replace(before.flow, buyers=buyers, sources_text=flow.sources_text)
    on_demand = frozenset(name for name, step in before.lookups.items() if step.on_demand)
    planned = dict(before.buyers)
    for name, buyer in new.items():
        position = planned[name].position
        planned[name] = plan_buyer(buyer, position, whole, before.interned, on_demand, NOTHING)
    plan = replace(
        before,
        name=plan_name(flow),
        flow=whole,
        buyers=planned,
        predicates=tuple(before.interned.terms),
        replaced=(*before.replaced, *(buyer for buyer in before.flow.buyers if buyer.name in new)),
        _builders=dict(before._builders),
        _readers=dict(before._readers),
        _groups={},
    )
    _keep(plan, before, tuple(new.values()))
    for key, (names, group) in before._groups.items():
        plan._groups[key] = names, group.patched(plan, changed)
    return plan


def _keep(plan: Plan, before: Plan, new: tuple[m.Buyer, ...]) -> None:
    """What was made at first use and holds still is not made again."""
    made: dict[str, Any] = {name: before.__dict__[name] for name in _KEPT if name in before.__dict__}
    first = len(before.predicates)
    made["volatile"] = before.volatile | volatile_from(plan, first)
    made["may_open"] = before.may_open | may_open_from(plan, first)
    if before.__dict__.get("figures") == () and not any(figures_in(new)):
        made["figures"] = ()
    plan.__dict__.update(made)


def _alike(one: object, other: object) -> bool:
    """Do two parts of flows mean the same, wherever they stand in the text? 5.0 is not 5.00: a request may show it."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, Decimal):
        return str(one) == str(other)
    if not is_dataclass(kind):
        return one == other
    parts = _PARTS.get(kind) or _PARTS.setdefault(kind, _parts(kind))
    return all(map(_alike, parts(one), parts(other)))


_PARTS: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {}
"""By record its fields but its place, as a function of it: told from the class once, not for every record."""


def _parts(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = [each.name for each in fields(kind) if each.name != "span"]
    parts = attrgetter(*names)
    return parts if len(names) > 1 else lambda record: (parts(record),)
