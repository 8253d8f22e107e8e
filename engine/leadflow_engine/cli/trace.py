"""``leadflow trace``: the story of one lead."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadflow_engine.cli import options
from leadflow_engine.cli.screen import console, note, show, width_of
from leadflow_engine.texts.counted import counted

if TYPE_CHECKING:
    from leadflow_engine.reports.setting import Setting
    from leadflow_engine.store import SqliteStore


@click.command("trace", short_help="Tell what happened to a lead, and why.")
@click.argument("lead", required=False)
@click.option("--last", is_flag=True, help="The lead that something happened to last.")
@options.db_to_read
@options.form("text", "json")
@click.option("--replay", is_flag=True, help="Run the lead again from its facts and compare.")
@click.option(
    "--reveal", is_flag=True, help="Show the values as they came; who asked and why is kept in the journal."
)
@click.option("--because", default="", metavar="WHY", help="Why the values have to be seen.")
def command(
    lead: str | None, last: bool, db: str | None, form: str, replay: bool, reveal: bool, because: str
) -> None:
    """Tell what happened to LEAD (the beginning of its id will do), and why."""
    from leadflow_engine.cli.leads import found, opened

    if reveal and not because.strip():
        raise click.UsageError('--reveal needs --because "..."; it is kept in the journal with your name')
    if bool(lead) is last:
        raise click.UsageError("say which lead: its id or the beginning of it, or --last")
    journal = options.journal(db)
    with opened(journal) as store:
        known = found(store, lead, journal)
        if replay:
            raise SystemExit(_replay(store, known))
        values = _reveal(store, journal, known, because) if reveal else None
        _print(store, journal, known, form, values)


def _print(store: SqliteStore, journal: str, lead: str, form: str, values: Mapping[str, Any] | None) -> None:
    from leadflow_engine.reports.between import pauses
    from leadflow_engine.reports.lead_object import json_line, lead_object
    from leadflow_engine.reports.story import story

    summary = store.lead_summary(lead)
    assert summary is not None
    if form == "json":
        revealed = {"payload": values} if values is not None else {}
        click.echo(json_line({**lead_object(summary), "reply": _reply(store, lead, summary), **revealed}))
        return
    width = width_of(console())
    show(story(summary, _setting(store, lead), width, journal, pauses(store.facts(lead)), values))


def _reply(store: SqliteStore, lead: str, summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the lead's source is answered; None where its lead cannot be read again."""
    from leadflow_engine.operations.loading import LoadProblem
    from leadflow_engine.operations.resume import Plans, reply_again
    from leadflow_engine.reports.replied import reply_object
    from leadflow_engine.store import StoreError

    try:
        facts = store.facts(lead)
        reply = reply_again(Plans(store).of(lead, facts), lead, facts, summary)
    except (LoadProblem, StoreError):
        return None
    return reply_object(reply) if reply else None


def _setting(store: SqliteStore, lead: str) -> Setting:
    """The setting of the plan that the lead began on; the plain one where this version cannot read it."""
    from leadflow_engine.operations.loading import LoadProblem
    from leadflow_engine.operations.resume import Plans, last_scope
    from leadflow_engine.reports.setting import Setting, setting_of
    from leadflow_engine.store import StoreError

    try:
        facts = store.facts(lead)
        plan = Plans(store).of(lead, facts)
        return setting_of(plan, last_scope(plan, lead, facts))
    except (LoadProblem, StoreError) as problem:
        note(f"leadflow: {problem}; times are in UTC")
        return Setting()


def _replay(store: SqliteStore, lead: str) -> int:
    from leadflow_engine.drivers.replay import Differs
    from leadflow_engine.operations.resume import Plans, at_once, replay, retold
    from leadflow_engine.operations.told_before import differing

    facts = store.facts(lead)
    if facts[0].content is None:
        click.echo("replay: what came with the lead was removed from the journal; it cannot be run again")
        return 1
    plan = Plans(store).of(lead, facts)
    try:
        endings = at_once(replay(plan, lead, facts))
    except Differs as difference:
        click.echo(f"replay differs at {difference.key}: {difference}")
        return 1
    if store.is_under_way(lead):
        click.echo(
            "replay: the lead is under way; `leadflow work --drain` brings it to where it can be compared"
        )
        return 1
    now = retold(plan, lead, facts, [write for ending in endings for write, _ in ending.writes])
    stored = store.lead_summary(lead) or {}
    if different := differing(stored, now):
        click.echo(f"replay differs in what the journal says of its {', '.join(different)}")
        return 1
    replayed = sum(len(ending.facts) for ending in endings)
    click.echo(f"replay equal: {replayed} facts in {counted(len(endings), 'segment')}")
    return 0


def _reveal(store: SqliteStore, journal: str, lead: str, because: str) -> Mapping[str, Any]:
    """The values as they came, after keeping who asked for them and why. Raises ``CannotStart``, ``StoreError``."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.runner import arrival_of
    from leadflow_engine.store import SqliteStore

    received = store.facts(lead)[0]
    if not received.content:
        raise CannotStart(f"the values of {lead} were removed from the journal; nothing is left to reveal")
    writing = SqliteStore.open(Path(journal), RealClock(), create=False)
    try:
        writing.note_reveal(lead, getpass.getuser(), because.strip())
    finally:
        writing.close_now()
    payload = arrival_of(lead, received).payload
    return payload if isinstance(payload, Mapping) else {"payload": payload}
