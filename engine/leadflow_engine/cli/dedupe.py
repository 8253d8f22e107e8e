"""``leadflow dedupe``: asking by hash whether a lead would be a duplicate."""

from __future__ import annotations

import click

from leadflow_engine.cli import options


@click.group("dedupe")
def command() -> None:
    """Ask whether a lead would be a duplicate, before it is sent."""


@command.command("check")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False))
@click.argument("source")
@click.option("--of", "field", required=True, metavar="FIELD", help="The field that the hash is of.")
@click.option(
    "--hash", "said", required=True, metavar="HASH", help="sha256:... or md5:... of its normal form."
)
@options.db_to_read
def check(flow: str, source: str, field: str, said: str, db: str | None) -> None:
    """Tell whether SOURCE of FLOW would take a lead with the value of a HASH for `new`, or for a `duplicate`.

    Ends with 0 where it is new, with 1 where it is a duplicate. Nothing is kept of the question.
    """
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.asking_by_hash import asked_by_hash

    plan = loaded(flow)
    with opened(options.journal(db)) as store:
        found = asked_by_hash(store, plan, source, field, said, RealClock().now())
    click.echo(f"duplicate: {found.reason}" if found.known else "new")
    raise SystemExit(1 if found.known else 0)
