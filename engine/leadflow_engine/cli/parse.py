"""``leadflow parse``: what would be read from an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import console, show, width_of

if TYPE_CHECKING:
    from leadflow_engine.operations.alone import Leg
    from leadflow_engine.plan import Plan


@click.command("parse", short_help="Show what would be read from a buyer's answer.")
@click.argument("flow", metavar="FLOW")
@click.argument("name", metavar="BUYER")
@click.argument("body", type=click.File("rb"), default="-", metavar="[BODY]")
@click.option(
    "--status", type=click.IntRange(100, 599), default=200, show_default=True, help="The answer's status."
)
@click.option("--header", "headers", multiple=True, metavar="NAME: VALUE", help="A header of the answer.")
@click.option("--ping", is_flag=True, help="The answer to BUYER's ping, where it has a post too.")
@options.form("text", "json")
def command(
    flow: str,
    name: str,
    body: BinaryIO,
    status: int,
    headers: tuple[str, ...],
    ping: bool,
    form: str,
) -> None:
    """Show what FLOW reads from an answer of BUYER (or of a look-up): verdict, values, and the rule that decided.

    BODY is a file with the answer's body; standard input where it is not given.
    """
    from leadflow_engine.cli.loading import planned
    from leadflow_engine.operations.parsing import parse_answer
    from leadflow_engine.outbound.answer import decoded
    from leadflow_engine.reports.parsed import parsed_json, parsed_lines

    plan = planned(flow)
    leg = _leg(plan, name, ping)
    pairs = [_header(text) for text in headers]
    content_type = next((value for key, value in pairs if key.lower() == "content-type"), "")
    parsed = parse_answer(plan, leg, status, pairs, decoded(body.read(), content_type))
    if form == "json":
        click.echo(parsed_json(parsed, leg.word))
    else:
        source = dict(plan.flow.sources_text).get(parsed.rule.span.file, "") if parsed.rule else ""
        show(parsed_lines(parsed, leg.word, source, width_of(console())))


def _leg(plan: Plan, name: str, ping: bool) -> Leg:
    from leadflow_engine.operations.alone import legs_named

    legs = legs_named(plan.flow, name)
    if ping and legs[0].word != "ping":
        raise click.UsageError(f"`{name}` has no ping")
    return legs[0] if ping else legs[-1]


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(
            f"`{text}` is no header; write --header 'Content-Type: text/xml'", param_hint="--header"
        )
    return name.strip(), value.strip()
