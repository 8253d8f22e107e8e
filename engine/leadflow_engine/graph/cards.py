"""What stands on the cards: sources, the door, steps, stages with their buyers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.graph.askers import Askers
from leadflow_engine.graph.phrases import Phrases, duration
from leadflow_engine.graph.picture import Line, Node, Row


def _muted(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text, "muted") for text in texts)


# ------------------------------------------------------------------ sources and the door


def source_card(source: m.Source, say: Phrases) -> Node:
    """A source: what it costs, how many it may send, what it must bring."""
    return Node(
        f"source.{source.name}", "source", source.name, source.title, tuple(_source_lines(source, say))
    )


def _source_lines(source: m.Source, say: Phrases) -> Iterator[Line]:
    yield from (Line(f"costs {say.cost(cost)}") for cost in source.costs)
    for cap in source.caps:
        yield Line(f"cap {say.cap(cap)}")
    if source.throttle is not None:
        yield Line(f"at most {source.throttle.maximum:,} / {source.throttle.period}")
    yield from _muted(_criterion(each, say) for each in source.criteria)
    yield from _muted(_dedupe(each, say) for each in source.dedupes)
    if source.ping is not None:
        yield Line("asks first (ping), then sends", "muted")
    if source.answer_within is not None:
        yield Line(f"answered within {duration(source.answer_within)}", "muted")
    for each in source.postbacks:
        yield Line(f"hears of {', '.join(each.events)}", "muted")


def _criterion(each: m.Criterion, say: Phrases) -> str:
    return f"{'only' if each.kind == 'accept' else 'not'} when {say.written(each.condition)}"


def _dedupe(each: m.Dedupe, say: Phrases) -> str:
    return f"once in {duration(each.within)} by {' and '.join(say.written(read) for read in each.fields)}"


def door_card(flow: m.Flow) -> Node:
    """The door: what a lead must have to come in."""
    required = [each.name for each in flow.fields if each.required]
    lines = [Line(f"needs {', '.join(required)}")] if required else []
    lines += [Line(f"needs {' or '.join(each.fields)}") for each in flow.require_any]
    return Node("door", "door", "door", "", tuple(lines) or (Line("lets everything in", "muted"),))


# ------------------------------------------------------------------ steps


def step_card(step: m.Enhance | m.Filter | m.Score | m.Deliver, say: Phrases, place: str) -> Node:
    """A step that is no route. ``place`` is the node's id."""
    kind, lines = _STEPS[type(step)]
    if isinstance(step, m.Enhance) and step.on_demand:
        kind = "on_demand"
    when = (Line(f"when {say.written(step.when)}"),) if step.when is not None else ()
    return Node(place, kind, step.name, step.title, (*when, *lines(step, say)))


def _enhance_lines(step: m.Enhance, say: Phrases) -> Iterator[Line]:
    if step.cost:
        yield Line(f"costs {say.money(step.cost)} a request")
    yield _request_line(step.leg)
    if step.cache_by:
        by = ", ".join(say.written(read) for read in step.cache_by)
        yield Line(f"kept {duration(step.cache_for)} by {by}" if step.cache_for else f"kept by {by}", "muted")
    if step.leg.response.sets:
        yield Line(f"sets {', '.join(each.name for each in step.leg.response.sets)}", "muted")
    if step.on_error != "continue":
        yield Line(f"on error {step.on_error}")


def _request_line(leg: m.Leg) -> Line:
    """Where a request goes: the method and the host, without what a path or a query may hold."""
    first = next(iter(leg.request.url.pieces), "")
    address = first.split("://", 1)[-1] if isinstance(first, str) else ""
    host = address.split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    return Line(f"{leg.request.method} {host or 'an address of its own'}", "muted")


def _filter_lines(step: m.Filter, say: Phrases) -> Iterator[Line]:
    yield from (Line(_criterion(each, say)) for each in step.criteria)


def _score_lines(step: m.Score, say: Phrases) -> Iterator[Line]:
    if step.model:
        yield Line(f"model {step.model}")
    if step.start is not None:
        yield Line(f"starts at {say.written(step.start)}")
    for each in step.points:
        sign = "+" if each.sign > 0 else "−"
        yield Line(f"{sign}{say.written(each.amount)} when {say.written(each.when)}")
    if step.low is not None and step.high is not None:
        yield Line(f"from {step.low} to {step.high}", "muted")
    if step.shadow:
        yield Line("shadow: compared, not used", "muted")


def _deliver_lines(step: m.Deliver, say: Phrases) -> Iterator[Line]:
    yield _request_line(step.leg)
    if step.on_error != "continue":
        yield Line(f"on error {step.on_error}")


_STEPS: Final[dict[type, tuple[str, Callable[[Any, Phrases], Iterator[Line]]]]] = {
    m.Enhance: ("enhance", _enhance_lines),
    m.Filter: ("filter", _filter_lines),
    m.Score: ("score", _score_lines),
    m.Deliver: ("deliver", _deliver_lines),
}


# ------------------------------------------------------------------ beside the flow


