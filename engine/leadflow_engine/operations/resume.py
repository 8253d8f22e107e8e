"""Going on with a lead that waits or that a crash interrupted, and telling its story again: all of it is replay."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.replay import Differs, ReplayDriver
from leadflow_engine.effects import FROM_OUTSIDE, Fact, Suspend, Write
from leadflow_engine.intake.replies import Reply, reply_of
from leadflow_engine.interpreter.cursor import BEGINNING, WORDS, Cursor, UnknownVersion, from_json, settled
from leadflow_engine.lead import Lead
from leadflow_engine.operations.loading import LoadProblem, description, plan_of_files
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Driver, Ending, arrival_of, run_lead
from leadflow_engine.store import SqliteStore, StoreError, plans

T = TypeVar("T")

CANNOT_GO_ON = (LoadProblem, Differs, UnknownVersion)
"""What keeps one lead from going on, and no other: its flow cannot be had, its facts are another version's."""


@dataclass(slots=True)
class Plans:
    """The plans that a journal's leads began on: today's, and older ones made again from what the journal keeps."""

    store: SqliteStore
    known: dict[str, Plan] = field(default_factory=dict)

    def of(self, lead: str, facts: Sequence[Fact]) -> Plan:
        """The plan of a lead. Raises ``StoreError`` or ``LoadProblem`` where it cannot be had."""
        if not facts:
            raise StoreError(f"lead {lead} has no facts in this journal")
        return self.named(str(facts[0].body["plan"]), f"lead {lead} began on")

    def newest(self, flow: str) -> Plan:
        """The plan of this flow that the journal came to know last. Raises ``LoadProblem`` where it cannot be had."""
        return self.named(self.store.ask(lambda connection: plans.newest(connection, flow)))

    def named(self, name: str, why: str = "it is to go by") -> Plan:
        """The plan of this name; ``why`` begins the sentence where the journal does not keep it (``LoadProblem``)."""
        if name not in self.known:
            files = self.store.plan_files(name)
            main = self.store.plan_main(name)
            if not files or not main:
                raise LoadProblem(f"{why} plan {name[:7]}, which this journal does not keep")
            self.known[name] = plan_of_files(files, main)
        return self.known[name]


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a lead's facts. ``ends`` is false where a crash cut it off."""

    facts: tuple[Fact, ...]
    before: int
    ends: bool
    words: tuple[Fact, ...] = ()


def segments(facts: Sequence[Fact]) -> Iterator[Segment]:
    """A lead's facts, cut at its suspends; ``words`` are those said between a segment and the next."""
    own: list[Fact] = []
    words: list[Fact] = []
    before, ended = 0, False
    for number, fact in enumerate(facts):
        if ended and fact.kind not in FROM_OUTSIDE:
            yield Segment(tuple(own), before, True, tuple(words))
            own, words, before, ended = [], [], number, False
        if fact.kind in WORDS:
            words.append(fact)
        elif fact.kind not in FROM_OUTSIDE:
            own.append(fact)
            ended = fact.kind in {"suspend", "end"}
    yield Segment(tuple(own), before, ended, tuple(words))


async def replay(
    plan: Plan, lead: str, facts: Sequence[Fact], around: Callable[[Driver], Driver] = lambda driver: driver
) -> list[Ending]:
    """Run all complete segments of a lead again from its facts. ``around`` may stand between the Run and the driver,
    to see what is asked. Raises ``Differs`` at the first difference."""
    _must_be_whole(lead, facts)
    endings, cursor = [], BEGINNING
    for segment in segments(facts):
        if not segment.ends:
            break
        endings.append(await _replay_one(plan, lead, facts, segment, cursor, None, around))
        cursor = _cursor_after(endings[-1], segment)
    return endings


async def go_on(plan: Plan, lead: str, facts: Sequence[Fact], live: Driver) -> Ending:
    """Go on with a lead from where its journal ends: the rest of an interrupted segment, or the next one."""
    _must_be_whole(lead, facts)
    cursor, last = BEGINNING, None
    for segment in segments(facts):
        if not segment.ends:
            return await _replay_one(plan, lead, facts, segment, cursor, live)
        last = await _replay_one(plan, lead, facts, segment, cursor, None)
        cursor = _cursor_after(last, segment)
    if last is None or not isinstance(last.effect.data, Suspend):
        raise StoreError(f"lead {lead} has ended: there is nothing to go on with")
    return await run_lead(plan, arrival_of(lead, facts[0]), live, cursor, facts)


def _must_be_whole(lead: str, facts: Sequence[Fact]) -> None:
    if facts and facts[0].content is None:
        raise LoadProblem(f"what was personal of lead {lead} is removed, so its story cannot be told again")


async def _replay_one(
    plan: Plan,
    lead: str,
    facts: Sequence[Fact],
    segment: Segment,
    cursor: Cursor,
    then: Driver | None,
    around: Callable[[Driver], Driver] = lambda driver: driver,
) -> Ending:
    driver = around(ReplayDriver(segment.facts, then, facts[0].at))
    return await run_lead(plan, arrival_of(lead, facts[0]), driver, cursor, facts[: segment.before])


def _cursor_after(ending: Ending, segment: Segment) -> Cursor:
    data = ending.effect.data
    return settled(from_json(data.cursor), segment.words) if isinstance(data, Suspend) else BEGINNING


def writes_again(plan: Plan, lead: str, facts: Sequence[Fact]) -> list[Write]:
    """The Writes that a lead's Runs made, made again: what a rebuild of the projections needs."""
    return [write for ending in at_once(replay(plan, lead, facts)) for write, _ in ending.writes]


def last_scope(plan: Plan, lead: str, facts: Sequence[Fact]) -> Lead | None:
    """The lead as it stood at the end of its last whole segment; ``None`` where a replay does not get there."""
    try:
        endings = at_once(replay(plan, lead, facts))
    except CANNOT_GO_ON:
        return None
    return endings[-1].scope if endings else None


def reply_again(plan: Plan, lead: str, facts: Sequence[Fact], summary: Mapping[str, Any]) -> Reply | None:
    """What a lead's source is answered as the lead stands; ``None`` where a replay does not get there."""
    scope = last_scope(plan, lead, facts)
    return reply_of(plan, summary, scope, facts) if scope is not None else None


def retold(plan: Plan, lead: str, facts: Sequence[Fact], writes: Sequence[Write]) -> Mapping[str, Any]:
    """What a journal says of a lead that these Writes made (``SqliteStore.lead_summary``), from its facts alone."""
    store = SqliteStore.memory(RealClock())
    store.add_plan(plan.name, description(plan))
    store.retell(lead, facts, writes)
    return store.lead_summary(lead) or {}


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits (a dry run, a replay) to its end, without an event loop."""
    try:
        work.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    raise RuntimeError("a replay waited for something outside")
