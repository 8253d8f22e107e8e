"""``leadflow resubmit``: leads that are offered again."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.texts.counted import counted

if TYPE_CHECKING:
    from leadflow_engine.operations.resubmitting import Candidate

SHOWN = 10
"""How many of the leads that were found are shown one by one."""


@click.command("resubmit", short_help="Offer leads again that nobody has.")
@click.argument("lead", required=False)
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="A corrected value.")
@click.option("--where-reason", "reason", default="", metavar="TEXT", help="All leads that ended for this.")
@click.option(
    "--since", default="", metavar="TIME", help="Of those the ones that came in the last 7d, 12h ..."
)
@click.option("--without", multiple=True, metavar="BUYER", help="Who is not to get it, beside who had it.")
@click.option(
    "--flow", "file", default="", metavar="FILE", help="On this flow; on the journal's newest otherwise."
)
@click.option("--because", default="", metavar="WHY", help="Why; it is kept in the journal with your name.")
@click.option("--yes", is_flag=True, help="Do it; leads found by --where-reason are only shown otherwise.")
@options.db_to_read
@options.form("text", "json")
def command(
    lead: str | None,
    changes: tuple[str, ...],
    reason: str,
    since: str,
    without: tuple[str, ...],
    file: str,
    because: str,
    yes: bool,
    db: str | None,
    form: str,
) -> None:
    """Offer LEAD again, or all leads that went nowhere for a reason: a new attempt, without the buyers that had it.

    `leadflow work` and a running service then route them.
    """
    if bool(lead) == bool(reason):
        raise click.UsageError("say which LEAD, or which leads with --where-reason")
    if reason and changes:
        raise click.UsageError("--set corrects one lead; name it")
    journal = options.journal(db)
    said: dict[str, Any] = {
        "because": because.strip() or reason or "resubmitted",
        "by": getpass.getuser(),
        "without": list(without),
    }
    plan = _plan(file)
    if lead:
        said |= {"leads": [_one(journal, lead)], "set": _changes(journal, lead, changes)}
        _ask(journal, said | plan, form)
        return
    found = _found(journal, reason, since)
    if yes and found:
        _ask(journal, said | plan | {"leads": [each.lead for each in found]}, form)
        return
    _show(found, form)


def _one(journal: str, lead: str) -> str:
    from leadflow_engine.cli.leads import found, opened

    with opened(journal) as store:
        return found(store, lead, journal)


def _plan(file: str) -> dict[str, Any]:
    if not file:
        return {}
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.operations.loading import description

    plan = loaded(file)
    return {"plan": {"name": plan.name, "description": description(plan)}}


def _changes(journal: str, lead: str, changes: Sequence[str]) -> dict[str, str]:
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.operations.resubmitting import unknown_fields
    from leadflow_engine.operations.resume import Plans

    pairs = dict(change.partition("=")[::2] for change in changes)
    if any("=" not in change for change in changes):
        raise click.UsageError("--set is FIELD=VALUE, as in --set phone_1=2125550123")
    if pairs:
        with opened(journal) as store:
            known = found(store, lead, journal)
            plan = Plans(store).of(known, store.facts(known))
        unknown = unknown_fields(plan, list(pairs))
        if unknown:
            raise CannotStart(f"`{unknown[0]}` is no field of the lead that a source sends")
    return pairs


def _found(journal: str, reason: str, since: str) -> list[Candidate]:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.overriding import OverrideProblem, length_of
    from leadflow_engine.operations.resubmitting import candidates

    try:
        begin = RealClock().now() - length_of(since) if since else None
    except OverrideProblem as problem:
        raise click.UsageError(f"--since: {problem}") from None
    with opened(journal) as store:
        return candidates(store, reason, begin)


def _ask(journal: str, said: dict[str, Any], form: str) -> None:
    from leadflow_engine.drivers.orders import give
    from leadflow_engine.reports.lead_object import json_line

    came = give(journal, "resubmit", said)
    if form == "json":
        click.echo(json_line(came))
    else:
        for each in came:
            click.echo(
                each.get("problem") or f"{each['lead']}  is offered again as {each['next']}",
                err="problem" in each,
            )
        if any("next" in each for each in came):
            click.echo(f"next: leadflow work --drain --db {journal}   (unless a service runs)")
    raise SystemExit(1 if any("problem" in each for each in came) else 0)


def _show(found: Sequence[Candidate], form: str) -> None:
    from leadflow_engine.reports.lead_object import json_line

    if form == "json":
        click.echo(
            json_line([{"lead": each.lead, "outcome": each.outcome, "reason": each.reason} for each in found])
        )
        return
    for each in found[:SHOWN]:
        click.echo(f"{each.lead}  {each.received_at[:16]}Z  {each.outcome}: {each.reason}")
    if len(found) > SHOWN:
        click.echo(f"... and {len(found) - SHOWN} more")
    count = counted(len(found), "lead")
    click.echo(
        f"{count} would be offered again; --yes does it"
        if found
        else "no lead that nobody has ended for that"
    )
