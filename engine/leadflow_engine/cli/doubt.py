"""``leadflow doubt``: deliveries of which nobody knows whether they were sales, and saying what they were."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from leadflow_engine.store import SqliteStore


@click.group("doubt")
def command() -> None:
    """List what may or may not have been sold, and settle it."""


@command.command("list")
@options.db_to_read
@options.form("text", "json")
def listing(db: str | None, form: str) -> None:
    """List deliveries in doubt, pending, or contradicted, the oldest first."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.reports.doubts import doubt_lines, doubt_object
    from leadflow_engine.reports.lead_object import json_line

    journal = options.journal(db)
    with opened(journal) as store:
        doubts = store.doubts()
    if form == "json":
        click.echo(json_line([doubt_object(doubt) for doubt in doubts]))
        return
    from leadflow_engine.cli.screen import console, show, width_of

    show(doubt_lines(doubts, journal, width_of(console())))


@command.command("settle")
@click.argument("lead")
@click.argument("buyer")
@click.argument("word", type=click.Choice(["sold", "declined"]))
@click.option(
    "--because",
    required=True,
    metavar="WHY",
    help="How that is known; it is kept in the journal with your name.",
)
@click.option(
    "--number", type=int, metavar="N", help="Which delivery to this buyer, where there are several."
)
@options.db_to_read
def settle(lead: str, buyer: str, word: str, because: str, number: int | None, db: str | None) -> None:
    """Say that BUYER has LEAD (sold), or has it not (declined)."""
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.drivers.orders import give

    if not because.strip():
        raise click.UsageError("--because must say how that is known")
    journal = options.journal(db)
    with opened(journal) as store:
        known = found(store, lead, journal)
        meant = number or _number(store, known, buyer)
    said = {"lead": known, "buyer": buyer, "number": meant, "word": word, "by": getpass.getuser()}
    later = give(journal, "settle", said | {"because": because.strip()})
    click.echo(f"{known}  {buyer}/{meant} is {later['state']}")
    if later["conflict"]:
        click.echo(f"conflict: {later['conflict']}. It is kept and shown; nothing was changed.")
        raise SystemExit(1)
    if later["waits"]:
        click.echo(f"next: leadflow work --drain --db {journal}   (the lead goes on)")


def _number(store: SqliteStore, lead: str, buyer: str) -> int:
    """The delivery that is meant: the one in doubt, else the only one."""
    mine = [doubt.number for doubt in store.doubts() if doubt.lead == lead and doubt.buyer == buyer]
    if len(mine) > 1:
        raise click.UsageError(
            f"{buyer} has {len(mine)} deliveries of this lead in doubt; say --number N ({mine})"
        )
    return mine[0] if mine else 1
