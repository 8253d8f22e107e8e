"""``leadflow audit``: whether a journal is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.texts.counted import counted

if TYPE_CHECKING:
    from leadflow_engine.store.audit import Audited


@click.group("audit", short_help="Check that a journal is what was written.")
def command() -> None:
    """Check that nothing in a journal was changed, taken out or put in behind its back."""


@command.command("verify")
@click.argument("lead", required=False)
@click.option(
    "--head", default="", metavar="HEAD", help="A head kept elsewhere: what it counts must be there."
)
@click.option("--rebuild", is_flag=True, help="Also make everything again from the facts, in memory.")
@options.db_to_read
@options.form("text", "json")
def verify(lead: str | None, head: str, rebuild: bool, db: str | None, form: str) -> None:
    """Check the chains of all leads, or of LEAD alone; the head, the pages of the file, both sides of the ledger."""
    from dataclasses import replace

    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.cli.progress import steps
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.auditing import audited, rebuilt
    from leadflow_engine.store import SqliteStore

    journal = options.journal(db)
    with opened(journal) as store:
        known = found(store, lead, journal) if lead else None
        with steps(0 if lead else store.query("SELECT count(*) FROM lead")[0][0]) as passed:
            result = audited(store, head, known, passed)
    if rebuild:
        copy = SqliteStore.copied(journal, RealClock())
        try:
            result = replace(result, findings=(*result.findings, *rebuilt(copy)))
        finally:
            copy.close_now()
    _tell(result, form)
    raise SystemExit(1 if result.findings else 0)


@command.command("head")
@options.db_to_read
def head(db: str | None) -> None:
    """Print the journal's head, to be kept where the journal's writers cannot reach it."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.auditing import head_of

    with opened(options.journal(db)) as store:
        click.echo(str(head_of(store)))


def _tell(result: Audited, form: str) -> None:
    if form == "json":
        from leadflow_engine.reports.lead_object import json_line

        findings = [{"of": one.of, "at": one.at, "problem": one.problem} for one in result.findings]
        said = {"leads": result.leads, "facts": result.facts, "head": str(result.head), "findings": findings}
        click.echo(json_line(said))
        return
    for one in result.findings:
        click.echo(f"{one.of}: {one.at + ': ' if one.at else ''}{one.problem}")
    verdict = counted(len(result.findings), "finding") if result.findings else "all holds"
    leads = counted(result.leads, "lead")
    click.echo(f"{leads}, {result.facts:,} facts: {verdict}")
