"""``leadflow doctor``: what keeps this machine, its flows and its journal from working well."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadflow_dsl.checking import Checked
    from leadflow_engine.drivers.certificates import Seen
    from leadflow_engine.operations.health import Finding, JournalHealth

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command("doctor", short_help="Check the machine, the flows and the journal.")
@click.argument("flows", nargs=-1, metavar="FLOW...", type=click.Path(exists=True, dir_okay=False))
@click.option("--network", is_flag=True, help="Also ask the buyers' hosts for their certificates and clocks.")
@options.db_to_read
@options.form("text", "json")
def command(flows: tuple[str, ...], network: bool, db: str | None, form: str) -> None:
    """Check versions, disk, clock and limits of this machine; what FLOWs need; how the journal is. 1 for a problem."""
    from leadflow_dsl.checking import check
    from leadflow_engine.drivers import machine
    from leadflow_engine.operations.health import Looked, findings
    from leadflow_engine.secrets import read_env_file

    journal = _journal_path(db)
    checked = {path: check(path) for path in flows}
    looked = Looked(
        machine.measured(Path(journal).parent if journal else Path.cwd()),
        checked,
        read_env_file(Path(".env")) | dict(os.environ),
        machine.mode_of(Path(".env")),
        _journal(journal) if journal else None,
        _hosts(list(checked.values())) if network else (),
    )
    found = findings(looked)
    _tell(found, form)
    raise SystemExit(1 if any(one.level == "problem" for one in found) else 0)


def _journal_path(db: str | None) -> str | None:
    """The journal that is meant, where there is one."""
    try:
        return options.journal(db)
    except click.UsageError:
        return None


def _journal(path: str) -> JournalHealth:
    from leadflow_engine.cli.leads import opened
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.drivers.machine import bytes_of
    from leadflow_engine.operations.health import LATE, JournalHealth
    from leadflow_engine.store import StoreError
    from leadflow_engine.store.ownership import holder_of

    try:
        with opened(path) as store:
            late = RealClock().now() - LATE
            return JournalHealth(
                path,
                bytes_of(Path(f"{path}-wal")),
                holder_of(Path(path)),
                len(store.work_due(late)),
                len(store.doubts()),
                len(list(store.unfinished())),
            )
    except StoreError as problem:
        return JournalHealth(path, problem=str(problem))


def _hosts(checked: Sequence[Checked]) -> list[Seen]:
    from leadflow_engine.drivers.certificates import look_at
    from leadflow_engine.operations.health import hosts_of
    from leadflow_engine.outbound.guard import guard_from

    hosts = dict.fromkeys(host for one in checked if one.flow for host in hosts_of(one.flow))
    return asyncio.run(look_at(list(hosts), guard_from(os.environ)))


def _tell(found: Sequence[Finding], form: str) -> None:
    if form == "json":
        from leadflow_engine.reports.lead_object import json_line

        objects = [{"about": one.about, "level": one.level, "said": one.said, "do": one.do} for one in found]
        click.echo(json_line(objects))
        return
    from leadflow_engine.cli.screen import coloured

    wide = max(len(one.about) for one in found)
    for one in found:
        level = click.style(f"{one.level:<8}", fg=COLOURS[one.level]) if coloured() else f"{one.level:<8}"
        click.echo(f"{level} {one.about:<{wide}}  {one.said}")
        if one.do:
            click.echo(f"{'':<{9 + wide}}  -> {one.do}")
