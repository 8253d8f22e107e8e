"""``leadflow suppress``: lists that change at run time, by hand or from a file."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from leadflow_engine.operations.suppressing import Read
    from leadflow_engine.store import SqliteStore

F = TypeVar("F", bound=Callable[..., Any])

SHOWN = 10
"""How many of the values that could not be read, and of a list's changes, are told."""


def _whom(command: F) -> F:
    """``--source`` and ``--buyer``: for whom alone an entry counts."""
    source = click.option("--source", default="", metavar="NAME", help="For leads of this source alone.")
    buyer = click.option("--buyer", default="", metavar="NAME", help="For sales to this buyer alone.")
    return source(buyer(command))


because = click.option(
    "--because", required=True, metavar="WHY", help="Why; it is kept in the journal with your name."
)
flow = click.argument("flow", type=click.Path(exists=True, dir_okay=False))
named = click.argument("name", metavar="LIST")


@click.group("suppress")
def command() -> None:
    """Put values on a flow's suppression lists, and take them off.

    Values are kept as digests: a list can tell whether a value is on it, and never what is on it.
    """


@command.command("add")
@flow
@named
@click.argument("values", nargs=-1, required=True)
@_whom
@because
@options.db_to_read
def add(
    flow: str, name: str, values: tuple[str, ...], source: str, buyer: str, because: str, db: str | None
) -> None:
    """Put VALUES on the LIST of FLOW."""
    _put(flow, name, enumerate(values, start=1), (source, buyer), because, db, "value")


@command.command("import")
@flow
@named
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", default="", metavar="NAME", help="The column; needed where there are several.")
@_whom
@because
@options.db_to_read
def bring(
    flow: str, name: str, file: Path, column: str, source: str, buyer: str, because: str, db: str | None
) -> None:
    """Put a column of a CSV FILE on the LIST of FLOW; what could not be read is told by its line."""
    from leadflow_engine.operations.suppressing import values_of_csv

    _put(flow, name, values_of_csv(file, column), (source, buyer), because, db, "line")


@command.command("remove")
@flow
@named
@click.argument("values", nargs=-1, required=True)
@_whom
@because
@options.db_to_read
def remove(
    flow: str, name: str, values: tuple[str, ...], source: str, buyer: str, because: str, db: str | None
) -> None:
    """Take VALUES off the LIST of FLOW."""
    from leadflow_engine.drivers.beside import give_beside

    read, scope, _ = _read(flow, name, enumerate(values, start=1), (source, buyer))
    said = _said(name, read, scope, because)
    gone = give_beside(options.journal(db), "unsuppress", said)["gone"]
    click.echo(f"{name}: {gone} removed, {len(read.entries) - gone} not on it")
    _tell_unread(read, "value")


@command.command("list")
@flow
@named
@click.argument("value", required=False)
@options.db_to_read
def listing(flow: str, name: str, value: str | None, db: str | None) -> None:
    """Tell how many entries the LIST of FLOW has and who changed it why; or whether VALUE is on it."""
    from leadflow_engine.cli.leads import opened

    read, _, _ = _read(flow, name, [(1, value or "")], ("", ""))
    with opened(options.journal(db)) as store:
        if value is not None:
            _tell_value(store, name, read)
            return
        entries, changes = store.suppression_list(name)
    click.echo(f"{name}: {entries} {'entry' if entries == 1 else 'entries'}")
    for change in changes[:SHOWN]:
        whom = f" for {change.scope}" if change.scope else ""
        click.echo(
            f"{change.at[:19]}Z  {change.action} {change.entries}{whom}, {change.by}: {change.because}"
        )


def _tell_value(store: SqliteStore, name: str, read: Read) -> None:
    _tell_unread(read, "value")
    found = [entry for value in read.entries for entry in store.suppressed(name, value)]
    for entry in found:
        whom = f" for {entry.scope}" if entry.scope else ""
        until = f" until {entry.expires_at[:19]}Z" if entry.expires_at else ""
        click.echo(f"on {name}{whom} since {entry.added_at[:19]}Z{until}")
    if not found:
        click.echo(f"not on {name}")


def _put(
    flow: str,
    name: str,
    values: Iterable[tuple[int, str]],
    whom: tuple[str, str],
    because: str,
    db: str | None,
    place: str,
) -> None:
    from leadflow_engine.drivers.beside import give_beside

    read, scope, expires = _read(flow, name, values, whom)
    if not because.strip():
        raise click.UsageError("--because must say why")
    seconds = expires.total_seconds() if expires is not None else None
    said = {**_said(name, read, scope, because), "seconds": seconds}
    new = give_beside(options.journal(db), "suppress", said, create=bool(db))["new"]
    click.echo(f"{name}: {new} added, {len(read.entries) - new} on it before, {len(read.unread)} not read")
    _tell_unread(read, place)


def _tell_unread(read: Read, place: str) -> None:
    """What could not be read, without the value; exit code 1 where there is any."""
    for one in read.unread[:SHOWN]:
        click.echo(f"{place} {one.line} {one.reason}", err=True)
    if len(read.unread) > SHOWN:
        click.echo(f"and {len(read.unread) - SHOWN} more", err=True)
    if read.unread:
        raise SystemExit(1)


def _read(
    flow: str, name: str, values: Iterable[tuple[int, str]], whom: tuple[str, str]
) -> tuple[Read, str, Any]:
    """Entries of the list, the scope that is meant, and how long they stay. Raises ``CannotStart``."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.loading import looked_at
    from leadflow_engine.operations.suppressing import SuppressionProblem, list_of, read_values, scope_of

    checked = looked_at(flow)
    try:
        found = list_of(checked, name)
        return read_values(checked, found, values), scope_of(checked, *whom), found.expires
    except SuppressionProblem as problem:
        raise CannotStart(str(problem)) from None


def _said(name: str, read: Read, scope: str, because: str) -> dict[str, Any]:
    """What both orders say: the list, its entries, for whom, by whom and why."""
    who = {"by": getpass.getuser(), "because": because.strip()}
    return {"list": name, "entries": list(read.entries), "scope": scope, **who}
