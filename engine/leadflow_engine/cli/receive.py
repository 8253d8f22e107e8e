"""``leadflow receive``: what would be read from a source's call."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, BinaryIO

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from leadflow_engine.intake.call import Call
    from leadflow_engine.plan import Plan


@click.command("receive", short_help="Show what would be read from a source's call.")
@click.argument("flow", metavar="FLOW")
@click.argument("source", metavar="SOURCE")
@click.argument("request", type=click.File("rb"), default="-", metavar="[REQUEST]")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME: VALUE", help="A header; REQUEST is a body then."
)
@click.option("--query", default="", metavar="A=1&B=2", help="A query; REQUEST is a body then.")
@click.option("--method", default="", metavar="METHOD", help="GET or POST; REQUEST is a body then.")
@click.option("--at", default="", metavar="TIME", help="When it came: 2026-11-20T14:30Z. Now, otherwise.")
@click.option("--callback", is_flag=True, help="SOURCE is a buyer, and the call its verdict.")
@click.option("--unverified", is_flag=True, help="The call need not prove itself: no key, no signature.")
@options.form("text", "json")
def command(
    flow: str,
    source: str,
    request: BinaryIO,
    headers: tuple[str, ...],
    query: str,
    method: str,
    at: str,
    callback: bool,
    unverified: bool,
    form: str,
) -> None:
    """Show what FLOW would read from a call of SOURCE: the leads, each field, and what the door says.

    With --callback SOURCE is a buyer that calls with its verdict.

    REQUEST is a file (standard input otherwise) with a request as HTTP text, or with a body alone where --header,
    --query or --method is given. Nothing is sent and nothing is written. Ends with 1 where a lead is refused.
    """
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.operations.loading import call_secrets, source_of
    from leadflow_engine.operations.trying import try_call
    from leadflow_engine.reports.layout import safe
    from leadflow_engine.reports.received import trial_json, trial_lines

    plan = loaded(flow)
    if callback:
        _callback(plan, source, _call(request, headers, query, method, _moment(at)), unverified, form)
        return
    said = source_of(plan, source, asked_by="SOURCE is")
    call = _call(request, headers, query, method, _moment(at))
    secrets = None if unverified else call_secrets(plan, said)
    trial = try_call(plan, said, call, secrets)
    for line in [trial_json(trial)] if form == "json" else map(safe, trial_lines(trial)):
        click.echo(line)
    refused = any(each.reply is not None for each in trial.leads)
    raise SystemExit(1 if refused or (trial.answered and trial.answered.status >= 400) else 0)


def _callback(plan: Plan, buyer: str, call: Call, unverified: bool, form: str) -> None:
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.intake.call import Refused
    from leadflow_engine.operations.calling_back import as_source, read_call
    from leadflow_engine.operations.loading import call_secrets
    from leadflow_engine.reports.called_back import called_lines, called_object
    from leadflow_engine.reports.layout import safe
    from leadflow_engine.reports.lead_object import json_line

    said = plan.buyers[buyer].buyer.callback if buyer in plan.buyers else None
    if said is None:
        raise CannotStart(f"`{buyer}` is no buyer that says `callback`")
    try:
        secrets = None if unverified else call_secrets(plan, as_source(buyer, said))
        token, reading = read_call(plan, buyer, said, call, secrets)
    except Refused as refused:
        click.echo(f"{refused.answered.status}  {refused.answered.why}")
        raise SystemExit(1) from None
    if form == "json":
        click.echo(json_line(called_object(token, reading)))
        return
    for line in called_lines(token, reading):
        click.echo(safe(line))


def _moment(text: str) -> datetime.datetime:
    from leadflow_engine.drivers.clock import RealClock

    if not text:
        return RealClock().now()
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is no time; write 2026-11-20T14:30Z", param_hint="--at") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _call(
    request: BinaryIO, headers: tuple[str, ...], query: str, method: str, at: datetime.datetime
) -> Call:
    from leadflow_engine.operations.trying import NoRequest, call_of_body, call_of_text

    whole = not (headers or query or method)
    alone = request.isatty() or (not whole and method.upper() == "GET")
    data = b"" if alone else request.read()
    try:
        if whole:
            return call_of_text(data, at)
        return call_of_body(data, headers, query, method.upper(), at)
    except NoRequest as problem:
        raise click.UsageError(f"{problem}; or say --header 'Content-Type: ...' for a body alone") from None
