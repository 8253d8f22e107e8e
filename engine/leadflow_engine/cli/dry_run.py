"""``leadflow dry-run``: what would happen, with no network and nothing written."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import console, note, show, width_of

if TYPE_CHECKING:
    from leadflow_engine.cli.ending import Printer
    from leadflow_engine.operations.dry import DryRun
    from leadflow_engine.reports.tally import Tally
    from leadflow_engine.reports.why import Why


@click.command("dry-run", short_help="Tell what would become of leads.")
@click.argument("flow", metavar="FLOW")
@click.argument("leads", metavar="LEADS")
@options.source
@click.option(
    "--at",
    default="",
    metavar="TIME",
    help="When it would happen: 2026-11-20T09:30, in the flow's zone or with one. Now, otherwise.",
)
@click.option(
    "--answers",
    default="",
    metavar="FILE",
    help="What buyers and services answer; a journal (.db) answers as it was.",
)
@click.option(
    "--db", default="", metavar="FILE", help="The journal whose caps, balances, duplicates and turns count."
)
@options.key
@click.option("--why", "buyer", default="", metavar="BUYER", help="What keeps leads from this buyer.")
@options.form("text", "json", "jsonl")
def command(
    flow: str, leads: str, source: str, at: str, answers: str, db: str, key: str, buyer: str, form: str
) -> None:
    """Tell what would become of LEADS in FLOW. Sends nothing and writes nothing.

    Answers come from --answers, else from the file of answers beside the flow, else from the defaults of its
    scenarios, else every buyer is assumed to accept. One lead is told as a story, many as a table.
    """
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.operations.dry import dry_run
    from leadflow_engine.operations.identity import as_file
    from leadflow_engine.operations.loading import source_of
    from leadflow_engine.service.memory import keep_what_is

    plan = loaded(flow)
    keep_what_is()
    named = source_of(plan, source).name
    if buyer and buyer not in plan.buyers:
        raise click.UsageError(f"no buyer `{buyer}` in {flow}; there are {', '.join(plan.buyers)}")
    with as_file(leads) as file:
        run = dry_run(plan, flow, named, file, _moment(at, plan.flow.timezone), answers, db, key)
        raise SystemExit(_run(run, leads, buyer, form))


def _moment(text: str, zone: str) -> datetime.datetime | None:
    """``--at`` as a moment; one without a zone is in the flow's."""
    if not text:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"`{text}` is no time; write 2026-11-20T09:30 or 2026-11-20T14:30Z", param_hint="--at"
        ) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(datetime.UTC)


def _run(run: DryRun, leads: str, buyer: str, form: str) -> int:
    from leadflow_engine.cli.ending import Printer
    from leadflow_engine.reports.why import why_of

    if form == "text":
        click.echo(f"dry run   {run.said}; nothing is sent, nothing is written")
        click.echo()
    else:
        note(f"dry run: {run.said}")
    for problem in run.notes:
        note(f"leadflow: {problem}")
    printer = Printer(run.store, "" if buyer else form, run.plan)
    why = why_of(run.plan, buyer) if buyer else None
    for done in run.leads():
        printer.tell(done)
        if why is not None and done.how == "new":
            why.add(done.ending.scope if done.ending else None, run.store.lead_summary(done.lead) or {})
    tally = printer.counted()
    _print(run, printer, tally, why, form)
    return printer.ends(tally, leads)


def _print(run: DryRun, printer: Printer, tally: Tally, why: Why | None, form: str) -> None:
    from leadflow_engine.operations.resume import last_scope
    from leadflow_engine.reports.lead_object import json_line
    from leadflow_engine.reports.setting import setting_of
    from leadflow_engine.reports.story import story
    from leadflow_engine.reports.summary import summary
    from leadflow_engine.reports.why import why_lines, why_object

    width = width_of(console())
    if form == "text" and why is not None:
        show(why_lines(why, width))
    elif why is not None:
        click.echo(json_line(why_object(why)))
    elif form == "json":
        printer.document(tally)
    elif form == "text" and sum(tally.how.values()) == 1 and len(tally.leads):
        [known] = tally.leads
        scope = last_scope(run.plan, known, run.store.facts(known))
        show(story(run.store.lead_summary(known) or {}, setting_of(run.plan, scope), width))
    elif form == "text":
        show(summary(tally, run.plan.flow.currency, width, timed=False))
