"""``leadflow resume``: the end of a pause."""

from __future__ import annotations

import click

from leadflow_engine.cli import options, overriding


@click.command("resume", short_help="Offer a buyer leads again.")
@click.argument("buyer")
@overriding.because
@overriding.of_flow
@options.db_to_read
def command(buyer: str, because: str, flow: str, db: str | None) -> None:
    """Offer BUYER leads again after a pause. What the flow itself says (`paused`) stands."""
    overriding.put(
        options.journal(db),
        buyer,
        flow,
        "",
        because,
        lambda plan: ("pause", f"{plan.flow.name}/buyer/{buyer}", 0, "resumed"),
    )
    click.echo(f"{buyer} is asked again")
