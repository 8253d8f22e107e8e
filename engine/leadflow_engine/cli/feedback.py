"""``leadflow feedback``: what became of leads after they were sold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.telling import Came, end, given, time_said


@click.command("feedback", short_help="Note what became of leads after the sale.")
@click.argument("lead", required=False)
@click.option(
    "--event", default="", metavar="WORD", help="contacted, qualified, appointment, converted, fraud ..."
)
@click.option("--value", default="", metavar="AMOUNT", help="What it was worth to the buyer.")
@click.option("--buyer", default="", metavar="NAME", help="Who tells it; the only one that has it otherwise.")
@click.option("--at", default="", metavar="TIME", help="When it happened.")
@click.option(
    "--id", "known_as", default="", metavar="ID", help="The buyer's own id of it; told twice it is one."
)
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file, each row an event.",
)
@click.option(
    "--map", "columns", multiple=True, metavar="NAME=COLUMN", help="Which column of the file is which."
)
@click.option(
    "--as", "words", multiple=True, metavar="WORD=EVENT", help="What the file's word for an event means."
)
@click.option("--flow", default="", metavar="NAME", help="The flow; needed where several are meant.")
@options.db_to_read
@options.form("text", "json")
def command(
    lead: str | None,
    event: str,
    value: str,
    buyer: str,
    at: str,
    known_as: str,
    file: Path | None,
    columns: tuple[str, ...],
    words: tuple[str, ...],
    flow: str,
    db: str | None,
    form: str,
) -> None:
    """Note an EVENT of LEAD. Figures and training read them; `converted` may be posted back to its source.

    Or bring a whole CSV file with --from: rows are matched by lead id, the buyer's reference, phone or e-mail.
    """
    journal = options.journal(db)
    if file is not None:
        _told(*_bulk(journal, file, buyer, event, columns, words, flow), form)
        return
    if not lead or not event.strip():
        raise click.UsageError("say which LEAD and which --event; or a file with --from")
    said = _one(journal, lead, buyer, value, at) | {"event": event, "buyer": buyer, "id": known_as}
    _told(given(journal, "feedback", "told", [said]), [], form)


def _one(journal: str, lead: str, buyer: str, value: str, at: str) -> dict[str, Any]:
    from leadflow_engine.cli.leads import found, opened
    from leadflow_engine.operations.contracts import clock_of
    from leadflow_engine.operations.statements import amount_of

    with opened(journal) as store:
        known = found(store, lead, journal)
        when = time_said(at, clock_of(store, buyer) if at else "UTC")
    amount = amount_of(value, "US") if value else None
    if value and amount is None:
        raise click.UsageError(f"`{value}` is no amount: write 1200.00")
    return {"lead": known, "value": str(amount) if value else None, "at": when}


def _told(came: Sequence[Came], unread: Sequence[tuple[int, str]], form: str) -> None:
    from leadflow_engine.reports.after_sale import feedback_line

    end(came, unread, feedback_line, "event", form)


def _bulk(
    journal: str,
    file: Path,
    buyer: str,
    event: str,
    columns: tuple[str, ...],
    words: tuple[str, ...],
    flow: str,
) -> tuple[list[Came], list[tuple[int, str]]]:
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.operations.feedback import Reading, read_feedback
    from leadflow_engine.operations.newest import newest_plan
    from leadflow_engine.operations.overriding import OverrideProblem
    from leadflow_engine.operations.statements import StatementProblem, mapping_of

    meant = {word.casefold(): means for word, _, means in (each.rpartition("=") for each in words)}
    with opened(journal) as store:
        try:
            how = Reading(buyer, event, meant, mapping_of(columns))
            rows, ignored = read_feedback(store, file, newest_plan(store, buyer, flow), how)
        except (StatementProblem, OverrideProblem) as problem:
            raise CannotStart(str(problem)) from None
    if ignored:
        click.echo(ignored, err=True)
    came = given(journal, "feedback", "told", [row.said for row in rows if not row.problem])
    return came, [(row.line, row.problem) for row in rows if row.problem]
