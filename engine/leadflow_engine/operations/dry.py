"""Dry runs: what would happen, with no network and nothing written."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from leadflow_engine.answers import Simulator, Spec, answers_beside, load_answers
from leadflow_engine.drivers.answers import AssumedAnswers, SimulatedAnswers
from leadflow_engine.drivers.clock import RealClock, VirtualClock
from leadflow_engine.drivers.dry import Answers, DryDriver
from leadflow_engine.drivers.recorded import RecordedDriver
from leadflow_engine.intake.formats import read_records
from leadflow_engine.operations.batch import Done
from leadflow_engine.operations.identity import Arriving, arriving, digest_of
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.paying import copy_payments, take_as_paid
from leadflow_engine.operations.resume import at_once
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Driver, run_lead
from leadflow_engine.store import SqliteStore

ASSUMED = "assuming that every buyer accepts, a ping with a bid of 10.00"
JOURNALS = (".db", ".sqlite", ".sqlite3")


@dataclass(slots=True)
class DryRun:
    """A dry run of a file of leads. ``said`` tells in one line where the answers come from.

    ``store`` holds what was decided, in memory. ``clock`` stands still between leads; with a journal to follow
    (``recorded``) it is that of the lead's facts. ``seen`` are the leads that were routed: the journal begins without
    any.
    """

    plan: Plan
    source: str
    file: Path
    store: SqliteStore
    clock: VirtualClock
    answers: Answers
    said: str
    key: str = ""
    notes: tuple[str, ...] = ()
    recorded: SqliteStore | None = None
    seen: set[str] = field(default_factory=set)

    def leads(self) -> Iterator[Done]:
        """Route every record, one after the other."""
        digest = digest_of(self.file)
        began = self.clock.at
        for one in arriving(self.plan, self.source, read_records(self.file), digest, self.key):
            if self.recorded is None:
                self.clock.at = began
            yield self._one(one)

    def _one(self, one: Arriving) -> Done:
        record, arrival = one.record, one.arrival
        if arrival is None:
            return Done(record, "unread", problem=one.problem)
        if arrival.lead in self.seen:
            return Done(record, "known", arrival.lead)
        self.seen.add(arrival.lead)
        return Done(
            record, "new", arrival.lead, at_once(run_lead(self.plan, arrival, self._driver(arrival.lead)))
        )

    def _driver(self, lead: str) -> Driver:
        if self.recorded is not None:
            return RecordedDriver(lead, self.store, self.recorded.facts(lead), self.clock)
        return DryDriver(lead, self.store, self.answers, self.clock)


def _unknown_names(plan: Plan, spec: Spec, file: str) -> Iterator[str]:
    """Names for which a file has answers and which the flow does not know: most are misspelt."""
    steps = {step.name for step in (*plan.flow.steps, *plan.flow.named_delivers)}
    called = {source.name for source in plan.flow.sources if source.fetch or source.postbacks}
    known = {"buyer": set(plan.buyers), "service": steps | called}
    for side, name in dict.fromkeys((key.side, key.name) for key in spec.legs):
        if name not in known[side]:
            near = difflib.get_close_matches(name, sorted(known[side]), 1)
            help_ = f"; did you mean `{near[0]}`?" if near else ""
            yield f"{file} answers for {side} `{name}`, which the flow does not have{help_}"


def _of_scenarios(flow_file: str | Path) -> Spec | None:
    """The answers that the flow's scenarios give every one of them. What reads them is only loaded where they count."""
    from leadflow_engine.scenarios.load import default_answers

    return default_answers(flow_file)


def dry_run(
    plan: Plan,
    flow_file: str | Path,
    source: str,
    file: Path,
    at: datetime.datetime | None = None,
    answers: str = "",
    db: str = "",
    key: str = "",
) -> DryRun:
    """Make ready a dry run. ``answers`` is a file of answers or a journal whose recorded answers and clock are
    used; without it the file of answers beside the flow, else the defaults of its scenarios, else everybody is
    assumed to accept. ``db`` is the journal whose caps, dedupe keys, turns and kept answers count. Raises
    ``AnswersError``, ``StoreError``.
    """
    clock = VirtualClock(at or RealClock().now())
    store = SqliteStore.snapshot(db, clock) if db else SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    store.gather()
    follows = answers.endswith(JOURNALS)
    paid = take_as_paid(store, plan.flow, clock.at, {}) if not db and not follows else []
    run = DryRun(plan, source, file, store, clock, AssumedAnswers(), ASSUMED, key)
    run.notes = (f"{', '.join(paid)}: taken to have paid enough; --db reads what is left",) if paid else ()
    beside = answers_beside(flow_file)
    if follows:
        recorded = SqliteStore.read_only(answers, clock)
        if not db:
            copy_payments(recorded, store)
        return replace(run, recorded=recorded, said=f"answers and clock as recorded in {answers}")
    chosen = answers or (str(beside) if beside else "")
    spec = load_answers(chosen) if chosen else _of_scenarios(flow_file)
    if spec is None:
        return run
    run.notes += tuple(_unknown_names(plan, spec, spec.file))
    said = f"answers from {chosen or f'the defaults of {spec.file}'}"
    return replace(run, answers=SimulatedAnswers(Simulator(spec, clock.now)), said=said)
