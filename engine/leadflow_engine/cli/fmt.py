"""``leadflow fmt``: flow files in the one format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli.files import difference, flow_files, replace_text
from leadflow_engine.cli.screen import coloured

if TYPE_CHECKING:
    from leadflow_dsl.printer import Formatted


@click.command("fmt", short_help="Put flow files in the one format.")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, allow_dash=True)
)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; name the files that would change.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would change.")
def command(paths: tuple[str, ...], only_check: bool, diff: bool) -> None:
    """Put flow files in the one format; `-` formats standard input.

    Around a mistake lines stay as they are, and the rest is formatted. Ends with 1 where there is a mistake, or (with
    --check or --diff) where a file would change.
    """
    if paths == ("-",):
        raise SystemExit(_stream())
    outcomes = [_format(file, only_check or diff, diff) for file in flow_files(paths)]
    raise SystemExit(max(outcomes, default=0))


def _format(file: Path, keep: bool, diff: bool) -> int:
    from leadflow_dsl.project import Unread, bytes_of

    before = bytes_of(file)
    if isinstance(before, Unread):
        click.echo(f"{click.format_filename(file)}: {before.reason}", err=True)
        return 1
    formatted, wrong = _formatted(before, click.format_filename(file))
    after = formatted.text
    if after is None or after.encode("utf-8") == before:
        return wrong
    if not keep:
        replace_text(file, after)
        click.echo(f"formatted {click.format_filename(file)}")
        return wrong
    name = click.format_filename(file)
    click.echo(
        difference(name, before.decode("utf-8"), after, "formatted") if diff else f"would format {name}",
        nl=not diff,
    )
    return 1


def _formatted(data: bytes, file: str) -> tuple[Formatted, int]:
    """What the format makes of a file, after saying what is wrong with it; the exit code that follows."""
    from leadflow_dsl.printer import format_bytes
    from leadflow_dsl.render import render

    formatted = format_bytes(data, file)
    if formatted.findings:
        sources = {file: data.decode("utf-8-sig", "replace")}
        click.echo(render(formatted.findings, sources, "full", coloured()), nl=False, err=True)
        click.echo(_left(formatted, file), err=True)
    return formatted, int(any(finding.severity == "error" for finding in formatted.findings))


def _left(formatted: Formatted, file: str) -> str:
    """Which lines stay as they were."""
    if formatted.text is None:
        return f"{file}: left as it is"
    if not formatted.kept:
        return f"{file}: formatted with the mistakes in it"
    lines = (
        str(span.line) if span.line == span.end_line else f"{span.line}-{span.end_line}"
        for span in formatted.kept
    )
    return f"{file}: left as they are: lines {', '.join(lines)}"


def _stream() -> int:
    data = sys.stdin.buffer.read()
    formatted, wrong = _formatted(data, "<stdin>")
    click.echo(data if formatted.text is None else formatted.text.encode("utf-8"), nl=False)
    return wrong
