"""``leadflow work``: go on with the leads that wait."""

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
    from leadflow_engine.operations.chores import Did
    from leadflow_engine.operations.resume import Plans
    from leadflow_engine.operations.work import Worked
    from leadflow_engine.ports import Clock
    from leadflow_engine.secrets import Secrets
    from leadflow_engine.store import SqliteStore

LOOK_EVERY = 5.0
"""Seconds between two looks for what is due, while nothing is."""


@dataclass(slots=True)
class Counts:
    """What the passes so far came to: leads that went on, leads that could not, and the passes themselves."""

    went_on: int = 0
    failed: int = 0
    passes: int = 0


@click.command("work", short_help="Go on with the leads that wait.")
@click.option("--drain", is_flag=True, help="End when nothing is due any more, instead of waiting for more.")
@click.option(
    "--concurrency",
    default=16,
    show_default=True,
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Leads at once.",
)
@options.db_to_read
@options.form("text", "jsonl")
def command(drain: bool, concurrency: int, db: str | None, form: str) -> None:
    """Go on with leads that are due, settled, or left unfinished by a crash; and wait for more until Ctrl-C."""
    raise SystemExit(loops.run(_work(options.journal(db), drain, concurrency, form)))


async def _work(journal: str, drain: bool, concurrency: int, form: str) -> int:
    from leadflow_engine.cli.stopping import stopping

    stop = asyncio.Event()
    counts = Counts()
    with stopping(stop.set) as code:
        try:
            await _passes(journal, drain, concurrency, form, stop, counts)
        except asyncio.CancelledError:
            note("leadflow: stopped at once; what was under way is gone on with by the same command")
    _closing(journal, counts.went_on, form)
    return code() or (1 if counts.failed else 0)


async def _passes(
    journal: str, drain: bool, concurrency: int, form: str, stop: asyncio.Event, counts: Counts
) -> None:
    """Pass after pass: with ``drain`` until nothing is due, else until somebody says stop."""
    from leadflow_engine.store import Held

    while not stop.is_set():
        before = counts.went_on
        try:
            await _pass(journal, concurrency, form, counts)
        except Held:
            if drain or not counts.passes:
                raise
        counts.passes += 1
        if drain and (counts.went_on == before or counts.failed):
            return
        if counts.went_on == before:
            await _sleep(stop)


async def _sleep(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    except TimeoutError:
        pass


async def _pass(journal: str, concurrency: int, form: str, counts: Counts) -> None:
    """One pass over what is due. The journal is let go of after it, so that others may settle doubts."""
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.chores import Hands, do_all
    from leadflow_engine.operations.resume import Plans
    from leadflow_engine.outbound.client import HttpOutbound, settings_from
    from leadflow_engine.store import SqliteStore

    clock = RealClock()
    store = SqliteStore.open(journal, clock, create=False)
    plans = Plans(store)

    def tell(did: Did) -> None:
        counts.failed += did.failed
        counts.went_on += did.worked is not None and not did.failed
        _tell(store, plans, did, form)

    try:
        async with HttpOutbound(settings_from(os.environ, _secrets(store, plans, clock))) as outbound:
            await do_all(Hands(store, plans, outbound, clock, concurrency), tell)
    finally:
        await store.close()


def _secrets(store: SqliteStore, plans: Plans, clock: Clock) -> Secrets:
    """What the plans of everything that is due need. A plan that cannot be had is told of with its lead."""
    from leadflow_engine.operations.loading import secrets_for_all
    from leadflow_engine.operations.needed import learn_plans

    learn_plans(store, plans, clock.now())
    return secrets_for_all(plans.known.values(), Path.cwd())


def _tell(store: SqliteStore, plans: Plans, did: Did, form: str) -> None:
    """One thing that was done: a lead that went on as its object or a line with what became of it."""
    if did.worked is not None and not did.failed:
        _tell_lead(store, plans, did.worked, form)
    elif did.failed:
        note(f"leadflow: {did.line}")
    elif form == "text":
        click.echo(did.line)


def _tell_lead(store: SqliteStore, plans: Plans, worked: Worked, form: str) -> None:
    from leadflow_engine.reports.lead_object import json_line, lead_object
    from leadflow_engine.reports.setting import Setting, setting_of
    from leadflow_engine.reports.story import answer

    summary = store.lead_summary(worked.lead)
    if summary is not None and form == "jsonl":
        click.echo(json_line(lead_object(summary)))
    elif summary is not None:
        plan = plans.known.get(summary["lead"]["plan"])
        click.echo(f"{worked.lead}  {answer(summary, setting_of(plan) if plan else Setting())}")


def _closing(journal: str, went_on: int, form: str) -> None:
    """What still waits, and for what."""
    if form != "text":
        return
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.reports.waiting import waiting_lines
    from leadflow_engine.store.waiting import waiting

    with opened(journal) as store:
        beside = [
            one for one in store.ask(waiting) if one.kind == "batch" or (one.kind == "postback" and one.due)
        ]
        lines = waiting_lines(store.work(), went_on, journal, width_of(console()), beside)
    show(lines)
