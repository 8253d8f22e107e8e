"""``leadflow test``: what must become of leads, as scenarios say, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leadflow_engine.cli.options import form
from leadflow_engine.cli.screen import coloured, console, note, show, width_of

if TYPE_CHECKING:
    from pathlib import Path

    from leadflow_engine.scenarios import FileReport, Played, Suite


@click.command("test", short_help="Run the scenarios of flows.")
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path(exists=True))
@click.option("--only", default="", metavar="TEXT", help="Only scenarios whose name has this text in it.")
@click.option("--fail-fast", is_flag=True, help="End at the first failure.")
@click.option("-v", "--verbose", is_flag=True, help="A line a scenario.")
@click.option("--update", is_flag=True, help="Write what comes out into the files, and show what changed.")
@click.option("--coverage", is_flag=True, help="What of each flow no scenario reaches.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of scenarios, for editors, and end.")
@form("text", "json", "junit")
def command(
    paths: tuple[str, ...],
    only: str,
    fail_fast: bool,
    verbose: bool,
    update: bool,
    coverage: bool,
    schema: bool,
    form: str,
) -> None:
    """Run the scenarios in PATH: a folder, a flow, or a file NAME.scenarios.yaml. The current folder otherwise.

    No network, no waiting. Ends with 0 where all is as the scenarios say, with 1 where it is not or a flow has
    errors, with 2 where a file cannot be used.
    """
    from leadflow_engine.scenarios import Suite, scenario_files

    if schema:
        click.echo(_schema())
        return
    files = scenario_files(paths or (".",))
    if not files:
        raise click.UsageError(f"no scenarios (NAME.scenarios.yaml) in {', '.join(paths) or 'this folder'}")
    reports = _run(Suite(only, fail_fast, to_the_end=update), files, verbose, form == "text" and not update)
    if only and not any(report.played or report.problem for report in reports):
        raise click.UsageError(f"no scenario has `{only}` in its name")
    if update:
        _update(reports)
        raise SystemExit(_ending([report for report in reports if report.problem]))
    _print(reports, form)
    if coverage and form == "text":
        _coverage(reports)
    raise SystemExit(_ending(reports))


def _schema() -> str:
    import json

    from leadflow_engine.scenarios import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False)


def _run(suite: Suite, files: list[Path], verbose: bool, text: bool) -> list[FileReport]:
    from leadflow_engine.scenarios.report import file_line, scenario_line

    def tell(played: Played) -> None:
        if verbose and text:
            show([scenario_line(played)])

    reports = []
    for report in suite.run(files, tell):
        reports.append(report)
        if text:
            show([file_line(report)])
    return reports


def _update(reports: list[FileReport]) -> None:
    """Write each file anew where something came out another way, and show the change."""
    from pathlib import Path

    from leadflow_engine.scenarios.update import diff, schema_path, updated

    for report in reports:
        if report.file is None or report.problem:
            _print_file(report)
            continue
        new = updated(report.file, report.played, schema_path(Path(report.path)))
        for remark in new.notes:
            note(f"leadflow: {report.path}: {remark}")
        click.echo(diff(report.file, new), nl=False)
        if new.text != report.file.text:
            with open(report.path, "w", encoding="utf-8", newline="") as out:
                out.write(new.text)


def _print(reports: list[FileReport], form: str) -> None:
    from leadflow_engine.scenarios.formats import as_json, as_junit
    from leadflow_engine.scenarios.report import closing

    if form != "text":
        click.echo({"json": as_json, "junit": as_junit}[form](reports), nl=False)
        return
    for report in reports:
        _print_file(report)
    click.echo(f"\n{closing(reports)}")


def _print_file(report: FileReport) -> None:
    """What is wrong with a file, its flow, or its scenarios."""
    from leadflow_dsl import check
    from leadflow_dsl.render import render
    from leadflow_engine.scenarios.report import failure

    width = width_of(console())
    if report.problem:
        click.echo(f"\n{report.problem}")
    if report.findings and report.file:
        errors = [each for each in report.findings if each.severity == "error"]
        click.echo(render(errors, check(report.file.flow).sources, "full", coloured()), nl=False)
    for played in report.failed:
        show(failure(report, played, width))


def _coverage(reports: list[FileReport]) -> None:
    from leadflow_engine.scenarios.report import coverage_lines

    for report in reports:
        if report.plan is not None:
            show(coverage_lines(report, width_of(console())))


def _ending(reports: list[FileReport]) -> int:
    """The exit code: 2 where a file cannot be used, 1 where something is not as it should be, 0 otherwise."""
    if any(report.unusable for report in reports):
        return 2
    return 0 if all(report.passed for report in reports) else 1
