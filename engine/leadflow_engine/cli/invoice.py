"""``leadflow invoice``: what a buyer is billed for a month."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.failing import CannotStart

if TYPE_CHECKING:
    from leadflow_engine.operations.contracts import Contract
    from leadflow_engine.store.invoices import Invoice
    from leadflow_engine.store.payments import Settlement


@click.command("invoice", short_help="Bill a buyer for a month, or show what it was billed.")
@click.argument("buyer")
@click.option(
    "--month",
    default="",
    metavar="2026-11",
    help="The month, or `this`; the last one that is over otherwise.",
)
@click.option(
    "--issue", is_flag=True, help="Issue it though the month is not over: what comes later is billed next."
)
@options.db_to_read
@options.form("text", "csv", "json")
def command(buyer: str, month: str, issue: bool, db: str | None, form: str) -> None:
    """Issue BUYER's invoice for a month that is over, and show it; asked again, it is shown again. A month that is not
    over is shown as a draft."""
    from leadflow_engine.operations.paying import PaymentProblem

    journal = options.journal(db)
    try:
        contract, invoices, paid = _invoices(journal, buyer, month, issue)
    except PaymentProblem as problem:
        raise CannotStart(str(problem)) from None
    _show(contract, invoices, paid, form)


def _invoices(
    journal: str, buyer: str, month: str, at_once: bool
) -> tuple[Contract, list[Invoice], dict[str, Settlement]]:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.beside import give_beside
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations import billing
    from leadflow_engine.operations.contracts import Contract, contracts
    from leadflow_engine.operations.paying import party_of
    from leadflow_engine.store.payments import settlements

    now = RealClock().now()
    with opened(journal) as store:
        party_of(store, "buyer", buyer)
        contract = contracts(store).get(buyer, Contract(buyer, buyer))
        month = billing.month_meant(month, now, contract.zone)
        draft = billing.draft(store, contract, month, now)
    until = min(billing.end_of(month, contract.zone), now)
    as_draft = until == now and not at_once
    if draft.lines and not as_draft:
        give_beside(journal, "invoice", billing.said(draft, until, getpass.getuser()))
    with opened(journal) as store:
        invoices = billing.of_month(store, buyer, month)
        paid = {one.number: one for one in store.ask(lambda connection: settlements(connection, buyer))}
    if as_draft and draft.lines:
        invoices.append(draft)
    if not invoices:
        raise CannotStart(
            f"{buyer} has nothing to be billed up to the end of {month}; --month says another month"
        )
    return contract, invoices, paid


def _show(contract: Contract, invoices: list[Invoice], paid: dict[str, Settlement], form: str) -> None:
    from leadflow_engine.cli.screen import show
    from leadflow_engine.reports.invoices import invoice_csv, invoice_lines, invoice_object
    from leadflow_engine.reports.lead_object import json_line

    if form == "csv":
        click.echo(invoice_csv(invoices), nl=False)
    elif form == "json":
        click.echo(json_line([invoice_object(one, contract, paid.get(one.number)) for one in invoices]))
    else:
        for place, one in enumerate(invoices):
            if place:
                click.echo()
            show(invoice_lines(one, contract, paid.get(one.number)))
        if not invoices[-1].number:
            click.echo("\nthe month is not over: --issue bills what there is by now")
