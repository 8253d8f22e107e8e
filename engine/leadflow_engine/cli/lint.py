"""``leadflow lint``: what is wrong with flow files, and the repairs that are certain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli.files import difference, flow_files, replace_text
from leadflow_engine.cli.options import form, source
from leadflow_engine.cli.screen import coloured, note

if TYPE_CHECKING:
    from leadflow_dsl.diagnostics import Diagnostic, Severity
    from leadflow_dsl.linting import Linted, Repairs
    from leadflow_dsl.settings import Level

ONE_BY_ONE = 200
"""From so many files on a terminal shows how far it is."""


def _severities(ctx: click.Context, option: click.Parameter, said: tuple[str, ...]) -> dict[str, Level]:
    """``CODE=SEVERITY``, several times."""
    from leadflow_dsl.settings import set_severity

    given = [set_severity(word, level) for word, _, level in (one.partition("=") for one in said)]
    for one in given:
        if isinstance(one, str):
            raise click.BadParameter(one, ctx, option)
    return dict(one for one in given if not isinstance(one, str))


@click.command("lint", short_help="Check flow files.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True))
@form("full", "concise", "json", "jsonl", "github", "sarif", "junit")
@click.option("--fix", is_flag=True, help="Make the repairs that are certain, then check.")
@click.option("--diff", is_flag=True, help="Change nothing; show what --fix would change.")
@click.option(
    "--severity",
    multiple=True,
    metavar="RULE=LEVEL",
    callback=_severities,
    help="Make a rule an error, a warning, an info, or off; several times. Stronger than leadflow.toml.",
)
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "info")),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--leads",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Leads to try bodies with that say what they `conforms to`, beside those of scenarios.",
)
@source
def command(
    paths: tuple[str, ...],
    form: str,
    fix: bool,
    diff: bool,
    severity: dict[str, Level],
    fail_on: Severity,
    leads: str | None,
    source: str,
) -> None:
    """Check flow files, or all flow files in a folder.

    What a flow would send for the leads of its scenarios is held against the schemas that its bodies conform to.

    Ends with 0 where nothing was found that --fail-on counts, with 1 otherwise, with 2 where the file of --leads could
    not be looked at. --diff ends with 1 where something would change.
    """
    from leadflow_dsl.diagnostics import at_least
    from leadflow_dsl.linting import repair

    files = flow_files(paths)
    if diff:
        raise SystemExit(_show(repair(files, severity)))
    if fix:
        _make(repair(files, severity))
    folders = [Path(path) for path in paths if os.path.isdir(path)]
    linted, unread = _tried(_lint(files, severity, folders), leads, source)
    _print(linted, form, fail_on)
    raise SystemExit(
        2 if unread else int(any(at_least(finding.severity, fail_on) for finding in linted.findings))
    )


def _lint(files: list[Path], severity: Mapping[str, Level], folders: list[Path]) -> Linted:
    from leadflow_dsl.linting import lint
    from leadflow_engine.cli.progress import steps

    with steps(len(files) if len(files) >= ONE_BY_ONE else 0) as done:
        return lint(files, severity, _processors(), done, folders)


def _tried(linted: Linted, leads: str | None, source: str) -> tuple[Linted, bool]:
    """With what sample leads show of flows whose bodies conform to a schema; and whether the file of leads could not be
    looked at."""
    if not linted.conforming:
        return linted, False
    from leadflow_dsl.checking import Checked
    from leadflow_dsl.linting import placed
    from leadflow_engine.operations.samples import look

    found, sources, unread = dict.fromkeys(linted.findings), dict(linted.sources), False
    for file in linted.conforming:
        looked = look(file, leads, source)
        shown = placed(Checked(None, looked.findings, looked.sources), Path(file), Path.cwd())
        found.update(dict.fromkeys(shown.findings))
        sources.update(shown.sources)
        unread = unread or looked.unread
        for remark in looked.notes:
            note(f"leadflow: {click.format_filename(file)}: {remark}")
    return replace(linted, findings=tuple(found), sources=sources), unread


def _processors() -> int:
    """How many processors this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _show(repairs: Repairs) -> int:
    for path, after in sorted(repairs.after.items()):
        click.echo(
            difference(click.format_filename(_near(path)), repairs.before[path], after, "repaired"), nl=False
        )
    return 1 if repairs.after else 0


def _make(repairs: Repairs) -> None:
    from leadflow_engine.texts.counted import counted

    for path, after in sorted(repairs.after.items()):
        replace_text(path, after)
    if repairs.after:
        files = ", ".join(click.format_filename(_near(path)) for path in sorted(repairs.after))
        note(f"repaired {counted(repairs.made, 'finding')} in {files}")


def _near(path: Path) -> Path:
    """A path as it is said: relative to the working directory where it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _print(linted: Linted, form: str, fail_on: Severity) -> None:
    from leadflow_dsl.render import Report, render_report

    report = Report(linted.findings, linted.sources, coloured(), linted.excused, linted.files, fail_on)
    click.echo(render_report(report, form), nl=False)
    if form == "full":
        click.echo(_closing(linted.findings, len(linted.excused), len(linted.files)))


def _closing(found: Iterable[Diagnostic], excused: int, files: int) -> str:
    from leadflow_dsl.diagnostics import SEVERITIES
    from leadflow_engine.texts.counted import counted

    severities = [each.severity for each in found]
    numbers = {word: severities.count(word) for word in SEVERITIES}
    said = [
        counted(number, word) if word != "info" else f"{number} info"
        for word, number in numbers.items()
        if number
    ]
    said += [f"{excused} excused"] if excused else []
    line = (
        f"{', '.join(said) if severities else ', '.join(['no findings', *said])} in {counted(files, 'file')}"
    )
    fixable = sum(bool(each.fix) for each in found)
    line += f"; {fixable} can be repaired with --fix" if fixable else ""
    return f"\n{line}" if severities else line
