"""``leadflow pause``: a buyer gets no leads for a while, without a deploy."""

from __future__ import annotations

import click

from leadflow_engine.cli import options, overriding


@click.command("pause", short_help="Offer a buyer no leads for a while.")
@click.argument("buyer")
@overriding.lasting
@overriding.because
@overriding.of_flow
@options.db_to_read
def command(buyer: str, length: str, because: str, flow: str, db: str | None) -> None:
    """Offer BUYER no leads from now on; those that run see it before they post."""
    journal = options.journal(db)
    overriding.put(
        journal,
        buyer,
        flow,
        length,
        because,
        lambda plan: ("pause", f"{plan.flow.name}/buyer/{buyer}", 1, "paused"),
    )
    click.echo(f"{buyer} is paused{f' for {length}' if length else ''}")
    click.echo(f"next: leadflow resume {buyer} --because ... --db {journal}")
