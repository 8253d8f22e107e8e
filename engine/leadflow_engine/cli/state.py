"""``leadflow state``: what operators and policies have set beside the flow."""

from __future__ import annotations

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.overriding import tell_state


@click.command("state", short_help="Show what is in force beside the flow.")
@options.db_to_read
def command(db: str | None) -> None:
    """Show what is in force beside the flow: buyers that are paused, caps with another number, what policies do."""
    from leadflow_engine.cli.leads import opened

    with opened(options.journal(db)) as store:
        tell_state(store)
