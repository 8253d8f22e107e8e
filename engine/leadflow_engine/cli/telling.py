"""What `return`, `feedback` and `reconcile` share: orders in pieces, a time that is said, what came of each row."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

MOST_TOLD = 20
"""How many rows that could not be used are told one by one."""

Came = Mapping[str, Any]


def given(journal: str, order: str, name: str, rows: Sequence[Mapping[str, Any]], **said: Any) -> list[Came]:
    """Give an order for all of these rows, some at a time. What came of each, in order."""
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.operations.returns_file import chunks

    came: list[Came] = []
    for some in chunks(rows):
        came += give(journal, order, {name: list(some), "by": getpass.getuser(), **said})
    return came


def time_said(at: str, zone: str = "UTC") -> str | None:
    """A time of an option as ISO 8601 in UTC, by the clock of ``zone`` where it says none; None where nothing is said.
    Raises ``click.UsageError``."""
    from leadflow_engine.operations.statements import time_of
    from leadflow_engine.store.codec import iso

    when = time_of(at, zone) if at else None
    if at and when is None:
        raise click.UsageError(f"`{at}` is no date or time: write 2026-11-20 or 2026-11-20T15:00:00Z")
    return iso(when) if when else None


def end(
    came: Sequence[Came],
    unread: Sequence[tuple[int, str]],
    line_of: Callable[[Came], str],
    what: str,
    form: str,
) -> None:
    """Tell what came of each, and of each row that could not be used its line; exit code 1 where anything failed."""
    from leadflow_engine.reports.after_sale import states_counted
    from leadflow_engine.reports.lead_object import json_line

    if form == "json":
        told = [{"line": line, "state": "not read", "said": problem} for line, problem in unread]
        click.echo(json_line([*came, *told]))
    else:
        for one in came:
            click.echo(line_of(one))
        for line, problem in unread[:MOST_TOLD]:
            click.echo(f"line {line}: {problem}", err=True)
        if len(unread) > MOST_TOLD:
            click.echo(f"and {len(unread) - MOST_TOLD} more", err=True)
        if len(came) + len(unread) > 1:
            click.echo(states_counted([*(one["state"] for one in came), *("not read" for _ in unread)], what))
    if unread or any(one["state"] in {"denied", "impossible"} for one in came):
        raise SystemExit(1)
