"""One buyer, look-up or delivery alone: a flow in which nothing keeps a lead from it, for looking at what it is sent.

The requests come from the same interpreter as ever; only the flow is another: the steps that fill the lead stay, what
refuses, holds, counts or chooses is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Const, Type
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import Answers, DryDriver
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result, Write
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.loading import LoadProblem, description
from leadflow_engine.operations.resume import at_once
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.runner import Driver, Ending, run_lead
from leadflow_engine.store import SqliteStore

_PRICE = m.Price("amount", Const(Decimal(0), Type("money"), NOWHERE))


@dataclass(frozen=True, slots=True)
class Leg:
    """A request of the flow by who it is for. ``word`` is ping, post, enhance or deliver, as in effects' keys."""

    name: str
    word: str
    leg: m.Leg


def legs_named(flow: m.Flow, name: str) -> tuple[Leg, ...]:
    """The requests of a buyer (its ping and its post), a look-up or a delivery. Raises ``LoadProblem``."""
    for buyer in flow.buyers:
        if buyer.name == name:
            pairs = (("ping", buyer.ping), ("post", buyer.deliver))
            return tuple(Leg(name, word, leg) for word, leg in pairs if leg is not None)
    for step in (*flow.steps, *flow.named_delivers):
        if isinstance(step, m.Enhance | m.Deliver) and step.name == name:
            return (Leg(name, "enhance" if isinstance(step, m.Enhance) else "deliver", step.leg),)
    raise LoadProblem(f"{flow.file}: nothing called `{name}` is sent anything; there are {_known(flow)}")


def _known(flow: m.Flow) -> str:
    steps = (step for step in (*flow.steps, *flow.named_delivers) if isinstance(step, m.Enhance | m.Deliver))
    return ", ".join((*(buyer.name for buyer in flow.buyers), *(step.name for step in steps))) or "none"


def alone(flow: m.Flow, name: str) -> m.Flow:
    """The flow with one buyer that takes every lead, or with one step that runs for every lead."""
    legs_named(flow, name)
    buyers = tuple(_open(buyer) for buyer in flow.buyers if buyer.name == name)
    steps = tuple(_kept((*flow.steps, *flow.named_delivers), name))
    if buyers:
        stage = m.Stage("waterfall", (name,), id="route.1", written=f"waterfall {name}")
        steps = (*steps, m.Route("route", (stage,)))
    sources = tuple(map(_heard, flow.sources))
    return replace(flow, buyers=buyers, steps=steps, named_delivers=(), sources=sources)


def _heard(source: m.Source) -> m.Source:
    """The source with its ``map`` alone: the lead is given as that reads it, nobody is asked for it or told of it."""
    return m.Source(source.name, source.title, map=source.map, test_when=source.test_when, span=source.span)


def _kept(steps: Iterable[m.Step], name: str) -> Iterable[m.Step]:
    for step in steps:
        if step.name == name and isinstance(step, m.Enhance):
            yield replace(step, on_demand=False, when=None, cache_for=None)
        elif step.name == name and isinstance(step, m.Deliver):
            yield replace(step, when=None)
        elif isinstance(step, m.Enhance | m.Score):
            yield step


def _open(buyer: m.Buyer) -> m.Buyer:
    """The buyer with all that it is sent and nothing that keeps a lead from it."""
    return m.Buyer(
        name=buyer.name,
        title=buyer.title,
        legal_name=buyer.legal_name,
        prices=(_PRICE,),
        timezone=buyer.timezone,
        idempotent=buyer.idempotent,
        ping=buyer.ping,
        deliver=buyer.deliver,
        test_fields=buyer.test_fields,
        test_url=buyer.test_url,
        span=buyer.span,
    )


# ------------------------------------------------------------------ running it


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was made, with its result."""

    word: str
    name: str
    request: HttpRequest
    result: Result


@dataclass(slots=True)
class Overheard:
    """A driver as it is, each request that it makes kept with its result, in the order of the answers."""

    driver: Driver
    sent: list[Sent] = field(default_factory=list)
    _asked: dict[str, CallOut] = field(default_factory=dict)

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect."""
        if isinstance(effect.data, CallOut):
            self._asked[effect.key] = effect.data
        self.driver.perform(effect, write)

    async def next(self) -> tuple[str, Result]:
        """The next result."""
        key, result = await self.driver.next()
        if key in self._asked:
            call = self._asked[key]
            self.sent.append(Sent(call.leg, call.name, call.request, result))
        return key, result

    def time(self) -> str:
        """The driver's time."""
        return self.driver.time()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a lead came to with one buyer alone: every request made, and how it ended."""

    sent: tuple[Sent, ...]
    ending: Ending


def try_alone(
    flow: m.Flow, name: str, source: str, payload: Mapping[str, object], answers: Answers, clock: VirtualClock
) -> Seen:
    """Run one payload through the flow with ``name`` alone. Nothing is sent, nothing is written."""
    plan, arrival, store = _ready(flow, name, source, payload, clock)
    heard = Overheard(DryDriver(arrival.lead, store, answers, clock))
    ending = at_once(run_lead(plan, arrival, heard))
    return Seen(tuple(heard.sent), ending)


async def send_alone(
    flow: m.Flow, name: str, source: str, payload: Mapping[str, object], outbound: Outbound, clock: Clock
) -> Seen:
    """Send one payload to ``name`` alone, for real, as a test lead. Nothing is written."""
    plan, arrival, store = _ready(flow, name, source, payload, clock)
    heard = Overheard(LiveDriver(arrival.lead, store, outbound, clock))
    ending = await run_lead(plan, replace(arrival, test=True), heard)
    return Seen(tuple(heard.sent), ending)


def _ready(
    flow: m.Flow, name: str, source: str, payload: Mapping[str, object], clock: Clock
) -> tuple[Plan, Arrival, SqliteStore]:
    plan = make_plan(alone(flow, name))
    store = SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    return plan, Arrival("0" * 26, f"{source}/alone/1", source, payload), store
