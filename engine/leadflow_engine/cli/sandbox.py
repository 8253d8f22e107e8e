"""``leadflow sandbox``: simulated buyers and services on loopback."""

from __future__ import annotations

import click


@click.command("sandbox", short_help="Serve simulated buyers and services over HTTP.")
@click.argument("file", type=click.Path(), metavar="FILE")
@click.option(
    "--port", default=8801, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option("--ledger", metavar="FILE", help="Keep what was received as JSON lines, too.")
def command(file: str, port: int, ledger: str | None) -> None:
    """Serve a FILE of answers as buyers and services over HTTP, until Ctrl-C.

    What was received is told at GET /_ledger. LEADFLOW_SANDBOX=127.0.0.1:PORT leads a flow there.
    """
    from leadflow_engine.drivers import loops
    from leadflow_engine.sandbox import run_sandbox

    loops.run(run_sandbox(file, port, click.echo, ledger))
