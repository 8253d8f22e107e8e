"""Leads that are offered again: the next attempt of each that is due begins, on the flow's plan of today."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.effects import Json
from leadflow_engine.interpreter.cursor import Again, Arrival
from leadflow_engine.operations.batch import together
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.operations.work import Worked, set_aside, set_aside_now, take_up
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.runner import arrival_of, run_lead
from leadflow_engine.store import SqliteStore, StoreError, resubmissions
from leadflow_engine.store.codec import iso
from leadflow_engine.store.resubmissions import Resubmission


async def resubmit_due(
    store: SqliteStore,
    known: Plans,
    outbound: Outbound,
    clock: Clock,
    tell: Callable[[Worked], None],
    concurrency: int = 16,
) -> None:
    """Begin every next attempt that is due. One that cannot begin is told of, stops no other, and is tried again ever
    later."""
    aside = set_aside_now(store, clock.now())
    gate = asyncio.Semaphore(max(1, concurrency))

    async def one(due: Resubmission) -> None:
        async with gate:
            tell(await _begun(store, known, outbound, clock, due))

    await together(one(due) for due in store.ask(resubmissions.due) if due.lead not in aside)


async def _begun(
    store: SqliteStore, known: Plans, outbound: Outbound, clock: Clock, due: Resubmission
) -> Worked:
    try:
        plan = plan_for(store, known, due)
        arrival = next_arrival(store, plan, due)
    except CANNOT_GO_ON as problem:
        await set_aside(store, due.lead, f"cannot be offered again: {problem}")
        return Worked(due.lead, None, f"lead {due.lead} cannot be offered again: {problem}")
    driver = LiveDriver(due.next, store, outbound, clock)
    ending = await run_lead(plan, arrival, driver)
    await take_up(store, due.lead)
    return Worked(due.next, ending)


def plan_for(store: SqliteStore, known: Plans, due: Resubmission) -> Plan:
    """The plan on which a lead is offered again: the one that was said, else its flow's newest in this journal. Raises
    ``LoadProblem`` where it cannot be had."""
    flow = store.query("SELECT flow FROM lead WHERE id = ?", (due.lead,))[0][0]
    return known.named(due.plan) if due.plan else known.newest(flow)


def next_arrival(store: SqliteStore, plan: Plan, due: Resubmission) -> Arrival:
    """The lead as it arrives for its next attempt: what came at first, with what was corrected. Raises ``LoadProblem``
    where that is not kept any more, or the plan has no such source."""
    received = store.facts(due.lead)[0]
    if received.content is None:
        raise LoadProblem("what came of it is not kept any more")
    first = arrival_of(due.lead, received)
    if first.source not in plan.sources:
        raise LoadProblem(f"the flow has no source `{first.source}` any more")
    corrected = {**(first.again.changed if first.again else {}), **due.changed}
    came = store.query("SELECT received_at FROM lead WHERE id = ?", (due.lead,))[0][0]
    again = Again(due.attempt, due.lead, due.because, came, due.tried, due.entered, due.paid, corrected)
    return replace(first, lead=due.next, identity=due.identity, again=again)


# ------------------------------------------------------------------ asking for it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that could be offered again. ``reason`` is why it came to its end, or came back."""

    lead: str
    outcome: str
    reason: str
    received_at: str


def candidates(
    store: SqliteStore, reason: str, since: datetime.datetime | None = None, flow: str = ""
) -> list[Candidate]:
    """Leads that ended with nobody who has them, for a reason that holds these words (whatever their case), the oldest
    first; ``since`` is when they came at the earliest. Those that are offered again already are none."""
    rows = store.query(
        "SELECT id, outcome, reason, received_at FROM ("
        "  SELECT l.*, coalesce((SELECT r.reason FROM returned r WHERE r.lead = l.id AND r.accepted "
        "                        ORDER BY r.at DESC LIMIT 1), '') AS came_back FROM lead l"
        ") l WHERE ended_at IS NOT NULL AND NOT test AND received_at >= ?2 AND (?3 = '' OR flow = ?3) "
        "AND (instr(lower(reason), ?1) OR instr(lower(came_back), ?1) OR EXISTS ("
        "  SELECT 1 FROM distribution d WHERE d.lead = l.id AND instr(lower(d.reason), ?1))) "
        "AND NOT EXISTS (SELECT 1 FROM resubmission s WHERE s.lead = l.id) "
        "AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.lead = l.id AND f.seq = 0 AND json_extract(f.body, '$.pinging')) "
        "AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.lead = l.id "
        "                AND d.state IN ('confirmed', 'pending', 'in_doubt', 'intent')) "
        "ORDER BY received_at, id",
        (reason.strip().lower(), iso(since) if since else "", flow),
    )
    return [Candidate(*row) for row in rows]


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``resubmit``: ``leads``, ``because``, ``by``, ``without``, ``set`` (field to value) and ``plan`` (its
    ``name`` and ``description``, or null). Gives for each lead its ``next``, or the ``problem``."""
    plan: Mapping[str, Json] | None = said.get("plan")
    if plan:
        store.add_plan(plan["name"], plan["description"])
    return [_asked(store, lead, said, plan["name"] if plan else "") for lead in said["leads"]]


def _asked(store: SqliteStore, lead: str, said: Mapping[str, Json], plan: str) -> Json:
    because, by, without = said["because"], said["by"], said.get("without") or ()
    changed = said.get("set") or {}
    if _only_asked(store, lead):
        return {"lead": lead, "problem": "its seller only asked what it would be worth"}
    try:
        next_ = store.transact(
            lambda core: resubmissions.resubmit(core, lead, because, by, without, plan, changed)
        )
    except StoreError as problem:
        return {"lead": lead, "problem": str(problem)}
    return {"lead": lead, "next": next_}


def _only_asked(store: SqliteStore, lead: str) -> bool:
    """Is it the lead of a ping, which nobody was to have?"""
    facts = store.facts(lead)
    return bool(facts) and bool(facts[0].body.get("pinging"))


def unknown_fields(plan: Plan, names: Sequence[str]) -> list[str]:
    """Which of these are no fields that can be corrected: only what a source sends and what may be kept can."""
    given = {each.name for each in plan.flow.fields if each.computed is None and not each.transient}
    return [name for name in names if name not in given]
