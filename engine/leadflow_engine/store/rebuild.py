"""All projections made again from the facts: what shows that they hold nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from leadflow_engine.effects import Fact, Write
from leadflow_engine.store import imports
from leadflow_engine.store.codec import moment
from leadflow_engine.store.core import Core, event
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
    "posting",
    "considered",
    "judged",
    "step",
    "lead",
)
"""Every table that a rebuild empties and fills."""


def rebuild(core: Core, replay: Replay) -> None:
    """Empty every projection and fill it from the facts; all of it or, where anything fails, nothing."""
    connection = core.connection
    connection.execute("PRAGMA defer_foreign_keys = ON")
    leads = [row[0] for row in connection.execute("SELECT lead FROM fact GROUP BY lead ORDER BY min(id)")]
    for table in PROJECTIONS:
        connection.execute(f"DELETE FROM {table}")
    imports.seed(connection)
    for lead in leads:
        _project_lead(core, lead, replay)


def _project_lead(core: Core, lead: str, replay: Replay) -> None:
    own = facts(core.connection, lead)
    numbers = dict(core.connection.execute("SELECT key, id FROM fact WHERE lead = ?", (lead,)))
    writes = {write.effect.key: write for write in replay(lead, own)}
    for fact in own:
        write = writes.pop(fact.key, None)
        at = event(core, lead, moment(fact.at), numbers[fact.key])
        if write is not None:
            project(at, write, fact.body)
        elif fact.kind in OUTSIDE:
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
    return json.dumps(row)
