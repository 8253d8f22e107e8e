"""Plans in the journal: what a lead was routed by, so that it can be explained later."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.errors import StoreError

MOST_REASONS = 14
"""Digits 1 to E."""


def add_plan(core: Core, plan: str, description: Mapping[str, Any]) -> None:
    """Keep a plan under its name; a known name is left as it is. ``description`` is described in
    ``docs/journal.md``."""
    connection = core.connection
    flow = description.get("flow")
    if not isinstance(flow, str) or not isinstance(description.get("buyers"), list):
        raise StoreError(f"plan {plan}: its description needs `flow` (text) and `buyers` (a list of names)")
    added = connection.execute(
        "INSERT INTO plan (name, flow, main, added_at) VALUES (?,?,?,?) ON CONFLICT (name) DO NOTHING",
        (plan, flow, description.get("main", ""), iso(core.clock.now())),
    )
    if not added.rowcount:
        return
    connection.executemany(
        "INSERT INTO flow_source VALUES (?,?,?)",
        [(plan, path, text(body)) for path, body in description.get("files", {}).items()],
    )
    connection.executemany(
        "INSERT INTO plan_buyer VALUES (?,?,?)",
        [(plan, position, buyer) for position, buyer in enumerate(description["buyers"], 1)],
    )
    connection.executemany(
        "INSERT INTO plan_reason VALUES (?,?,?,?,?)",
        [
            (plan, buyer, f"{digit:X}", reason["code"], text(reason["text"]))
            for buyer, reasons in description.get("reasons", {}).items()
            for digit, reason in enumerate(reasons[:MOST_REASONS], 1)
        ],
    )
    connection.executemany(
        "INSERT INTO plan_stage VALUES (?,?,?) ON CONFLICT DO NOTHING",
        [(plan, stage, buyer) for stage, names in description.get("stages", {}).items() for buyer in names],
    )


def newest(connection: sqlite3.Connection, flow: str) -> str:
    """The name of the plan of this flow that the journal came to know last; "" where it knows none."""
    row = connection.execute(
        "SELECT name FROM plan WHERE flow = ? ORDER BY added_at DESC, rowid DESC LIMIT 1", (flow,)
    ).fetchone()
    return row[0] if row else ""


def flows(connection: sqlite3.Connection) -> list[str]:
    """The names of all flows that this journal has a plan of."""
    return [name for (name,) in connection.execute("SELECT DISTINCT flow FROM plan")]
