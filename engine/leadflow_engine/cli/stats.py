"""``leadflow stats``: how buyers and sources do."""

from __future__ import annotations

import click

from leadflow_engine.cli import options


@click.command("stats", short_help="Show how buyers and sources do.")
@click.argument("name", metavar="[BUYER|SOURCE]", required=False)
@click.option(
    "--last", default="30d", show_default=True, metavar="TIME", help="How far back (30m, 12h, 30d, 4w)."
)
@click.option("--by", default="", metavar="DIMENSION", help="The values of a dimension of the flow instead.")
@options.db_to_read
@options.form("text", "json")
def command(name: str | None, last: str, by: str, db: str | None, form: str) -> None:
    """Show what was counted of every buyer and source over a time: leads, sales, rates with what each is a share of,
    money. With BUYER or SOURCE every figure of that one."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.contracts import contracts, currency_of
    from leadflow_engine.operations.overriding import OverrideProblem, length_of
    from leadflow_engine.operations.stats import StatsProblem, collect
    from leadflow_engine.reports.figures import figure_lines, figures_object
    from leadflow_engine.reports.lead_object import json_line

    now = RealClock().now()
    try:
        length = length_of(last)
        with opened(options.journal(db)) as store:
            found = collect(store, now, length, name or "", by)
            currency = currency_of(contracts(store))
    except (OverrideProblem, StatsProblem) as problem:
        raise CannotStart(str(problem)) from None
    if form == "json":
        click.echo(json_line(figures_object(found, now, now - length, currency)))
        return
    click.echo("\n".join(figure_lines(found, now, last, currency, bool(name))))
