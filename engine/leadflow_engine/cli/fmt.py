"""``leadflow fmt``: flow files in the one format."""

from __future__ import annotations

import difflib
import shutil
import sys
from pathlib import Path

import click

from leadflow_engine.cli.files import flow_files
from leadflow_engine.cli.screen import coloured


@click.command("fmt", short_help="Put flow files in the one format.")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, allow_dash=True)
)
@click.option("--check", "only_check", is_flag=True, help="Change nothing; name the files that would change.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would change.")
def command(paths: tuple[str, ...], only_check: bool, diff: bool) -> None:
    """Put flow files in the one format; `-` formats standard input.

    Ends with 1 where a file cannot be read as a flow, or (with --check or --diff) where one would change.
    """
    if paths == ("-",):
        raise SystemExit(_stream())
    outcomes = [_format(file, only_check or diff, diff) for file in flow_files(paths)]
    raise SystemExit(max(outcomes, default=0))


def _format(file: Path, keep: bool, diff: bool) -> int:
    before = _text(file)
    after = _formatted(before, str(file))
    if after is None:
        return 1
    if after == before:
        return 0
    if not keep:
        _replace(file, after)
        click.echo(f"formatted {file}")
        return 0
    click.echo(_diff(file, before, after) if diff else f"would format {file}", nl=not diff)
    return 1


def _replace(file: Path, text: str) -> None:
    """Put the text in the file's place in one move: a crash leaves the old file or the new one."""
    target = file.resolve()
    beside = target.with_name(f".{target.name}.formatted")
    beside.write_text(text, encoding="utf-8", newline="\n")
    shutil.copymode(target, beside)
    beside.replace(target)


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return stream.read()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8 (byte {error.start})") from None


def _formatted(text: str, file: str) -> str | None:
    """The text in the one format; None where it is no flow, after saying why."""
    from leadflow_dsl.printer import format_text
    from leadflow_dsl.render import render

    after, found = format_text(text, file)
    if after is None:
        click.echo(render(found, {file: text}, "full", coloured()), nl=False, err=True)
    return after


def _diff(file: Path, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), str(file), f"{file} (formatted)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _stream() -> int:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is not UTF-8 (byte {error.start})") from None
    after = _formatted(text, "<stdin>")
    if after is None:
        return 1
    click.echo(after, nl=False)
    return 0
