"""``leadflow reload``: the running service loads its flows again."""

from __future__ import annotations

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import note


@click.command("reload", short_help="Have the service load its flows again.")
@options.db_to_read
def command(db: str | None) -> None:
    """Have the service that holds the journal load its flows again, and say what came of each.

    Leads under way end as they began. A flow with errors is refused, and the one before goes on; ends with 1 then.
    """
    from leadflow_engine.drivers.orders import ask_service

    found = ask_service(options.journal(db), "reload", {})
    for each in found:
        click.echo(f"{each['flow']}: {each['result']}, plan {each['plan']}")
        if each["problem"]:
            note(each["problem"])
    raise SystemExit(1 if any(each["problem"] for each in found) else 0)
