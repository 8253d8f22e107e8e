"""Cases of whole leads in the flow language: a flow, what buyers answer, leads, and what must come of each.

A case file is YAML: ``flow`` (text), ``at`` (the clock), ``answers`` (as in docs/answers.md), ``paid`` (buyer to what
it paid in), ``leads``. A lead has ``send``; ``at`` (its own moment), ``source`` and ``paid`` (before it) where they are
not the case's; and any of ``outcome``, ``reason``, ``sold`` (buyer to price), ``distribution`` (buyer to word, or to
[word, reason]), ``steps`` (name to outcome), ``keys`` (the effects, in order). What is not said is not compared.
``later`` are moments (``at``) at which a lead that waits goes on, each with what must have come of it by then.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from leadflow_dsl.checking import check
from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.drivers.answers import SimulatedAnswers
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.batch import Done
from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import at_once, go_on
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.payments import Payment, pay

SAID = frozenset({"send", "at", "source", "paid", "later"})
"""What a case says of a lead that is nothing to compare."""

CASES = Path(__file__).parent / "cases"


def plan_of(text: str, root: Path, files: Mapping[str, str] | None = None) -> Plan:
    """The plan of a flow given as text. Its findings, where it has errors, are the test's failure."""
    (root / "leadflow.toml").touch()
    checked = check(root / "case.flow", text=text, files=files)
    assert checked.flow is not None, "\n".join(f"{d.span.line}: {d.code} {d.message}" for d in checked.errors)
    assert not checked.flow.unbuilt
    return make_plan(checked.flow)


def each(plan: Plan, case: Mapping[str, Any], root: Path) -> Iterator[tuple[DryRun, Done]]:
    """Each lead of a case, at its own moment, in one journal."""
    at = _moment(case.get("at", "2026-11-20T15:00:00+00:00"))
    run = dry(plan, [], case.get("answers", {}), at.isoformat(), root)
    for entry in case.get("suppressed", ()):
        expires = datetime.timedelta(hours=entry["hours"]) if "hours" in entry else None
        run.store.suppress(entry["list"], [entry["value"]], "ann", "asked", entry.get("for", ""), expires)
    _pay(run, case)
    for number, lead in enumerate(case["leads"]):
        file = root / f"lead_{number}.jsonl"
        file.write_text(json.dumps(lead["send"]) + "\n" * (number + 1), encoding="utf-8")
        run.clock.at = _moment(lead["at"]) if "at" in lead else at
        _pay(run, lead)
        yield run, next(replace(run, file=file, source=lead.get("source", run.source)).leads())


def _pay(run: DryRun, said: Mapping[str, Any]) -> None:
    for buyer, amount in said.get("paid", {}).items():
        payment = Payment(f"buyer/{buyer}", Decimal(str(amount)), run.clock.at, "ann", "paid")
        run.store.transact(partial(pay, payment=payment))


def _moment(said: str | datetime.datetime) -> datetime.datetime:
    return datetime.datetime.fromisoformat(said) if isinstance(said, str) else said


def dry(
    plan: Plan, leads: list[Mapping[str, Any]], answers: Mapping[str, Any], at: str, root: Path
) -> DryRun:
    """A dry run of these leads, ready to go."""
    file = root / "leads.jsonl"
    file.write_text("".join(json.dumps(lead) + "\n" for lead in leads), encoding="utf-8")
    clock = VirtualClock(datetime.datetime.fromisoformat(at))
    store = SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    simulator = Simulator(parse_answers(yaml.safe_dump(dict(answers))), clock.now)
    source = next(iter(plan.sources))
    return DryRun(plan, source, file, store, clock, SimulatedAnswers(simulator), "as the case says")


def goes_on(run: DryRun, done: Done, at: str | datetime.datetime) -> Done:
    """The next segment of a lead that waits, at its moment."""
    run.clock.at = _moment(at)
    driver = DryDriver(done.lead, run.store, run.answers, run.clock)
    facts = run.store.facts(done.lead)
    return replace(done, ending=at_once(go_on(run.plan, done.lead, facts, driver)))


def case_files() -> list[Path]:
    """Every case file."""
    return sorted(CASES.glob("*.yaml"))


def came_of(run: DryRun, done: Done) -> dict[str, Any]:
    """What became of a lead, in the words of a case."""
    assert done.ending is not None
    summary = run.store.lead_summary(done.lead)
    assert summary is not None
    return {
        "outcome": done.ending.outcome,
        "reason": done.ending.reason,
        "sold": {sale["buyer"]: float(sale["price"]) for sale in summary["sales"]},
        "distribution": {row["buyer"]: [row["outcome"], row["reason"]] for row in summary["distribution"]},
        "causes": {row["buyer"]: row["cause"] for row in summary["distribution"]},
        "steps": {step["name"]: step["outcome"] for step in summary["steps"]},
        "notes": {step["name"]: step["note"] for step in summary["steps"]},
        "keys": [fact.key for fact in done.ending.facts],
    }


def compared(wanted: Mapping[str, Any], came: Mapping[str, Any]) -> dict[str, Any]:
    """The part of what came that the case speaks of, in the case's own shape."""
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        if name in SAID:
            continue
        if name == "distribution":
            rows = came["distribution"]
            found[name] = {
                b: rows.get(b, ["missing"])[0 if isinstance(w, str) else slice(None)]
                for b, w in value.items()
            }
        elif isinstance(value, Mapping) and name != "sold":
            found[name] = {key: came[name].get(key) for key in value}
        else:
            found[name] = came[name]
    return found
