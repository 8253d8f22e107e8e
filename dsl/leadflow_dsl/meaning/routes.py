"""Routes: stages in written order, tags expanded, options of the route handed down to its stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.deliveries import not_longer
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import amount, whole
from leadflow_dsl.meaning.names import Word, in_shadow
from leadflow_dsl.meaning.step_parts import check_delivers, when_of
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.rules.routes import EMPTY_TAG, OPTION
from leadflow_dsl.rules.trade import BEST_OF
from leadflow_dsl.unguarded import dataclass

DESCENDING: Final = {
    "priority": False,
    "price": True,
    "bid": True,
    "acceptance_rate": True,
    "days_to_pay": False,
    "expected_value": True,
    "weight": True,
    "round_robin": False,
}
"""Keys of ``order by``, and which end comes first where neither ``asc`` nor ``desc`` is said."""
LOOKS_BACK: Final = {"acceptance_rate": "30d", "days_to_pay": "90d"}
"""Keys that are figures, and a time over which one may look at each."""
ONLY_IN: Final[dict[type, tuple[str, ...]]] = {
    nodes.Window: ("auction",),
    nodes.Reserve: ("auction", "multisell", "waterfall"),
    nodes.Reping: ("auction",),
    nodes.Sell: ("auction", "multisell"),
}
"""Options that only some stages have."""
WORDS: Final[dict[type, str]] = {
    nodes.OrderBy: "order by",
    nodes.Window: "window",
    nodes.Reserve: "reserve",
    nodes.Sell: "sell",
    nodes.MinMargin: "min margin",
    nodes.Timeout: "timeout",
    nodes.Reping: "reping",
    nodes.Again: "again",
}


@dataclass(slots=True)
class _Numbering:
    """Gives stages and branches of a route their names in written order."""

    route: str
    stages: int = 0
    ifs: int = 0
    defaults: dict[type, Any] = field(default_factory=dict)

    def stage(self) -> str:
        self.stages += 1
        return f"{self.route}.{self.stages}"

    def branch(self) -> str:
        self.ifs += 1
        return f"{self.route}.if{self.ifs}"


def route(r: Resolver, node: nodes.Route, name: str) -> model.Route:
    """A route step. Stages are numbered through all branches: ``route.1``, ``route.2``."""
    numbering = _Numbering(name)
    items = tuple(_items(r, node.items, numbering))
    check_delivers(r, node)
    unsold = next((item for item in node.items if isinstance(item, nodes.Unsold)), None)
    timeout = next((item for item in node.items if isinstance(item, nodes.Timeout)), None)
    if unsold is not None:
        if unsold.every is not None:
            not_longer(r, unsold.every, unsold.hold.up_to)
        for again in (item for item in node.items if isinstance(item, nodes.Unsold) and item is not unsold):
            r.draft.found(SAID_TWICE.at(again.span, "`unsold` is said twice", "said again", "take one out"))
        if unsold.hold.first:
            help = "write `unsold hold up to 2h`"
            message = "what is unsold has nobody to be before"
            r.draft.found(VALUE.at(unsold.hold.span, message, "", help))
    delivers = (item.delivers for item in node.items if isinstance(item, nodes.OnUnsold))
    return model.Route(
        name=name,
        items=items,
        title=node.title.value if node.title else "",
        when=when_of(r, node.items),
        unsold=_unsold(unsold) if unsold else None,
        on_unsold=tuple(one.text for group in delivers for one in group),
        timeout=timeout.limit.value if timeout is not None else None,
        span=node.span,
    )


def _unsold(node: nodes.Unsold) -> model.Unsold:
    return model.Unsold(node.hold.up_to.value, node.every.value if node.every else None)


def _items(r: Resolver, items: Iterable[Any], numbering: _Numbering) -> Iterable[model.RouteItem]:
    for item in items:
        match item:
            case nodes.Stage():
                yield _stage(r, item, numbering)
            case nodes.BestOf():
                yield _best_of(r, item, numbering)
            case nodes.If():
                yield _if(r, item, numbering)
            case nodes.Reserve() | nodes.MinMargin() | nodes.Reping() | nodes.Again():
                numbering.defaults[type(item)] = item


def _if(r: Resolver, node: nodes.If, numbering: _Numbering) -> model.If:
    name = numbering.branch()
    condition = r.condition(node.condition)
    then = tuple(_items(r, node.then.items, numbering))
    if isinstance(node.otherwise, nodes.If):
        otherwise: tuple[model.RouteItem, ...] = (_if(r, node.otherwise, numbering),)
    else:
        otherwise = tuple(_items(r, node.otherwise.items, numbering)) if node.otherwise else ()
    return model.If(condition, then, otherwise, name, r.draft.text_at(node.condition.span), node.span)


def _best_of(r: Resolver, node: nodes.BestOf, numbering: _Numbering) -> model.BestOf:
    name = numbering.stage()
    fallen = next((s for s in node.stages if isinstance(s, nodes.Stage) and s.kind.text == "fallback"), None)
    if fallen is not None:
        help = "put the fallback behind the `best of`"
        message = "a fallback is the last resort, and not compared"
        r.draft.found(BEST_OF.at(fallen.span, message, "", help))
    elif len(node.stages) < 2:
        help = "write at least two stages, or the stage alone"
        r.draft.found(BEST_OF.at(node.span, "this `best of` has nothing to choose from", "", help))
    stages = tuple(
        _best_of(r, stage, numbering) if isinstance(stage, nodes.BestOf) else _stage(r, stage, numbering)
        for stage in node.stages
    )
    return model.BestOf(stages, name, node.span)


def _stage(r: Resolver, node: nodes.Stage, numbering: _Numbering) -> model.Stage:
    name = numbering.stage()
    said = _options(r, node, numbering)
    sell = said.get(nodes.Sell)
    low, high = _sell(r, node, sell)
    order = said.get(nodes.OrderBy)
    return model.Stage(
        kind=node.kind.text,
        buyers=_buyers(r, node),
        where=r.condition(node.where) if node.where is not None else None,
        order=tuple(_key(r, key) for key in order.keys) if order else (),
        window=said[nodes.Window].length.value if nodes.Window in said else None,
        reserve=amount(r, said[nodes.Reserve].value, "a reserve") if nodes.Reserve in said else None,
        sell_low=low,
        sell_high=high,
        min_margin=amount(r, said[nodes.MinMargin].value, "a margin") if nodes.MinMargin in said else None,
        timeout=said[nodes.Timeout].limit.value if nodes.Timeout in said else None,
        reping=nodes.Reping in said,
        again=nodes.Again in said,
        id=name,
        written=_written(r, node),
        span=node.span,
    )


def _written(r: Resolver, node: nodes.Stage) -> str:
    names = ", ".join(f"tag {b.name.text}" if isinstance(b, nodes.TagRef) else b.text for b in node.buyers)
    where = f" where {r.draft.text_at(node.where.span)}" if node.where is not None else ""
    return f"{node.kind.text} {names}{where}"


def _options(r: Resolver, node: nodes.Stage, numbering: _Numbering) -> dict[type, Any]:
    """The stage's own options, and the route's where the stage says none and can have them."""
    own: dict[type, Any] = {}
    for item in node.options.items if node.options else ():
        if type(item) in own:
            message = f"`{WORDS[type(item)]}` is said twice"
            r.draft.found(SAID_TWICE.at(item.span, message, "said again", "take one out"))
        own.setdefault(type(item), item)
        stages = ONLY_IN.get(type(item), (node.kind.text,))
        if node.kind.text not in stages:
            message = f"`{WORDS[type(item)]}` has no effect in a {node.kind.text}"
            help = f"it belongs to {' or '.join(stages)}"
            r.draft.found(OPTION.at(item.span, message, "", help))
    fitting = {
        kind: item
        for kind, item in numbering.defaults.items()
        if node.kind.text in ONLY_IN.get(kind, (node.kind.text,))
    }
    return {**fitting, **own}


def _sell(r: Resolver, node: nodes.Stage, sell: nodes.Sell | None) -> tuple[int, int]:
    if sell is None:
        return (1, 1) if node.kind.text == "auction" else (0, 0)
    low = whole(r.draft, sell.low, "how many to sell to")
    high = whole(r.draft, sell.high, "how many to sell to") if sell.high else low
    if high < low:
        r.draft.found(VALUE.at(sell.span, f"`sell {low} to {high}` means nothing", "", "turn them round"))
    return low, high


def _buyers(r: Resolver, node: nodes.Stage) -> tuple[str, ...]:
    """Names in written order; a tag stands for its buyers in the order in which they are declared; each once."""
    found: dict[str, None] = {}
    for ref in node.buyers:
        if isinstance(ref, nodes.TagRef):
            found.update(dict.fromkeys(tagged(r, ref)))
        elif buyer_exists(r, ref):
            found[ref.text] = None
    return tuple(found)


def tagged(r: Resolver, ref: nodes.TagRef) -> tuple[str, ...]:
    """The buyers that carry a tag; none after a finding."""
    by_tag: dict[str, list[str]] = {}
    for buyer in r.draft.buyers:
        for tag in buyer.tags:
            by_tag.setdefault(tag, []).append(buyer.name)
    found = by_tag.get(ref.name.text)
    if not found:
        help = did_you_mean(ref.name.text, by_tag) or (
            f"tags are {listed(by_tag)}" if by_tag else "none is said",
        )
        message = f"no buyer carries the tag `{ref.name.text}`"
        r.draft.found(EMPTY_TAG.at(ref.span, message, "offers the lead to nobody", help))
    return tuple(found or ())


def buyer_exists(r: Resolver, name: nodes.Name) -> bool:
    """Whether there is a buyer of this name; a finding where there is none."""
    known = r.draft.of("buyer")
    if name.text in known:
        return True
    help = did_you_mean(name.text, known)
    if any(name.text in buyer.tags for buyer in r.draft.buyers):
        help = (f"`{name.text}` is a tag: write `tag {name.text}`",)
    r.draft.found(UNKNOWN.at(name.span, f"unknown buyer `{name.text}`", "no buyer of this name", help))
    return False


def _key(r: Resolver, key: nodes.OrderKey) -> model.OrderKey:
    name = key.name.text
    symbol = r.draft.words.get(name)
    is_score = symbol is not None and symbol.kind == "score"
    if symbol is not None and is_score:
        r.draft.used.add(("score", name))
        if shadowed := in_shadow(symbol, Word(name, key.name.span)):
            r.draft.found(shadowed.finding())
    elif name not in DESCENDING:
        known = (*DESCENDING, *(word for word, s in r.draft.words.items() if s.kind == "score"))
        help = did_you_mean(name, known) or (f"keys are {listed(known)}",)
        r.draft.found(UNKNOWN.at(key.name.span, f"nothing is ordered by `{name}`", "no such key", help))
    _check_window(r, key)
    descending = DESCENDING.get(name, True) if key.direction is None else key.direction.text == "desc"
    return model.OrderKey(name, key.window.value if key.window else None, descending, key.span)


def _check_window(r: Resolver, key: nodes.OrderKey) -> None:
    """Only a figure looks back, and it must say how far."""
    name = key.name.text
    if name in LOOKS_BACK and key.window is None:
        help = f"write `{name}({LOOKS_BACK[name]})`"
        r.draft.found(VALUE.at(key.span, f"`{name}` does not say how far it looks back", "", help))
    elif name not in LOOKS_BACK and key.window is not None:
        message = f"`{key.name.text}` looks back over no time"
        r.draft.found(VALUE.at(key.window.span, message, "", f"write `{key.name.text}` alone"))
