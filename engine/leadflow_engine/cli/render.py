"""``leadflow render``: the exact request that a buyer would be sent for a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_engine.operations.rendering import Rendering


@click.command("render", short_help="Show the request that a buyer would be sent.")
@click.argument("flow", metavar="FLOW")
@click.argument("name", metavar="BUYER")
@click.argument("leads", metavar="LEAD")
@options.source
@click.option("--record", default=1, show_default=True, metavar="N", help="Which record of the file LEAD.")
@click.option("--answers", default="", metavar="FILE", help="What pings and look-ups on the way answer.")
@options.form("http", "curl", "json")
def command(flow: str, name: str, leads: str, source: str, record: int, answers: str, form: str) -> None:
    """Show what BUYER (or a look-up, or a delivery) of FLOW is sent for the first lead of the file LEAD.

    Criteria, caps and hours are left aside; nothing is sent. Secrets are *** in HTTP text, and $NAME in curl.
    """
    from leadflow_engine.cli.loading import planned
    from leadflow_engine.drivers.clock import RealClock, VirtualClock
    from leadflow_engine.operations.identity import as_file
    from leadflow_engine.operations.loading import source_of
    from leadflow_engine.operations.rendering import answers_for, payload_of, render

    plan = planned(flow)
    clock = VirtualClock(RealClock().now())
    chosen, said = answers_for(flow, answers, clock)
    with as_file(leads) as file:
        payload = payload_of(file, record)
    rendering = render(plan, name, source_of(plan, source).name, payload, chosen, clock)
    if len(rendering.requests) > 1 or rendering.problem:
        note(f"leadflow: {said}")
    raise SystemExit(_print(rendering, form))


def _print(rendering: Rendering, form: str) -> int:
    from leadflow_engine.reports.layout import safe_lines
    from leadflow_engine.reports.requests import as_json, curl, http_text

    if form == "json":
        click.echo(as_json(rendering.requests, rendering.problem))
    else:
        write = http_text if form == "http" else curl
        several = len(rendering.requests) > 1
        shown = (f"{f'# {one.word}' + chr(10) if several else ''}{write(one)}" for one in rendering.requests)
        text = "\n\n".join(shown)
        click.echo(safe_lines(text) if form == "http" else text)
    if rendering.problem:
        note(f"leadflow: {rendering.problem}")
    return 1 if rendering.problem else 0
