"""``leadflow reconcile``: a buyer's statement held against the journal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.telling import Came, given

if TYPE_CHECKING:
    from leadflow_engine.operations.reconciling import Compared, Span

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("reconcile", short_help="Hold a buyer's statement against the journal.")
@click.argument("buyer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map", "columns", multiple=True, metavar="NAME=COLUMN", help="Which column of the file is which."
)
@click.option(
    "--since", type=DAY, help="The first day that it is about; those of its dates where nothing is said."
)
@click.option("--until", type=DAY, help="The last day that it is about.")
@click.option("--settle", is_flag=True, help="Settle what is in doubt by the buyer's word.")
@click.option("--adjust", is_flag=True, help="Charge the buyer's price where it is another.")
@click.option("--force", is_flag=True, help="Charge prices that are far above ours, too.")
@click.option(
    "--because", default="", metavar="WHY", help="Why; needed with --settle and --adjust, and kept."
)
@click.option("--flow", default="", metavar="NAME", help="The flow; needed where several have this buyer.")
@options.db_to_read
@options.form("text", "json", "csv")
def command(
    buyer: str,
    file: Path,
    columns: tuple[str, ...],
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    settle: bool,
    adjust: bool,
    force: bool,
    because: str,
    flow: str,
    db: str | None,
    form: str,
) -> None:
    """Compare the leads in BUYER's CSV FILE with those that it has by the journal.

    Rows are matched by lead id, the buyer's reference, phone or e-mail. Without --settle and --adjust nothing changes.
    """
    if (settle or adjust) and not because.strip():
        raise click.UsageError(
            '--settle and --adjust need --because "..."; it is kept in the journal with your name'
        )
    if bool(since) is not bool(until):
        raise click.UsageError("say --since and --until together")
    if since and until and since > until:
        raise click.UsageError(f"--since {since:%Y-%m-%d} is after --until {until:%Y-%m-%d}")
    journal = options.journal(db)
    if force and not adjust:
        raise click.UsageError("--force is about prices: say --adjust, too")

    def compared_now() -> Compared:
        return _compared(journal, buyer, file, columns, since, until, flow)

    compared = compared_now()
    again = _again(journal, buyer, file, columns, since, until, flow)
    if compared.ignored:
        click.echo(compared.ignored, err=True)
    _show(compared, str(file), again, form)
    who = {"buyer": buyer, "because": because.strip()}
    done = _settled(journal, compared, who) if settle else []
    if adjust:  # what was settled just now has a price to be adjusted, too
        done += _adjusted(journal, compared_now() if done else compared, {**who, "force": force})
    for one in done:
        click.echo(f"{one['lead']}  {'' if one['done'] else 'not done: '}{one['said']}", err=form != "text")
    if any(not one["done"] for one in done) or any(line.kind != "agreed" for line in compared.lines):
        raise SystemExit(1)


def _compared(
    journal: str,
    buyer: str,
    file: Path,
    columns: Sequence[str],
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    flow: str,
) -> Compared:
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.overriding import OverrideProblem, plan_with
    from leadflow_engine.operations.reconciling import compare
    from leadflow_engine.operations.statements import StatementProblem, mapping_of

    with opened(journal) as store:
        try:
            plan = plan_with(store, buyer, flow)
            span = _span(since, until, plan.buyers[buyer].buyer.timezone)
            return compare(store, plan, buyer, file, mapping_of(columns), span)
        except (StatementProblem, OverrideProblem) as problem:
            raise CannotStart(str(problem)) from None


def _span(since: datetime.datetime | None, until: datetime.datetime | None, zone: str) -> Span | None:
    from leadflow_engine.operations.reconciling import days

    return days(since.date(), until.date(), zone) if since and until else None


def _again(
    journal: str,
    buyer: str,
    file: Path,
    columns: Sequence[str],
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    flow: str,
) -> str:
    """The command as it was given, to be given once more."""
    from shlex import join

    words = [
        "leadflow",
        "reconcile",
        buyer,
        str(file),
        *(word for each in columns for word in ("--map", each)),
    ]
    words += ["--since", f"{since:%Y-%m-%d}", "--until", f"{until:%Y-%m-%d}"] if since and until else []
    return join([*words, *(["--flow", flow] if flow else []), "--db", journal])


def _show(compared: Compared, file: str, again: str, form: str) -> None:
    from leadflow_engine.cli.screen import console, show, width_of
    from leadflow_engine.reports.lead_object import json_line
    from leadflow_engine.reports.reconciled import reconciled_csv, reconciled_lines, reconciled_object

    if form == "json":
        click.echo(json_line(reconciled_object(compared)))
    elif form == "csv":
        click.echo(reconciled_csv(compared), nl=False)
    else:
        show(reconciled_lines(compared, file, again, width_of(console())))


def _settled(journal: str, compared: Compared, who: Mapping[str, Any]) -> list[Came]:
    """What was settled of what the statement says, each with a sentence."""
    from leadflow_engine.operations.reconciling import settling

    return given(journal, "reconcile", "settle", settling(compared), **who)


def _adjusted(journal: str, compared: Compared, who: Mapping[str, Any]) -> list[Came]:
    """The prices that were adjusted to the statement's, each with a sentence."""
    from leadflow_engine.operations.reconciling import adjusting_to

    return given(journal, "reconcile", "adjust", adjusting_to(compared), **who)
