"""``leadflow balance``: what buyers paid in, were charged and have left, and what sources are owed."""

from __future__ import annotations

import click

from leadflow_engine.cli import options


@click.command("balance", short_help="Show what buyers have left and sources are owed.")
@click.argument("name", metavar="[BUYER|SOURCE]", required=False)
@options.db_to_read
@options.form("text", "json")
def command(name: str | None, db: str | None, form: str) -> None:
    """Show what each buyer paid in, was charged, has held for leads under way, and has free; and what each source is
    owed. BUYER or SOURCE is one of them."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.cli.screen import show
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.balances import buyer_balances, source_balances
    from leadflow_engine.operations.contracts import contracts, currency_of
    from leadflow_engine.reports.balances import balance_lines, balance_object
    from leadflow_engine.reports.lead_object import json_line

    journal = options.journal(db)
    with opened(journal) as store:
        known = contracts(store)
        buyers = buyer_balances(store, known, RealClock().now())
        sources = source_balances(store)
    if name is not None:
        buyers = [one for one in buyers if one.contract.buyer == name]
        sources = [one for one in sources if one.source == name]
        if not buyers and not sources:
            raise CannotStart(f"journal {journal} has no buyer and no source `{name}`")
    if form == "json":
        click.echo(json_line(balance_object(buyers, sources, currency_of(known))))
        return
    show(balance_lines(buyers, sources))
