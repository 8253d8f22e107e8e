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
            pairs = (("ping", buyer.ping), ("post", buyer.at_once))
            _refuse_collector(flow, buyer)
            return tuple(Leg(name, word, leg) for word, leg in pairs if leg is not None)
    for step in (*flow.steps, *flow.named_delivers):
        if isinstance(step, m.Enhance | m.Deliver) and step.name == name:
            return (Leg(name, "enhance" if isinstance(step, m.Enhance) else "deliver", step.leg),)
    raise LoadProblem(f"{flow.file}: nothing called `{name}` is sent anything; there are {_known(flow)}")


def _refuse_collector(flow: m.Flow, buyer: m.Buyer) -> None:
    if buyer.batch is not None and buyer.ping is None:
        raise LoadProblem(
            f"{flow.file}:{buyer.span.line}: {buyer.name} is sent files of leads, not requests; `leadflow run` puts "
            "leads into one, `leadflow batch list` shows it"
        )


def _known(flow: m.Flow) -> str:
    steps = (step for step in (*flow.steps, *flow.named_delivers) if isinstance(step, m.Enhance | m.Deliver))
    return ", ".join((*(buyer.name for buyer in flow.buyers), *(step.name for step in steps))) or "none"


def alone(flow: m.Flow, name: str, judged: bool = False) -> m.Flow:
    """The flow with one buyer that takes every lead, or with one step that runs for every lead.

    With ``judged`` the criteria and prices of the buyer, the step's condition, the filters and the criteria of sources
    stay, so that only leads for which they hold come through."""
    legs_named(flow, name)
    buyers = tuple(_open(buyer, judged) for buyer in flow.buyers if buyer.name == name)
    steps = tuple(_kept((*flow.steps, *flow.named_delivers), name, judged))
    if buyers:
        stage = m.Stage("waterfall", (name,), id="route.1", written=f"waterfall {name}")
        steps = (*steps, m.Route("route", (stage,)))
    sources = tuple(_heard(source, judged) for source in flow.sources)
    return replace(flow, buyers=buyers, steps=steps, named_delivers=(), sources=sources)


def _heard(source: m.Source, judged: bool) -> m.Source:
    """The source with its ``map`` alone: the lead is given as that reads it, nobody is asked for it or told of it."""
    heard = m.Source(
        source.name,
        source.title,
        map=source.map,
        test_when=source.test_when,
        timezone=source.timezone,
        span=source.span,
    )
    return replace(heard, criteria=source.criteria) if judged else heard


def _kept(steps: Iterable[m.Step], name: str, judged: bool) -> Iterable[m.Step]:
    for step in steps:
        if judged and isinstance(step, m.Filter):
            yield replace(step, on_reject=())
        elif judged and (step.name == name or isinstance(step, m.Enhance | m.Score)):
            yield step
        elif step.name == name and isinstance(step, m.Enhance):
            yield replace(step, on_demand=False, when=None, cache_for=None)
        elif step.name == name and isinstance(step, m.Deliver):
            yield replace(step, when=None)
        elif isinstance(step, m.Enhance | m.Score):
            yield step


def _open(buyer: m.Buyer, judged: bool) -> m.Buyer:
    """The buyer with all that it is sent and nothing that keeps a lead from it."""
    opened = m.Buyer(
        name=buyer.name,
        title=buyer.title,
        legal_name=buyer.legal_name,
        prices=(_PRICE,),
        timezone=buyer.timezone,
        idempotent=buyer.idempotent,
        ping=buyer.ping,
        deliver=buyer.deliver,
        callback=buyer.callback,
        email=buyer.email,
        test_fields=buyer.test_fields,
        test_url=buyer.test_url,
        span=buyer.span,
    )
    if not judged:
        return opened
    return replace(
        opened, criteria=buyer.criteria, prices=buyer.prices, offers=buyer.offers, needs=buyer.needs
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
    return try_arrival(make_plan(alone(flow, name)), _arrival(source, payload), answers, clock)


def try_arrival(plan: Plan, arrival: Arrival, answers: Answers, clock: VirtualClock) -> Seen:
    """Run a lead through the plan of a flow that ``alone`` made. Nothing is sent, nothing is written."""
    store = _store(plan, clock)
    heard = Overheard(DryDriver(arrival.lead, store, answers, clock))
    ending = at_once(run_lead(plan, arrival, heard))
    return Seen(tuple(heard.sent), ending)


async def send_alone(
    flow: m.Flow, name: str, source: str, payload: Mapping[str, object], outbound: Outbound, clock: Clock
) -> Seen:
    """Send one payload to ``name`` alone, for real, as a test lead. Nothing is written."""
    plan = make_plan(alone(flow, name))
    arrival, store = _arrival(source, payload), _store(plan, clock)
    heard = Overheard(LiveDriver(arrival.lead, store, outbound, clock))
    ending = await run_lead(plan, replace(arrival, test=True), heard)
    return Seen(tuple(heard.sent), ending)


def _store(plan: Plan, clock: Clock) -> SqliteStore:
    store = SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    return store


def _arrival(source: str, payload: Mapping[str, object]) -> Arrival:
    return Arrival("0" * 26, f"{source}/alone/1", source, payload)
