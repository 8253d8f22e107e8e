"""``leadflow queue``: what waits, for whom and until when; trying it now, giving it up."""

from __future__ import annotations

import getpass

import click

from leadflow_engine.cli import options


@click.group("queue", invoke_without_command=True, short_help="Show what waits; try it now; drop it.")
@click.option("--why", is_flag=True, help="Say why each waits.")
@options.db_to_read
@options.form("text", "json")
@click.pass_context
def command(ctx: click.Context, why: bool, db: str | None, form: str) -> None:
    """List what waits: leads, inquiries, postbacks, resubmissions, batches; the soonest due first."""
    if ctx.invoked_subcommand is not None:
        return
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.reports.lead_object import json_line
    from leadflow_engine.reports.queue import queue_lines, queue_object
    from leadflow_engine.store.waiting import waiting

    with opened(options.journal(db)) as store:
        found = store.ask(waiting)
    if form == "json":
        click.echo(json_line([queue_object(one) for one in found]))
        return
    from leadflow_engine.cli.screen import console, show, width_of

    show(queue_lines(found, why, width_of(console())))


@command.command("retry")
@click.argument("target", metavar="[LEAD|BUYER|BATCH]", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that can be tried before its time.")
@options.db_to_read
def retry(target: str | None, everything: bool, db: str | None) -> None:
    """Have what is held, not heard or not taken tried now."""
    from leadflow_engine.drivers.orders import give

    if (target is None) != everything:
        raise click.UsageError("say what is tried now: a lead, a buyer, a batch, or --all")
    journal = options.journal(db)
    meant = _meant(target, journal) if target is not None else None
    done = give(journal, "queue_retry", {"target": meant, "by": getpass.getuser()})
    found = [
        f"{number} {word}{'' if number == 1 else 's' if word == 'lead' else 'es'}"
        for number, word in ((done["leads"], "lead"), (done["batches"], "batch"))
        if number
    ]
    click.echo(f"due now: {', '.join(found)}")
    click.echo(f"next: leadflow work --drain --db {journal}")


@command.command("drop")
@click.argument("lead")
@click.option("--because", required=True, metavar="WHY", help="Why nobody shall have it; it is kept.")
@options.db_to_read
def drop(lead: str, because: str, db: str | None) -> None:
    """Give LEAD up, which is held: it ends unsold."""
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.drivers.orders import give

    if not because.strip():
        raise click.UsageError("--because must say why nobody shall have it")
    journal = options.journal(db)
    with opened(journal) as store:
        known = found(store, lead, journal)
    give(journal, "queue_drop", {"lead": known, "by": getpass.getuser(), "because": because.strip()})
    click.echo(f"{known}  is given up")
    click.echo(f"next: leadflow work --drain --db {journal}   (the lead ends)")


def _meant(target: str, journal: str) -> str:
    """A buyer or a batch by its name; else the lead whose id begins so."""
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.store.waiting import waiting

    with opened(journal) as store:
        names = {name for one in store.ask(waiting) for name in (one.what, *one.whom)}
        return target if target in names else found(store, target, journal)
