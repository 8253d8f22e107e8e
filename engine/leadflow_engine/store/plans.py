"""Plans in the journal: what a lead was routed by, so that it can be explained later."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.errors import StoreError

MOST_REASONS: Final = 14
"""Digits 1 to E."""

AT_ONCE: Final = 512
"""Rows that are written in one transaction: leads wait for some 2 ms of processor time, where all of a plan of 1,000
buyers took 11."""

Row: TypeAlias = tuple[str | int, ...]

_FILES: Final = "INSERT INTO flow_source VALUES (?,?,?) ON CONFLICT DO NOTHING"
_BUYERS: Final = "INSERT INTO plan_buyer VALUES (?,?,?) ON CONFLICT DO NOTHING"
_REASONS: Final = "INSERT INTO plan_reason VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
_STAGES: Final = "INSERT INTO plan_stage VALUES (?,?,?) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a plan (``docs/journal.md``): its row and its files, and the rows that tell of its buyers, as
    pairs of a statement and its values."""

    plan: str
    flow: str
    main: str
    files: tuple[Row, ...]
    rows: tuple[tuple[str, Row], ...]

    def is_whole(self, connection: sqlite3.Connection) -> bool:
        """Is all of it in the journal?"""
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM plan_buyer WHERE plan = p.name)"
            " + (SELECT count(*) FROM plan_reason WHERE plan = p.name)"
            " + (SELECT count(*) FROM plan_stage WHERE plan = p.name) FROM plan p WHERE p.name = ?",
            (self.plan,),
        ).fetchone()
        return counted is not None and counted[0] >= len(self.rows)

    def pieces(self) -> Iterator[Callable[[Core], None]]:
        """What writes it, each piece in a transaction, none of them long. What is there is left as it is, so that a
        plan whose writing was interrupted is made whole by the next who adds it."""
        for first in range(0, len(self.rows) or 1, AT_ONCE):
            yield partial(self._write, first)

    def _write(self, first: int, core: Core) -> None:
        execute = core.connection.execute
        if not first:
            execute(
                "INSERT INTO plan (name, flow, main, added_at) VALUES (?,?,?,?) ON CONFLICT (name) DO NOTHING",
                (self.plan, self.flow, self.main, iso(core.clock.now())),
            )
            for file in self.files:
                execute(_FILES, file)
        for statement, row in self.rows[first : first + AT_ONCE]:
            execute(statement, row)


def kept(plan: str, description: Mapping[str, Any]) -> Kept:
    """What is kept of a plan under its name. ``description`` is described in ``docs/journal.md``. Raises ``StoreError``
    where it lacks what it needs."""
    flow, buyers = description.get("flow"), description.get("buyers")
    if not isinstance(flow, str) or not isinstance(buyers, list):
        raise StoreError(f"plan {plan}: its description needs `flow` (text) and `buyers` (a list of names)")
    files = tuple((plan, path, text(body)) for path, body in description.get("files", {}).items())
    rows = (
        *((_BUYERS, (plan, position, buyer)) for position, buyer in enumerate(buyers, 1)),
        *(
            (_REASONS, (plan, buyer, f"{digit:X}", reason["code"], text(reason["text"])))
            for buyer, reasons in description.get("reasons", {}).items()
            for digit, reason in enumerate(reasons[:MOST_REASONS], 1)
        ),
        *dict.fromkeys(
            (_STAGES, (plan, stage, buyer))
            for stage, names in description.get("stages", {}).items()
            for buyer in names
        ),
    )
    return Kept(plan, flow, description.get("main", ""), files, rows)


def newest(connection: sqlite3.Connection, flow: str) -> str:
    """The name of the plan of this flow that the journal came to know last; "" where it knows none."""
    row = connection.execute(
        "SELECT name FROM plan WHERE flow = ? ORDER BY added_at DESC, rowid DESC LIMIT 1", (flow,)
    ).fetchone()
    return row[0] if row else ""


def flows(connection: sqlite3.Connection) -> list[str]:
    """The names of all flows that this journal has a plan of."""
    return [name for (name,) in connection.execute("SELECT DISTINCT flow FROM plan")]
