"""``leadflow batch``: the files in which leads go to buyers that collect."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from leadflow_engine.effects import Json
    from leadflow_engine.store import SqliteStore


@click.group("batch", short_help="Files of leads for buyers that collect.")
def command() -> None:
    """List the batches of leads, show one, send one now or once more."""


@command.command("list")
@options.db_to_read
@options.form("text", "json")
def listing(db: str | None, form: str) -> None:
    """List batches and what became of them, the oldest first."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.reports.batches import batch_lines, batch_object
    from leadflow_engine.reports.lead_object import json_line
    from leadflow_engine.store.batches import known

    with opened(options.journal(db)) as store:
        found = store.ask(known)
    if form == "json":
        click.echo(json_line([batch_object(batch) for batch in found]))
        return
    from leadflow_engine.cli.screen import console, show, width_of

    show(batch_lines(found, width_of(console())))


@command.command("show")
@click.argument("batch")
@click.option("--content", is_flag=True, help="Print the file itself, with the values of its leads.")
@click.option("--because", metavar="WHY", default="", help="Why the values are looked at; it is kept.")
@options.db_to_read
def show_one(batch: str, content: bool, because: str, db: str | None) -> None:
    """Tell what happened to BATCH and which leads it holds."""
    if content:
        return _show_content(batch, because.strip(), db)
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.cli.screen import console, show, width_of
    from leadflow_engine.reports.batches import story_lines
    from leadflow_engine.store import batches

    journal = options.journal(db)
    with opened(journal) as store:
        name = _meant(store, batch)
        one = store.ask(lambda connection: batches.one(connection, name))
        leads = store.ask(lambda connection: batches.leads_in(connection, name))
        happened = store.ask(lambda connection: batches.history(connection, name))
    show(story_lines(one, leads, happened, width_of(console())))


def _show_content(batch: str, because: str, db: str | None) -> None:
    """The file as it is sent; who looked at it and why is kept."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.store import batches

    if not because:
        raise click.UsageError("--content needs --because: why the values are looked at")
    journal = options.journal(db)
    with opened(journal) as store:
        name = _meant(store, batch)
        text = store.ask(lambda connection: batches.content(connection, name))
    if text is None:
        raise click.UsageError(f"batch {name} has no file: it is still open, or the file was removed")
    give(journal, "batch_shown", {"batch": name, "by": getpass.getuser(), "because": because})
    click.echo(text, nl=False)


@command.command("send")
@click.argument("batch")
@options.db_to_read
def send(batch: str, db: str | None) -> None:
    """Close BATCH now, or have a closed one sent before its time."""
    _order("batch_send", batch, db, {})


@command.command("resend")
@click.argument("batch")
@click.option("--because", required=True, metavar="WHY", help="Why it is sent once more; it is kept.")
@options.db_to_read
def resend(batch: str, because: str, db: str | None) -> None:
    """Have the very same file of BATCH sent once more."""
    _order("batch_resend", batch, db, {"because": because})


@command.command("settle")
@click.argument("batch")
@click.option(
    "--because", required=True, metavar="WHY", help="How it is known that the buyer has it; it is kept."
)
@options.db_to_read
def settle(batch: str, because: str, db: str | None) -> None:
    """Say that the buyer has BATCH, which was in doubt or not taken."""
    _order("batch_settle", batch, db, {"because": because})


@command.command("forget")
@click.argument("batch")
@click.option("--because", required=True, metavar="WHY", help="Why its values go; it is kept.")
@options.db_to_read
def forget(batch: str, because: str, db: str | None) -> None:
    """Remove the values of a BATCH that was sent; which leads it held stays."""
    _order("batch_forget", batch, db, {"because": because})


def _order(name: str, batch: str, db: str | None, said: dict[str, Json]) -> None:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.texts.counted import counted

    if "because" in said and not str(said["because"]).strip():
        raise click.UsageError("--because must say why")
    journal = options.journal(db)
    with opened(journal) as store:
        meant = _meant(store, batch)
    done = give(journal, name, {"batch": meant, "by": getpass.getuser(), **said})
    click.echo(f"{done['batch']}  {done['state']}, {counted(done['leads'], 'lead')}")
    if done["state"] == "closed":
        click.echo(f"next: leadflow work --drain --db {journal}   (it is sent)")


def _meant(store: SqliteStore, start: str) -> str:
    """The batch whose id is or begins so. Raises ``click.UsageError`` where that is none or several."""
    from leadflow_engine.store.batches import known

    ids = [batch.id for batch in store.ask(known) if batch.id.startswith(start)]
    if start in ids or len(ids) == 1:
        return start if start in ids else ids[0]
    said = f"`{start}` begins several: {', '.join(ids[:5])}" if ids else f"no batch begins with `{start}`"
    raise click.UsageError(said)
