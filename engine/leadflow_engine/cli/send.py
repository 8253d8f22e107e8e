"""``leadflow send --test``: one real request to a buyer, marked as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import console, note, show, width_of

if TYPE_CHECKING:
    from leadflow_engine.operations.sending import Exchanged, Sending
    from leadflow_engine.plan import Plan


@click.command("send", short_help="Make one real request to a buyer, as a test lead.")
@click.argument("flow", metavar="FLOW")
@click.argument("name", metavar="BUYER")
@click.argument("leads", metavar="LEAD")
@click.option(
    "--test", "test", is_flag=True, help="The lead is a test: needed, because real leads go through `run`."
)
@options.source
@click.option("--record", default=1, show_default=True, metavar="N", help="Which record of the file LEAD.")
@options.form("text", "json")
def command(flow: str, name: str, leads: str, test: bool, source: str, record: int, form: str) -> None:
    """Send the first lead of the file LEAD to BUYER, for real, in BUYER's test dialect.

    Shows request, answer and verdict. Criteria, caps and hours are left aside; nothing is written to a journal.
    """
    import asyncio
    import os

    from leadflow_engine.cli.loading import planned
    from leadflow_engine.operations.identity import as_file
    from leadflow_engine.operations.loading import source_of
    from leadflow_engine.operations.rendering import payload_of
    from leadflow_engine.operations.sending import send_test

    if not test:
        raise click.UsageError("only tests are sent so: say --test; real leads go through `leadflow run`")
    plan = planned(flow)
    with as_file(leads) as file:
        payload = payload_of(file, record)
    sending = asyncio.run(send_test(plan, name, source_of(plan, source).name, payload, os.environ))
    raise SystemExit(_print(plan, sending, form))


def _print(plan: Plan, sending: Sending, form: str) -> int:
    from leadflow_engine.reports.sending import sending_json

    if form == "json":
        click.echo(sending_json(sending))
    else:
        for number, one in enumerate(sending.exchanges):
            click.echo("\n" if number else "", nl=False)
            _tell(plan, one)
    if sending.problem:
        note(f"leadflow: {sending.problem}")
    answered = all(one.result["phase"] == "answered" for one in sending.exchanges)
    return 0 if answered and not sending.problem else 1


def _tell(plan: Plan, one: Exchanged) -> None:
    from leadflow_engine.reports.parsed import parsed_lines
    from leadflow_engine.reports.requests import http_text
    from leadflow_engine.reports.sending import answer_text

    click.echo(f"{http_text(one.rendered)}\n\n{answer_text(one.result)}\n")
    rule = one.parsed.rule
    source = dict(plan.flow.sources_text).get(rule.span.file, "") if rule else ""
    if one.result["phase"] == "answered":
        show(parsed_lines(one.parsed, one.rendered.word, source, width_of(console())))
