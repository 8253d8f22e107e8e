"""``leadflow import``: cut-over from another system, so that day one does not sell its leads again."""

from __future__ import annotations

import getpass
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_engine.operations.history import Columns, ReadHistory
    from leadflow_engine.plan import Plan

SHOWN = 10
"""Lines that could not be read that are told."""


@click.command("import", short_help="Bring what another system sold, so that it is not sold again.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as",
    "kind",
    type=click.Choice(["sold", "accepted"]),
    default="sold",
    show_default=True,
    help="What a line is.",
)
@click.option("--flow", type=click.Path(exists=True, dir_okay=False), help="The flow that goes on with it.")
@options.source
@click.option("--at-column", "at", default="at", show_default=True, metavar="COLUMN", help="When it was.")
@click.option("--buyer-column", "buyer", default="", metavar="COLUMN", help="Who bought it.")
@click.option("--price-column", "price", default="", metavar="COLUMN", help="What for; fills budgets.")
@click.option("--id-column", "id_", default="", metavar="COLUMN", help="What names a line; else all of it.")
@click.option(
    "--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="A field's column; may be repeated."
)
@click.option(
    "--buyer", "buyers", multiple=True, metavar="THEIRS=OURS", help="A buyer's name there and here."
)
@click.option("--because", default="cut-over", metavar="WHY", help="Kept in the journal with your name.")
@click.option("--dry-run", is_flag=True, help="Read the file, and bring nothing.")
@click.option("--undo", is_flag=True, help="Take back what this very file brought.")
@options.db_to_read
def command(
    file: Path,
    kind: str,
    flow: str | None,
    source: str,
    at: str,
    buyer: str,
    price: str,
    id_: str,
    mapped: tuple[str, ...],
    buyers: tuple[str, ...],
    because: str,
    dry_run: bool,
    undo: bool,
    db: str | None,
) -> None:
    """Bring a CSV FILE of what another system sold (or only accepted): dedupe keys, caps whose windows are open, turns.

    No lead is made of a line, and nothing personal is kept. The same line again changes nothing.
    """
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.history import Columns, read_history
    from leadflow_engine.operations.loading import source_of

    if undo:
        _undo(options.journal(db), file, because)
        return
    if flow is None:
        raise click.UsageError("which flow goes on with it? Say --flow FLOW")
    plan = loaded(flow)
    columns = Columns(at, buyer, price, id_, _pairs(mapped), _pairs(buyers))
    read = read_history(plan, file, kind, source_of(plan, source).name, columns, RealClock().now())
    _bring(plan, read, kind, file, because, None if dry_run else options.journal(db))
    _remarks(plan, columns, read)


def _pairs(said: tuple[str, ...]) -> dict[str, str]:
    for each in said:
        if "=" not in each:
            raise click.UsageError(f"`{each}` is no pair: write LEFT=RIGHT")
    return {left.strip(): right.strip() for left, _, right in (each.partition("=") for each in said)}


def _bring(plan: Plan, read: ReadHistory, kind: str, file: Path, because: str, journal: str | None) -> None:
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.operations.history import orders_of
    from leadflow_engine.store import SqliteStore

    if journal is None:
        keys = sum(key.kept for line in read.lines for key in line.keys)
        click.echo(
            f"{file}: {len(read.lines)} {kind} leads to bring, with {keys} dedupe keys; nothing is brought"
        )
        return
    if not Path(journal).exists():
        SqliteStore.open(journal, RealClock()).close_now()
    done = [
        give(journal, "import", said)
        for said in orders_of(read, plan.flow, kind, file.name, getpass.getuser(), because)
    ]
    new, keys, counts = (sum(each[name] for each in done) for name in ("new", "keys", "counts"))
    click.echo(
        f"{file}: {new} {kind} leads brought, {len(read.lines) - new} known before, {len(read.unread)} not read"
    )
    click.echo(f"  {keys} dedupe keys, {counts} counts in windows that are open")


def _remarks(plan: Plan, columns: Columns, read: ReadHistory) -> None:
    """What somebody should know of the file; exit code 1 where a line could not be read."""
    from leadflow_engine.operations.history import budgets_without_price

    if read.bare:
        note(
            f"  {read.bare} have no dedupe key: a field that a `dedupe` names is blank, or the flow has none"
        )
    if buyers := budgets_without_price(plan, columns):
        note(f"  budgets of {', '.join(buyers)} begin empty: no --price-column")
    for one in read.unread[:SHOWN]:
        note(f"line {one.line}: {one.reason}")
    if len(read.unread) > SHOWN:
        note(f"and {len(read.unread) - SHOWN} more")
    if read.unread:
        raise SystemExit(1)


def _undo(journal: str, file: Path, because: str) -> None:
    from leadflow_engine.drivers.orders import give

    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    done = give(journal, "import_undo", {"digest": digest, "by": getpass.getuser(), "because": because})
    click.echo(f"{file}: {done['lines']} lines taken back")
