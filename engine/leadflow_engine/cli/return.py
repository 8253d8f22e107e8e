"""``leadflow return``: leads that buyers give back, one or a file of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.telling import Came, end, given, time_said


@click.command("return", short_help="Take back leads that a buyer returns.")
@click.argument("lead", required=False)
@click.argument("buyer", required=False)
@click.option("--reason", default="", metavar="TEXT", help="The buyer's reason, as its `returns` lists it.")
@click.option("--because", default="", metavar="WHY", help="Your own note; needed with --force.")
@click.option(
    "--at", default="", metavar="TIME", help="When the buyer returned it; now where nothing is said."
)
@click.option("--force", is_flag=True, help="Take it back whatever the buyer's terms say.")
@click.option("--number", type=int, default=0, metavar="N", help="Which delivery, where there are several.")
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file, each row a return.",
)
@click.option(
    "--buyer", "whose", default="", metavar="NAME", help="Whose file it is, where its rows do not say."
)
@click.option(
    "--map", "columns", multiple=True, metavar="NAME=COLUMN", help="Which column of the file is which."
)
@click.option("--flow", default="", metavar="NAME", help="The flow; needed where several have this buyer.")
@options.db_to_read
@options.form("text", "json")
def command(
    lead: str | None,
    buyer: str | None,
    reason: str,
    because: str,
    at: str,
    force: bool,
    number: int,
    file: Path | None,
    whose: str,
    columns: tuple[str, ...],
    flow: str,
    db: str | None,
    form: str,
) -> None:
    """Say that BUYER gives LEAD back; its terms of return decide whether it may.

    Or bring a whole CSV file with --from: rows are matched by lead id, the buyer's reference, phone or e-mail.
    """
    if force and not because.strip():
        raise click.UsageError('--force needs --because "..."; it is kept in the journal with your name')
    if file is not None and lead:
        raise click.UsageError("with --from say the buyer as --buyer NAME; the leads are those of the file")
    journal = options.journal(db)
    if file is not None:
        more = {"force": True, "because": because.strip()} if force else {}
        _bulk(journal, file, whose, reason, columns, flow, more, form)
        return
    if not lead or not buyer or not reason.strip():
        raise click.UsageError("say which LEAD, which BUYER and its --reason; or a file with --from")
    said = _one(journal, lead, buyer, at) | {
        "reason": reason,
        "because": because.strip(),
        "force": force,
        "number": number,
    }
    _told(given(journal, "return", "returns", [said]), [], _currency(journal, said["lead"]), form)


def _one(journal: str, lead: str, buyer: str, at: str) -> dict[str, Any]:
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.operations.contracts import clock_of

    with opened(journal) as store:
        known = found(store, lead, journal)
        when = time_said(at, clock_of(store, buyer) if at else "UTC")
    return {"lead": known, "buyer": buyer, **({"at": when} if when else {})}


def _told(came: Sequence[Came], unread: Sequence[tuple[int, str]], currency: str, form: str) -> None:
    from leadflow_engine.reports.after_sale import return_line

    end(came, unread, lambda one: return_line(one, currency), "return", form)


def _bulk(
    journal: str,
    file: Path,
    buyer: str,
    reason: str,
    columns: tuple[str, ...],
    flow: str,
    more: Mapping[str, Any],
    form: str,
) -> None:
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.newest import newest_plan
    from leadflow_engine.operations.overriding import OverrideProblem
    from leadflow_engine.operations.returns_file import read_returns
    from leadflow_engine.operations.statements import StatementProblem, mapping_of

    with opened(journal) as store:
        try:
            plan = newest_plan(store, buyer, flow)
            rows, ignored = read_returns(store, file, plan, buyer, reason, mapping_of(columns))
        except (StatementProblem, OverrideProblem) as problem:
            raise CannotStart(str(problem)) from None
    if ignored:
        click.echo(ignored, err=True)
    came = given(journal, "return", "returns", [{**row.said, **more} for row in rows if not row.problem])
    _told(came, [(row.line, row.problem) for row in rows if row.problem], plan.flow.currency, form)


def _currency(journal: str, lead: str) -> str:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.resume import Plans

    with opened(journal) as store:
        return Plans(store).of(lead, store.facts(lead)).flow.currency
