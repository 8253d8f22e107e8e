"""All projections made again from the facts: what shows that they hold nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from leadflow_engine.effects import Fact, Write
from leadflow_engine.store import imports
from leadflow_engine.store.codec import moment
from leadflow_engine.store.core import Core, event, gathering
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.outside import OUTSIDE
from leadflow_engine.store.project import project
from leadflow_engine.store.queries import facts

Replay = Callable[[str, Sequence[Fact]], Iterable[Write]]
"""Gives, for a lead and its facts, the Writes that its Runs made, in order (``Write.facts`` as they were)."""

PROJECTIONS: Final = (
    "resubmission",
    "follow_up",
    "postback",
    "returned",
    "adjusted",
    "feedback",
    "contact",
    "work",
    "ledger",
    "look_up",
    "turn",
    "share",
    "tally",
    "dedupe_key",
    "reservation",
    "cap",
    "delivery",
    "ping",
    "posting",
    "considered",
    "judged",
    "step",
    "lead",
)
"""Every table that a rebuild empties and fills, and every view of what is written beside facts."""

EMPTIED: Final[Mapping[str, str]] = {
    "posting": "postings = NULL",
    "considered": "considered = NULL",
    "judged": "judged = NULL, digits = NULL",
    "step": "steps = NULL",
}
"""What of ``written`` is projected, by the view that shows it."""


def rebuild(core: Core, replay: Replay, left: Collection[str] = ()) -> None:
    """Empty every projection and fill it from the facts; all of it or, where anything fails, nothing. The leads
    ``left`` (of which something is removed, so that they cannot be told again) keep their rows; what counts several
    leads (caps, turns, shares, tallies) is then that of the others alone."""
    connection = core.connection
    core.flush()
    connection.execute("PRAGMA defer_foreign_keys = ON")
    leads = [row[0] for row in connection.execute("SELECT lead FROM written GROUP BY lead ORDER BY min(id)")]
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS left_out (lead TEXT PRIMARY KEY)")
    connection.execute("DELETE FROM left_out")
    connection.executemany("INSERT INTO left_out VALUES (?)", [(lead,) for lead in left])
    for table in PROJECTIONS:
        of = lead_column(connection, table)
        kept = f" WHERE {of} NOT IN (SELECT lead FROM left_out)" if of and left else ""
        emptied = f"UPDATE written SET {EMPTIED[table]}" if table in EMPTIED else f"DELETE FROM {table}"
        connection.execute(f"{emptied}{kept}")
    imports.seed(connection)
    for lead in leads:
        if lead not in left:
            _project_lead(core, lead, replay)


def lead_column(connection: sqlite3.Connection, table: str) -> str:
    """The column of a projection that says whose a row is; "" where its rows are of several leads."""
    if table == "lead":
        return "id"
    names = {row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
    return "lead" if "lead" in names else ""


def _project_lead(core: Core, lead: str, replay: Replay) -> None:
    own = facts(core.connection, lead)
    numbers = dict(core.connection.execute("SELECT key, id FROM fact WHERE lead = ?", (lead,)))
    writes = {write.effect.key: write for write in replay(lead, own)}
    for fact in own:
        write = writes.pop(fact.key, None)
        if write is not None:
            project(gathering(core, lead, moment(fact.at), numbers[fact.key]), write, fact.body)
        elif fact.kind in OUTSIDE:
            at = event(core, lead, moment(fact.at), numbers[fact.key])
            OUTSIDE[fact.kind](at, fact.key, fact.body)
    core.flush()
    if writes:
        raise StoreError(
            f"lead {lead}: its replay made {', '.join(writes)}, of which the journal has no fact; the flow's "
            "meaning has changed since"
        )


def contents(connection: sqlite3.Connection) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every projection's rows in a fixed order: what a rebuild must give again."""
    return {
        table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=_order)
        for table in PROJECTIONS
    }


def _order(row: tuple[Any, ...]) -> str:
    return json.dumps(row, default=bytes.hex)
