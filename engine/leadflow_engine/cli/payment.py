"""``leadflow payment``: what a buyer paid in, or a source was paid out."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from leadflow_engine.operations.contracts import Contract


@click.command("payment", short_help="Note what a buyer paid in, or a source was paid.")
@click.argument("name", metavar="BUYER")
@click.argument("amount")
@click.option("--because", required=True, metavar="WHY", help="What it is; kept with your name.")
@click.option("--reference", default="", metavar="TEXT", help="The bank's: noted twice, it is one payment.")
@click.option("--at", "at", default="", metavar="DATE", help="When it was paid (2026-11-20); now otherwise.")
@click.option("--source", is_flag=True, help="BUYER is a source, which was paid out.")
@click.option("--force", is_flag=True, help="Note it though it is more than came in, or than is owed.")
@click.option("--back", is_flag=True, help="The money went back: a payment that was wrong, a refund.")
@click.option(
    "--flow",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The flow that has BUYER; needed before its first lead.",
)
@options.db_to_read
def command(
    name: str,
    amount: str,
    because: str,
    reference: str,
    at: str,
    source: bool,
    back: bool,
    force: bool,
    flow: str | None,
    db: str | None,
) -> None:
    """Note that BUYER paid AMOUNT: for leads to come (`balance prepaid`), or for invoices, the oldest first."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.drivers.beside import give_beside
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations import paying
    from leadflow_engine.store.payments import Payment

    if not because.strip():
        raise click.UsageError("--because must say what it is")
    journal = options.journal(db)
    kind = "source" if source else "buyer"
    try:
        party, zone = _party(journal, kind, name, flow)
        value = paying.amount_of(amount)
        paid_at = paying.moment_of(at, zone) if at else RealClock().now()
    except paying.PaymentProblem as problem:
        raise CannotStart(str(problem)) from None
    payment = Payment(
        party, -value if back else value, paid_at, getpass.getuser(), because.strip(), reference, bool(at)
    )
    told = give_beside(journal, "payment", paying.said(payment, force), create=flow is not None)
    verb = {False: ("paid in", "was paid"), True: ("was paid back", "paid back")}[back][source]
    again = "" if told["new"] else ", as was noted before: nothing changes"
    click.echo(f"{name} {verb} {value:,.2f}{again}")
    click.echo(f"next: leadflow balance {name} --db {journal}")


def _party(journal: str, kind: str, name: str, flow: str | None) -> tuple[str, str]:
    """The account that is meant, and its owner's zone. Raises ``PaymentProblem`` for a name that nobody knows."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.contracts import contracts, source_zones
    from leadflow_engine.operations.paying import party_of

    if flow is not None:
        return _of_flow(flow, kind, name)
    with opened(journal) as store:
        party = party_of(store, kind, name)
        if kind == "source":
            return party, source_zones(store).get(name, "UTC")
        contract: Contract | None = contracts(store).get(name)
    return party, contract.zone if contract else "UTC"


def _of_flow(path: str, kind: str, name: str) -> tuple[str, str]:
    from leadflow_engine.cli.loading import looked_at
    from leadflow_engine.operations.paying import PaymentProblem

    flow = looked_at(path)
    zones = (
        {one.name: flow.timezone for one in flow.sources}
        if kind == "source"
        else {one.name: one.timezone for one in flow.buyers}
    )
    if name not in zones:
        raise PaymentProblem(f"flow {flow.name} has no {kind} `{name}`; it has {', '.join(zones) or 'none'}")
    return f"{kind}/{name}", zones[name]
