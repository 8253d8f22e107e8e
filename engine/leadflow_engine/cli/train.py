"""``leadflow train``: a score's model from a journal's own leads."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import console, note, show, width_of

DAY = datetime.timedelta(days=1)
EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@click.command("train", short_help="Train a score's model on a journal's leads.")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--target", required=True, metavar="WORD", help="sold, returned, or an event of feedback (converted)."
)
@click.option(
    "--out", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="The model."
)
@click.option(
    "--kind",
    type=click.Choice(["logistic", "trees"]),
    default="logistic",
    show_default=True,
    help="Of model.",
)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Leads from this day on (UTC)."
)
@click.option(
    "--ripe", default=30, show_default=True, metavar="DAYS", help="How old a lead must be to count as a no."
)
@click.option(
    "--without", multiple=True, metavar="FIELD", help="A field that is not looked at; may be repeated."
)
@options.db_to_read
def command(
    flow: str,
    target: str,
    out: Path,
    kind: str,
    since: datetime.datetime | None,
    ripe: int,
    without: tuple[str, ...],
    db: str | None,
) -> None:
    """Train the model of a `score` on what became of FLOW's leads, and say how good it is.

    The last quarter of the leads is kept from it, and it is measured on those. Nothing that says who somebody is, is
    protected or stands for that is looked at. Needs scikit-learn; running the model needs nothing.
    """
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.cli.loading import loaded
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.operations.training import TooFew, Wanted, train
    from leadflow_engine.reports.trained import trained_lines
    from leadflow_engine.scores.fitting import NoLibrary

    plan = loaded(flow)
    from_day = since.replace(tzinfo=datetime.UTC) if since else EVER
    wanted = Wanted(
        target,
        "trees" if kind == "trees" else "logistic",
        from_day,
        RealClock().now(),
        ripe * DAY,
        frozenset(without),
    )
    with opened(options.journal(db)) as store:
        try:
            report = train(store, plan, wanted)
        except TooFew as few:
            note(f"leadflow: {few}")
            raise SystemExit(1) from None
        except NoLibrary as missing:
            raise CannotStart(str(missing)) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report.text, encoding="utf-8")
    show(trained_lines(report, target, width_of(console())))
    note(f'wrote {out}; try it beside what decides now: score next {{ model "{out.as_posix()}"  shadow }}')
