"""Time that passes in a scenario: whatever falls due in it is done, each at its time, by what ``leadflow work`` does.

The pieces are those of ``operations/chores.py``; only leads go on in virtual time, as a dry run's do."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result
from leadflow_engine.operations import batching, policies
from leadflow_engine.operations.inquiring import do_one
from leadflow_engine.operations.postbacks import send_one
from leadflow_engine.operations.resubmitting import next_arrival, plan_for
from leadflow_engine.operations.resume import Plans, at_once, go_on
from leadflow_engine.operations.work import in_turn
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.scenarios.calls import GivenAnswers
from leadflow_engine.store import SqliteStore, batches, follow_ups, resubmissions
from leadflow_engine.store.codec import moment

SOON: Final = datetime.timedelta(hours=2)
SELDOM: Final = datetime.timedelta(minutes=15)
"""How often policies look once nothing has happened for so long: figures are of whole hours, and a month has 43,200
minutes."""
ROUNDS: Final = 10
"""How often, at one moment, what follows from what was done is done as well."""


LONG_AGO: Final = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Playing(Protocol):
    """Where a scenario is played: ``stage.Stage``."""

    plan: Plan
    clock: VirtualClock
    store: SqliteStore
    answers: GivenAnswers

    def ended(self, ending: Ending) -> None:
        """Hear that a lead has ended, or waits."""
        ...


@dataclass(slots=True)
class Passing:
    """What is done while time passes on a stage."""

    stage: Playing
    happened: datetime.datetime = LONG_AGO

    @property
    def plans(self) -> Plans:
        """The plans of the stage's journal: there is one."""
        return Plans(self.stage.store, {self.stage.plan.name: self.stage.plan})

    def until(self, end: datetime.datetime) -> None:
        """Let the time pass until ``end``; what is due already is done first."""
        clock = self.stage.clock
        self.happened = clock.at
        self._rounds()
        while (due := self._next(end)) is not None:
            clock.at = due
            self._rounds()
        clock.at = max(clock.at, end)

    def _next(self, end: datetime.datetime) -> datetime.datetime | None:
        now = self.stage.clock.at
        return min((due for due in self._times() if now < due <= end), default=None)

    def _times(self) -> Iterator[datetime.datetime]:
        store = self.stage.store
        yield from (work.due for work in store.work() if work.due)
        asked = store.ask(follow_ups.next_due)
        if asked is not None:
            yield asked
        if self.stage.plan.flow.policies:
            yield self._next_look()
        rows = store.query(
            "SELECT min(due) FROM postback UNION ALL SELECT min(due) FROM batch WHERE state = 'open' "
            "UNION ALL SELECT min(again) FROM batch WHERE state = 'closed'"
        )
        yield from (moment(row[0]) for row in rows if row[0])

    def _next_look(self) -> datetime.datetime:
        now = self.stage.clock.at
        if now - self.happened <= SOON:
            return now + policies.EVERY
        return now + SELDOM - (now - LONG_AGO) % SELDOM

    def _rounds(self) -> None:
        for _ in range(ROUNDS):
            before = self._written()
            self._once()
            if self._written() == before:
                return
            self.happened = self.stage.clock.at

    def _written(self) -> tuple[int, ...]:
        """How much was done: facts of leads, what policies decided, what happened to files."""
        counts = "SELECT (SELECT count(*) FROM fact), (SELECT count(*) FROM policy_event), "
        return tuple(self.stage.store.query(f"{counts}(SELECT count(*) FROM batch_event)")[0])

    # -------------------------------------------------------------- the chores

    def _once(self) -> None:
        """All chores, in the order of ``CHORES``."""
        policies.look(self.stage.store, self.plans, self.stage.clock)
        self._follow_up()
        self._go_on()
        self._offer_again()
        self._tell_sources()
        at_once(batching.send_batches(self.stage.store, self.plans, _Files(self.stage), self.stage.clock))

    def _follow_up(self) -> None:
        """What is due of asking buyers later, and of sending to them again."""

        async def ask(lead: str, effect: Effect, data: CallOut) -> Result:
            return self.stage.answers.answer(lead, effect, data)

        stage, now = self.stage, self.stage.clock.at
        for what in stage.store.ask(lambda connection: follow_ups.due(connection, now)):
            at_once(do_one(stage.store, self.plans, ask, stage.clock, what))

    def _go_on(self) -> None:
        stage = self.stage
        for lead in in_turn(stage.store, stage.clock.at):
            facts = stage.store.facts(lead)
            stage.ended(at_once(go_on(self.plans.of(lead, facts), lead, facts, self.driver(lead))))

    def _offer_again(self) -> None:
        store = self.stage.store
        for due in store.ask(resubmissions.due):
            plan = plan_for(store, self.plans, due)
            arrival = next_arrival(store, plan, due)
            self.stage.ended(at_once(run_lead(plan, arrival, self.driver(due.next))))

    def _tell_sources(self) -> None:
        stage = self.stage
        for due in stage.store.postbacks_due(stage.clock.at):
            source = stage.store.query("SELECT source FROM lead WHERE id = ?", (due.lead,))[0][0]
            told = _Told(stage, source, f"postback/{due.number}", due.number)
            at_once(send_one(stage.store, self.plans, told, stage.clock, due))

    def driver(self, lead: str) -> DryDriver:
        """What a lead's Run is answered by."""
        stage = self.stage
        return DryDriver(lead, stage.store, stage.answers, stage.clock)


@dataclass(slots=True)
class _Told:
    """The way out for one postback of a source."""

    stage: Playing
    source: str
    key: str
    number: int

    async def send(self, request: HttpRequest) -> Result:
        """What the source answers."""
        data = CallOut("postback", self.source, self.number, request)
        return self.stage.answers.answer("", Effect(self.key, data), data)

    async def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(slots=True)
class _Files:
    """The way out for files: they are sent one after the other, so that the one under way is the buyer's."""

    stage: Playing

    async def send(self, request: HttpRequest) -> Result:
        """What the buyer of the batch that is under way answers."""
        [batch] = self.stage.store.ask(lambda connection: batches.known(connection, ("sending",)))
        data = CallOut("batch", batch.buyer, 1, request)
        return self.stage.answers.answer("", Effect(f"batch/{batch.id}", data), data)

    async def close(self) -> None:
        """There is nothing to let go of."""
