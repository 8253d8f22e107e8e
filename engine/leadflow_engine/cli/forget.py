"""``leadflow forget``: a person's leads lose what is personal; who had them is told."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

import click

from leadflow_engine.cli import options
from leadflow_engine.texts.counted import counted

HOW = {"source": "sent it", "service": "was asked about it"}
COLUMNS = ("lead", "kind", "name", "legal_name", "has", "at")


@click.command("forget", short_help="Remove what is personal of somebody's leads.")
@click.option("--email", default="", metavar="EMAIL", help="Every lead with this e-mail.")
@click.option("--phone", default="", metavar="PHONE", help="Every lead with this phone.")
@click.option("--lead", default="", metavar="LEAD", help="One lead.")
@click.option("--because", required=True, metavar="WHY", help="Kept in the journal with your name.")
@click.option("--country", default="US", show_default=True, help="Where a phone is that does not say it.")
@options.db_to_read
@options.form("text", "json", "csv")
def command(email: str, phone: str, lead: str, because: str, country: str, db: str | None, form: str) -> None:
    """Remove what is personal of a person's leads, and list everybody who had them.

    What was decided, the money and the chain of facts stay. It cannot be undone."""
    from leadflow_engine.drivers.orders import give

    if not because.strip():
        raise click.UsageError("--because must say why")
    if bool(lead) + bool(email or phone) != 1:
        raise click.UsageError("say whom: --email and --phone, or --lead")
    journal = options.journal(db)
    leads = _leads(journal, lead, phone, email, country)
    said = {"leads": leads, "by": getpass.getuser(), "because": because.strip()}
    came = give(journal, "forget", said)
    _tell(came, _legal_names(journal), form)
    raise SystemExit(1 if came["left"] else 0)


def _leads(journal: str, lead: str, phone: str, email: str, country: str) -> list[str]:
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.operations.forgetting import leads_of

    with opened(journal) as store:
        return [found(store, lead, journal)] if lead else leads_of(store, phone, email, country)


def _legal_names(journal: str) -> Mapping[str, str]:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.forgetting import legal_names

    with opened(journal) as store:
        return legal_names(store)


def _tell(came: Mapping[str, Any], names: Mapping[str, str], form: str) -> None:
    rows = [
        {**one, "legal_name": names.get(one["name"], "") if one["kind"] == "buyer" else ""}
        for one in came["had"]
    ]
    if form == "json":
        from leadflow_engine.reports.lead_object import json_line

        click.echo(json_line({**came, "had": rows}))
    elif form == "csv":
        from leadflow_engine.reports.spreadsheet import csv_text

        click.echo(csv_text([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)]), nl=False)
    else:
        _tell_text(came, rows)


def _tell_text(came: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    count = len(came["leads"])
    before = f", {len(came['before'])} before" if came["before"] else ""
    click.echo(f"{counted(count, 'lead')} forgotten{before}")
    for row in rows:
        name = row["name"] + (f" ({row['legal_name']})" if row["legal_name"] else "")
        how = HOW.get(row["kind"]) or ("has it" if row["has"] else "was asked")
        click.echo(f"{row['lead']}  {row['at'][:10]}  {row['kind']:<7}  {name}: {how}")
    for lead, why in came["left"].items():
        click.echo(f"{lead}  not forgotten: it {why}", err=True)
