"""What ``leadflow work`` and the service do again and again beside routing new leads: a row a chore.

A chore looks for what is due, does it, and tells of each piece as it ends. One that finds nothing costs a query. What
fails is told and stops nothing else; only a failing journal is raised (``StoreError``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.operations import batching, forgetting, policies
from leadflow_engine.operations.inquiring import Followed, follow_up
from leadflow_engine.operations.postbacks import Told, send_due
from leadflow_engine.operations.resubmitting import resubmit_due
from leadflow_engine.operations.resume import Plans
from leadflow_engine.operations.work import Worked, work_once
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.store import SqliteStore
from leadflow_engine.texts.counted import counted


@dataclass(frozen=True, slots=True)
class Hands:
    """What a chore works with. ``concurrency`` is how many leads go on at once."""

    store: SqliteStore
    plans: Plans
    outbound: Outbound
    clock: Clock
    concurrency: int = 16


@dataclass(frozen=True, slots=True)
class Did:
    """One thing that a chore did. ``line`` is for a person and begins with what it is about (a lead, a buyer, a file);
    ``failed`` where it could not be done; ``worked`` where it was a lead that went on."""

    line: str
    failed: bool = False
    worked: Worked | None = None
    data: Mapping[str, Json] = field(default_factory=dict)


Tell = Callable[[Did], None]
Chore = Callable[[Hands, Tell], Awaitable[None]]


async def leads(hands: Hands, tell: Tell) -> None:
    """Go on with leads that are due or were interrupted. A service does this by itself, beside the leads that come."""

    def worked(one: Worked) -> None:
        tell(Did(one.problem, bool(one.problem), one))

    await work_once(hands.store, hands.plans, hands.outbound, hands.clock, worked, hands.concurrency)


async def _postbacks(hands: Hands, tell: Tell) -> None:
    for told in await send_due(hands.store, hands.plans, hands.outbound, hands.clock):
        tell(Did(_sentence(told)))


async def _batches(hands: Hands, tell: Tell) -> None:
    for done in await batching.send_batches(hands.store, hands.plans, hands.outbound, hands.clock):
        tell(Did(batching.sentence(done), done.is_trouble))


def _sentence(told: Told) -> str:
    if not told.sent.failure:
        return f"{told.lead}  postback: told {told.source}"
    again = f"; again at {told.sent.again:%H:%M:%S} UTC" if told.sent.again else "; given up"
    return f"{told.lead}  postback: not heard by {told.source}: {told.sent.failure}{again}"


async def _follow_ups(hands: Hands, tell: Tell) -> None:
    def followed(one: Followed) -> None:
        tell(Did(one.problem or one.sentence, bool(one.problem)))

    await follow_up(hands.store, hands.plans, hands.outbound, hands.clock, followed, hands.concurrency)


async def resubmissions(hands: Hands, tell: Tell) -> None:
    """Begin with leads that are offered again. A service does this by itself, as ``leads``."""

    def begun(one: Worked) -> None:
        tell(Did(one.problem, bool(one.problem), one))

    await resubmit_due(hands.store, hands.plans, hands.outbound, hands.clock, begun, hands.concurrency)


async def _policies(hands: Hands, tell: Tell) -> None:
    for event in policies.look(hands.store, hands.plans, hands.clock):
        tell(Did(policies.sentence(event), data=asdict(event)))


async def _retained(hands: Hands, tell: Tell) -> None:
    for flow, leads in forgetting.retain_hourly(hands.store, hands.plans, hands.clock).items():
        if leads:
            tell(Did(f"{flow}  {counted(leads, 'lead')} forgotten, as `retain` says"))


CHORES: Final[tuple[Chore, ...]] = (
    _policies,
    _follow_ups,
    leads,
    resubmissions,
    _postbacks,
    _batches,
    _retained,
)


async def do_all(hands: Hands, tell: Tell) -> None:
    """Every chore once, in the order of ``CHORES``."""
    for chore in CHORES:
        await chore(hands, tell)
