"""``leadflow graph``: a flow as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_dsl.model import Flow

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
    from leadflow_engine.graph import SUFFIXES, WRITERS, picture_of

    target = None if output in {None, "-"} else Path(str(output))
    form = form or (SUFFIXES.get(target.suffix.lower()) if target else "svg")
    if form is None:
        known = ", ".join(SUFFIXES)
        raise click.UsageError(f"{output}: no format has this suffix ({known}); say --format")
    text = WRITERS[form](picture_of(_checked(flow)))
    if target is None:
        click.echo(text, nl=False, color=False)
    else:
        _write(target, text)


def _checked(path: str) -> Flow:
    """The flow. Findings go to standard error; one with errors ends the command."""
    from leadflow_dsl import check
    from leadflow_dsl.render import render

    checked = check(path)
    if checked.errors:
        note(render(checked.errors, checked.sources, "full").rstrip("\n"))
        raise SystemExit(1)
    if checked.flow is None:
        raise CannotStart(f"{path} is a library; draw a flow that imports it")
    return checked.flow


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except FileNotFoundError:
        raise CannotStart(f"{target.parent} is no folder; make it first") from None
