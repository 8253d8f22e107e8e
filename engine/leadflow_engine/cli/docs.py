"""``leadflow docs``: what a supplier or a buyer has to know of a flow, and what changed of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadflow_engine.instructions import BuyerInstructions, SourceInstructions


@click.command("docs", short_help="Write the instructions for a supplier or a buyer.")
@click.argument("flow", required=False, metavar="FLOW", type=click.Path(exists=True, dir_okay=False))
@click.option("--source", metavar="NAME", help="Posting instructions for the supplier behind this source.")
@click.option(
    "--buyer", metavar="NAME", help="What this buyer gets, when, how many, and how its answers are read."
)
@click.option(
    "--changes",
    nargs=2,
    metavar="OLD NEW",
    type=click.Path(exists=True, dir_okay=False),
    help="What to tell the source or the buyer: two versions of the flow.",
)
@click.option(
    "--base-url", default="", metavar="URL", help="Where the intake is; https://YOUR-HOST unless given."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("markdown", "html", "json")),
    help="What to write; told by the ending of -o where it is not given, else markdown.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write to a file.")
def command(
    flow: str | None,
    source: str | None,
    buyer: str | None,
    changes: tuple[str, str] | None,
    base_url: str,
    form: str | None,
    output: str | None,
) -> None:
    """Write the instructions for a supplier or a buyer.

    Examples in it are made up and are accepted by the flow as they stand.
    """
    from leadflow_engine.instructions import changes as compared
    from leadflow_engine.instructions import written

    if source and buyer:
        raise click.UsageError("either --source or --buyer")
    if (flow is None) is (changes is None):
        raise click.UsageError("give a FLOW, or --changes OLD NEW")
    if changes is not None:
        old, new = (_told(each, source, buyer, base_url) for each in changes)
        text = written(compared(old, new), form or _by_ending(output))
    else:
        text = written(_told(str(flow), source, buyer, base_url), form or _by_ending(output))
    put(text, output)


def put(text: str, output: str | None) -> None:
    """Write a text to a file, or to standard output."""
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")


def _by_ending(output: str | None) -> str:
    endings = {".html": "html", ".htm": "html", ".json": "json"}
    return endings.get(Path(output or "").suffix.lower(), "markdown")


def _told(
    flow: str, source: str | None, buyer: str | None, base_url: str
) -> SourceInstructions | BuyerInstructions:
    from leadflow_engine.cli.loading import planned
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.instructions import DEFAULT_BASE, UnknownParty, for_buyer, for_source

    plan = planned(flow)
    try:
        if buyer:
            return for_buyer(plan, buyer, RealClock().now())
        return for_source(plan, source or "", RealClock().now(), base_url or DEFAULT_BASE)
    except UnknownParty as problem:
        raise click.UsageError(f"{flow}: {problem}") from None
