"""``leadflow statement``: a week of each buyer's and each source's account."""

from __future__ import annotations

from pathlib import Path

import click

from leadflow_engine.cli import options


@click.command("statement", short_help="Show a week of what buyers owe and sources earn.")
@click.argument("name", metavar="[BUYER|SOURCE]", required=False)
@click.option(
    "--week", default="", metavar="2026-W47", help="The week, or `this`; the last one that is over otherwise."
)
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="A CSV file for each buyer and source, instead of standard output.",
)
@options.db_to_read
@options.form("text", "csv", "json")
def command(name: str | None, week: str, folder: Path | None, db: str | None, form: str) -> None:
    """Show what each buyer was charged and paid in a week, and what each source earned and was paid out. The CSV has
    every entry, with its lead and what was open after it."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.cli.screen import show
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.paying import PaymentProblem
    from leadflow_engine.operations.weekly import statements
    from leadflow_engine.reports.lead_object import json_line
    from leadflow_engine.reports.weekly import statement_csv, statement_lines, statement_object

    try:
        with opened(options.journal(db)) as store:
            found = statements(store, week, RealClock().now(), name or "")
    except PaymentProblem as problem:
        raise CannotStart(str(problem)) from None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            file = folder / f"{one.kind}-{one.name}-{one.week}.csv"
            file.write_text(statement_csv([one]), encoding="utf-8", newline="")
            click.echo(file)
    elif form == "csv":
        click.echo(statement_csv(found), nl=False)
    elif form == "json":
        click.echo(json_line([statement_object(one) for one in found]))
    elif found:
        show(statement_lines(found))
    else:
        click.echo("nothing moved by then")