def alert_card(alert: m.Alert, say: Phrases, place: str) -> Node:
    """An alert: when somebody is told."""
    told = Line(f"tells a {alert.channel}" if alert.channel == "webhook" else "sends an e-mail", "muted")
    return Node(place, "alert", "alert", alert.title, (Line(f"when {say.written(alert.condition)}"), told))


def policy_card(policy: m.Policy, say: Phrases, place: str) -> Node:
    """A policy: what is done without anybody being asked, and until when."""
    lasting = f" for {duration(policy.lasting)}" if policy.lasting is not None else ""
    lines = [Line(f"when {say.written(policy.condition)}{lasting}")]
    lines += [Line(say.at(action.span)) for action in policy.actions]
    if policy.until is not None:
        lines.append(Line(say.at(policy.until.span), "muted"))
    return Node(place, "policy", "policy", policy.title, tuple(lines))


# ------------------------------------------------------------------ stages


def stage_card(stage: m.Stage, buyers: dict[str, m.Buyer], say: Phrases, askers: Askers) -> Node:
    """A stage: how it sells, and its buyers as rows."""
    turns = stage.kind != "multisell" and not stage.order and stage.kind != "auction"
    rows = (
        _row(buyers[name], str(number) if turns else "", say, askers)
        for number, name in enumerate(stage.buyers, start=1)
        if name in buyers
    )
    return Node(stage.id, stage.kind, stage.kind, "", tuple(_stage_lines(stage, say)), tuple(rows))


def _stage_lines(stage: m.Stage, say: Phrases) -> Iterator[Line]:
    words = stage.written.removeprefix(stage.kind).strip()
    if "tag " in words or " where " in words:
        yield Line(words)
    how = [
        _sells(stage),
        f"window {duration(stage.window)}" if stage.window is not None else "",
        f"reserve {say.amount(stage.reserve)}" if stage.reserve is not None else "",
        f"margin at least {say.amount(stage.min_margin)}" if stage.min_margin is not None else "",
        f"time-out {duration(stage.timeout)}" if stage.timeout is not None else "",
        "asks again on a refusal" if stage.reping else "",
        "also those tried before" if stage.again else "",
    ]
    said = [word for word in how if word]
    if said:
        yield Line(" · ".join(said))
    if stage.order:
        yield Line("order by " + ", ".join(say.at(key.span) or key.name for key in stage.order), "muted")


def _sells(stage: m.Stage) -> str:
    low, high = stage.sell_low, stage.sell_high
    if stage.kind == "multisell" and not high:
        return "sells to all who take it"
    if not high or (stage.kind != "multisell" and high == 1):
        return ""
    return f"sells {low} to {high}" if low != high else f"sells {high}"


def _row(buyer: m.Buyer, place: str, say: Phrases, askers: Askers) -> Row:
    return Row(
        buyer=buyer.name,
        title=buyer.title,
        place=place,
        price=tuple(say.prices(buyer)),
        cap=tuple(_limits(buyer, say)),
        hours=tuple(say.hours(buyer)),
        marks=tuple(_marks(buyer, say)),
        asks=askers.asked_by(buyer),
        note=_criteria(buyer, say),
    )


def _limits(buyer: m.Buyer, say: Phrases) -> Iterator[str]:
    yield from (say.cap(cap) for cap in buyer.caps)
    yield from (f"{say.money(each.maximum)} / {each.period}" for each in buyer.budgets)
    yield from (f"at least {each.minimum:,} / {each.period}" for each in buyer.at_least)
    if buyer.throttle is not None:
        yield f"{buyer.throttle.maximum:,} / {buyer.throttle.period} at most"
    if buyer.balance is not None:
        credit = f", credit {say.money(buyer.balance.credit)}" if buyer.balance.credit else ""
        yield f"prepaid{credit}"


def _marks(buyer: m.Buyer, say: Phrases) -> Iterator[str]:
    if buyer.exclusive:
        yield "exclusive"
    if buyer.paused:
        yield "paused" + say.when(buyer.paused[0].when)
    yield from buyer.tags
    if buyer.group:
        yield f"group {buyer.group}"
    way = _way_of(buyer)
    if way:
        yield way
    yield from (f"{what}: hold {duration(hold.up_to)}" for what, hold in buyer.holds if hold.up_to)


def _way_of(buyer: m.Buyer) -> str:
    """How a buyer is reached, where that is not one request."""
    if buyer.batch is not None:
        return "in batches"
    if buyer.email is not None:
        return "by e-mail"
    if buyer.ping is None:
        return ""
    return "ping" if buyer.deliver is None else "ping, post"


def _criteria(buyer: m.Buyer, say: Phrases) -> str:
    wanted = [say.written(each.condition) for each in buyer.criteria if each.kind == "accept"]
    refused = [say.written(each.condition) for each in buyer.criteria if each.kind != "accept"]
    parts = (
        f"only when {' · '.join(wanted)}" if wanted else "",
        f"not when {' · '.join(refused)}" if refused else "",
    )
    return "; ".join(part for part in parts if part)
