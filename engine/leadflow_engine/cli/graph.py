"""``leadflow graph``: a flow as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from leadflow_engine.cli.failing import CannotStart

FORMATS: Final = ("svg", "mermaid", "dot")


@click.command("graph", short_help="Draw a flow: sources, steps, stages, buyers.")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Where to; - is standard output."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="What to write; where it is not given, the output's suffix says it, and svg is the default.",
)
def command(flow: str, output: str | None, form: str | None) -> None:
    """Draw a flow file as a picture: SVG, or the text of a Mermaid or Graphviz diagram.

    A flow that this version cannot run yet is drawn too. Ends with 1 where the flow has errors.
    """
    from leadflow_engine.cli.loading import looked_at
    from leadflow_engine.graph import SUFFIXES, WRITERS, picture_of

    target = None if output in {None, "-"} else Path(str(output))
    form = form or (SUFFIXES.get(target.suffix.lower()) if target else "svg")
    if form is None:
        known = ", ".join(SUFFIXES)
        raise click.UsageError(f"{output}: no format has this suffix ({known}); say --format")
    text = WRITERS[form](picture_of(looked_at(flow)))
    if target is None:
        click.echo(text, nl=False, color=False)
    else:
        _write(target, text)


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except FileNotFoundError:
        raise CannotStart(f"{target.parent} is no folder; make it first") from None
