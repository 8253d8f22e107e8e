"""``leadflow run``: route a file of leads for real."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import console, note, show, width_of
from leadflow_engine.drivers import loops

if TYPE_CHECKING:
    from leadflow_engine.cli.ending import Printer
    from leadflow_engine.operations.batch import Job
    from leadflow_engine.plan import Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    flow: str
    leads: str
    db: str
    source: str
    concurrency: int
    key: str
    form: str


@click.command("run", short_help="Route a file of leads through a flow.")
@click.argument("flow", metavar="FLOW")
@click.argument("leads", metavar="LEADS")
@click.option("--db", required=True, metavar="FILE", help="The journal; made where there is none.")
@options.source
@click.option(
    "--concurrency",
    default=16,
    show_default=True,
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Leads at once.",
)
@options.key
@options.form("text", "json", "jsonl")
def command(flow: str, leads: str, db: str, source: str, concurrency: int, key: str, form: str) -> None:
    """Route the LEADS of a file (JSON, JSON lines, CSV, or - for standard input) through FLOW.

    The same command again finishes what is unfinished and posts nothing twice: a record is known by
    its file and number, or by --key. Ctrl-C lets the leads under way end.
    """
    from leadflow_engine.operations.identity import as_file

    with as_file(leads) as file:
        code = loops.run(_run(Asked(flow, leads, db, source, concurrency, key, form), file))
    raise SystemExit(code)


async def _run(asked: Asked, file: Path) -> int:
    from leadflow_engine.cli.ending import Printer
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.batch import Job
    from leadflow_engine.operations.calendars import other_calendars
    from leadflow_engine.operations.loading import description, secrets_for, source_of
    from leadflow_engine.operations.ways import check_ways
    from leadflow_engine.outbound.client import HttpOutbound, settings_from
    from leadflow_engine.service.memory import keep_what_is
    from leadflow_engine.store import SqliteStore

    plan = loaded(asked.flow)
    keep_what_is()
    source = source_of(plan, asked.source).name
    check_ways(plan, os.environ)
    settings = settings_from(os.environ, secrets_for(plan))
    with file.open("rb"):
        pass  # what cannot be read is told before a journal is made
    if asked.form == "text":
        click.echo(f"flow      {described(asked.flow, plan)}")
    clock = RealClock()
    store = SqliteStore.open(asked.db, clock)
    try:
        store.add_plan(plan.name, description(plan))
        for note in other_calendars(plan, store) if asked.form == "text" else ():
            click.echo(f"note      {note}")
        async with HttpOutbound(settings) as outbound:
            job = Job(plan, source, file, store, outbound, clock, asked.concurrency, asked.key)
            printer = Printer(store, asked.form)
            interrupted = await _route(job, printer)
            return _close(asked, plan, printer, interrupted)
    finally:
        await store.close()


def described(flow: str, plan: Plan) -> str:
    """``flows/solar.flow  plan 4f1c09a  6 buyers, 3 steps, 2 look-ups on demand``."""
    from leadflow_engine.texts.counted import counted

    on_demand = sum(lookup.on_demand for lookup in plan.lookups.values())
    parts = [counted(len(plan.buyers), "buyer"), counted(len(plan.flow.steps) - on_demand, "step")]
    parts += [f"{counted(on_demand, 'look-up')} on demand"] if on_demand else []
    return f"{flow}  plan {plan.short}  {', '.join(parts)}"


async def _route(job: Job, printer: Printer) -> int:
    """Run the job. Gives the exit code of an interruption, 0 where there was none."""
    from leadflow_engine.cli.progress import progress
    from leadflow_engine.cli.stopping import stopping
    from leadflow_engine.operations.batch import Done, run_job

    with stopping(job.stop.set) as code, progress(job.file) as advance:

        def tell(done: Done) -> None:
            printer.tell(done)
            advance()

        try:
            await run_job(job, tell)
        except asyncio.CancelledError:
            note("leadflow: stopped at once; what was under way is gone on with by the same command")
        return code()


def _close(asked: Asked, plan: Plan, printer: Printer, interrupted: int) -> int:
    """The summary, and what to do next."""
    tally = printer.counted()
    if asked.form == "json":
        printer.document(tally, interrupted=bool(interrupted))
    elif asked.form == "text":
        from leadflow_engine.reports.summary import summary

        click.echo()
        show(summary(tally, plan.flow.currency, width_of(console()), asked.db))
    if interrupted:
        note("leadflow: interrupted; the same command goes on")
    return interrupted or printer.ends(tally, asked.leads)
