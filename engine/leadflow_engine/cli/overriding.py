"""What ``pause``, ``resume``, ``cap`` and ``state`` share: their options, and how they say what is in force."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leadflow_engine.cli.failing import CannotStart

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan
    from leadflow_engine.store import SqliteStore

F = TypeVar("F", bound=Callable[..., Any])

because = click.option(
    "--because", required=True, metavar="WHY", help="Why; it is kept in the journal with your name."
)
lasting = click.option(
    "--for",
    "length",
    default="",
    metavar="TIME",
    help="For how long (30m, 2h, 1d); until it is undone otherwise.",
)
of_flow = click.option(
    "--flow", "flow", default="", metavar="NAME", help="The flow; needed where several have this buyer."
)

Said = tuple[str, str, int | None, str]
"""An override to be set: its kind, its subject, its value, and what it is in words."""


def put(db: str, buyer: str, flow: str, length: str, because: str, decide: Callable[[Plan], Said]) -> str:
    """Set what ``decide`` says of the buyer's plan. Gives it in words. Raises ``CannotStart``."""
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.beside import give_beside
    from leadflow_engine.operations.overriding import OverrideProblem, length_of, plan_with

    if not because.strip():
        raise click.UsageError("--because must say why")
    try:
        seconds = length_of(length).total_seconds() if length else None
        with opened(db) as store:
            kind, subject, value, said = decide(plan_with(store, buyer, flow))
    except OverrideProblem as problem:
        raise CannotStart(str(problem)) from None
    what = {"kind": kind, "subject": subject, "value": value, "said": said, "seconds": seconds}
    give_beside(db, "override", {**what, "by": getpass.getuser(), "because": because.strip()})
    return said


def tell_state(store: SqliteStore) -> None:
    """What is in force, one line each."""
    found = store.overrides_in_force()
    for one in found:
        forever = "until it ends" if one.policy else "until it is undone"
        until = f"until {one.until[:19]}Z" if one.until else forever
        click.echo(f"{one.subject}: {one.said} {until}, by {one.by} since {one.at[:19]}Z: {one.because}")
    if not found:
        click.echo("nothing is set beside the flow")
