"""``leadflow lint``: what is wrong with flow files."""

from __future__ import annotations

import click

from leadflow_engine.cli.files import flow_files
from leadflow_engine.cli.options import form
from leadflow_engine.cli.screen import coloured


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True))
@form("full", "concise", "json", "jsonl", "github")
def command(paths: tuple[str, ...], form: str) -> None:
    """Check flow files, or all flow files in a folder.

    Ends with 0 where nothing was found, with 1 otherwise.
    """
    from leadflow_dsl import Diagnostic, check
    from leadflow_dsl.render import render

    found: dict[Diagnostic, None] = {}  # a library that two flows import is told of once
    sources: dict[str, str] = {}
    files = flow_files(paths)
    for file in files:
        checked = check(file)
        found.update(dict.fromkeys(checked.diagnostics))
        sources.update(checked.sources)
    click.echo(render(tuple(found), sources, form, coloured()), nl=False)
    if form == "full":
        click.echo(_closing(tuple(found), len(files)))
    raise SystemExit(1 if found else 0)


def _closing(found: tuple[object, ...], files: int) -> str:
    from leadflow_engine.reports.amounts import count

    of = {
        word: sum(getattr(each, "severity", "") == word for each in found)
        for word in ("error", "warning", "info")
    }
    said = ", ".join(
        count(number, word) if word != "info" else f"{number} info" for word, number in of.items() if number
    )
    line = f"{said or 'no findings'} in {count(files, 'file')}"
    return f"\n{line}" if found else line
