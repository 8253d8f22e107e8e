"""``leadflow serve``: take leads over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from leadflow_dsl.collecting import no_collecting
from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import note
from leadflow_engine.service.memory import keep_what_is

if TYPE_CHECKING:
    from leadflow_engine.drivers.apart import Check


@click.command("serve", short_help="Take leads over HTTP, route and answer them.")
@click.argument("flows", nargs=-1, required=True, metavar="FLOW...")
@click.option("--db", required=True, metavar="FILE", help="The journal; made where there is none.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port", default=8800, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--open", "open_", is_flag=True, help="A source that says nothing of who calls takes everybody."
)
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy whose X-Forwarded-For is believed; several times.",
)
@click.option(
    "--public-url",
    default="",
    envvar="LEADFLOW_PUBLIC_URL",
    metavar="URL",
    help="Where the world finds it: told in instructions, and to buyers that call back.",
)
@click.option(
    "--concurrency",
    default=256,
    show_default=True,
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Leads at once; what is beyond is refused with 503.",
)
@click.option(
    "--grace",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="How long leads may take to end when the service stops.",
)
@click.option(
    "--shadow",
    is_flag=True,
    help="Decide and keep beside another system, as if every buyer accepted; nobody is contacted.",
)
@click.option(
    "--writer",
    default="auto",
    show_default=True,
    type=click.Choice(("auto", "process", "thread")),
    help="What writes the journal: a process of its own (auto: where there are two processors), or a thread.",
)
@click.option("--watch/--no-watch", default=True, help="Load a flow again when its files change.")
def command(
    flows: tuple[str, ...],
    db: str,
    host: str,
    port: int,
    open_: bool,
    proxies: tuple[str, ...],
    public_url: str,
    concurrency: int,
    grace: float,
    shadow: bool,
    writer: str,
    watch: bool,
) -> None:
    """Take leads for FLOW... over HTTP until SIGTERM or Ctrl-C: keep, route and answer them, and go on with those
    that wait. SIGHUP, or `leadflow reload`, loads changed flows again."""
    with _checking(flows) as look:
        with no_collecting():
            from leadflow_engine.drivers import loops
            from leadflow_engine.drivers.apart import processors
            from leadflow_engine.service.server import Asked, CannotListen, serve

            keep_what_is()
        apart = writer == "process" or (writer == "auto" and processors() > 1 and not shadow)
        asked = Asked(
            flows, db, host, port, concurrency, grace, proxies, open_, public_url, watch, shadow, apart
        )
        try:
            loops.run(serve(asked, click.echo, lambda text: note(f"leadflow: {text}"), look))
        except CannotListen as problem:
            raise CannotStart(str(problem)) from None


@contextmanager
def _checking(flows: tuple[str, ...]) -> Iterator[Check]:
    """What checks flows: of many, other processes, which have begun while this one still loads the program. Loading it
    makes nothing that can go: without a search for that it takes a seventh less."""
    with no_collecting():
        from leadflow_dsl.checking import check
        from leadflow_engine.drivers.apart import Apart, large

        keep_what_is()
    if not large(flows):
        yield check
    else:
        with Apart(flows) as apart:
            yield apart.begin().checked
