"""``leadflow scores``: a flow's scores, shadows too, held against what became of its leads."""

from __future__ import annotations

import datetime

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import show

EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@click.command("scores", short_help="Compare scores with what became of leads.")
@click.argument("flow", metavar="FLOW")
@click.option(
    "--target",
    default="sold",
    show_default=True,
    metavar="WORD",
    help="sold, returned, or an event.",
)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Leads from this day on (UTC)."
)
@click.option(
    "--ripe", default=30, show_default=True, metavar="DAYS", help="How old a lead must be to count as a no."
)
@options.db_to_read
def command(flow: str, target: str, since: datetime.datetime | None, ripe: int, db: str | None) -> None:
    """Compare the scores of FLOW's leads (its name), those that run as shadow too, with what became of them."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.comparing_scores import compare
    from leadflow_engine.reports.trained import compared_lines

    from_day = since.replace(tzinfo=datetime.UTC) if since else EVER
    now = RealClock().now()
    with opened(options.journal(db)) as store:
        found = compare(store, flow, target, from_day, now, datetime.timedelta(days=ripe))
    show(compared_lines(found, target))
